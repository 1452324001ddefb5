//! The little of the language of manual pages that pages need: see man(7).

/// Columns of a line in the file.
const COLUMNS: usize = 79;

/// A page that is being written.
#[derive(Debug)]
pub(super) struct Roff {
    out: String,
}

impl Roff {
    /// A page with its heading.
    pub(super) fn new(name: &str, section: &str, about: &str) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let mut page = Self { out: String::new() };
        let title = name.to_uppercase();
        let date = super::date();
        page.request(&format!("TH {} {section} \"{date}\" \"hermesc {version}\" \"hermesc manual\"", plain(&title)));
        // No words are broken, and no line is stretched: commands are to be read as they are typed.
        page.request("nh");
        page.request("ad l");
        page.heading("NAME");
        page.wrapped(&format!("{} \\- {}", plain(name), rich(about.trim_end_matches('.'))));
        page
    }

    /// The text of the page.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn request(&mut self, request: &str) {
        self.out.push_str(&format!(".{request}\n"));
    }

    /// A line of text; one that looks like a request is kept from being one.
    fn line(&mut self, line: &str) {
        if line.starts_with(['.', '\'']) {
            self.out.push_str("\\&");
        }
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// A section.
    pub(super) fn heading(&mut self, title: &str) {
        self.request(&format!("SH {}", plain(&title.to_uppercase())));
    }

    /// A section of a section.
    pub(super) fn subheading(&mut self, title: &str) {
        self.request(&format!("SS {}", plain(title)));
    }

    /// A paragraph in which what stands between `` ` `` is bold.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.space();
        self.text(text);
    }

    /// Ends a paragraph; a heading has its own space below.
    fn space(&mut self) {
        let above = self.out.trim_end().rsplit('\n').next().unwrap_or_default();
        if !above.starts_with(".SH ") && !above.starts_with(".SS ") {
            self.request("PP");
        }
    }

    /// Text that goes on where it is.
    pub(super) fn text(&mut self, text: &str) {
        self.wrapped(&rich(text.trim()));
    }

    /// Text that is ready made, in lines as short as those of a file that a person has written.
    fn wrapped(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && line.len() + word.len() >= COLUMNS {
                self.line(&line);
                line.clear();
            }
            let blank = if line.is_empty() { "" } else { " " };
            line.push_str(&format!("{blank}{word}"));
        }
        self.line(&line);
    }

    /// What is explained, ready made, and below it the explanation.
    pub(super) fn item(&mut self, head: &str, text: &str) {
        self.request("TP");
        self.line(head);
        self.text(text);
    }

    /// What needs no explanation here, on a line of its own.
    pub(super) fn listed(&mut self, head: &str) {
        self.space();
        self.line(head);
    }

    /// Lines that are ready made.
    pub(super) fn raw(&mut self, lines: &str) {
        lines.lines().for_each(|line| self.line(line));
    }

    /// What follows belongs to the explanation before it, until [`Self::outdent`].
    pub(super) fn indent(&mut self) {
        self.request("RS");
    }

    /// Ends [`Self::indent`].
    pub(super) fn outdent(&mut self) {
        self.request("RE");
    }

    /// Words that begin a paragraph, with the following lines further in.
    pub(super) fn hanging(&mut self, head: &str, words: &[String]) {
        self.request("HP");
        self.line(head);
        for word in words {
            self.line(word);
        }
    }

    /// Lines as they are.
    pub(super) fn verbatim(&mut self, lines: &str) {
        self.space();
        self.request("RS 4");
        self.request("nf");
        lines.lines().for_each(|line| self.line(&plain(line)));
        self.request("fi");
        self.request("RE");
    }
}

/// Text in which nothing has a meaning.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '\'' => out.push_str("\\(aq"),
            '`' => out.push_str("\\(ga"),
            '^' => out.push_str("\\(ha"),
            '~' => out.push_str("\\(ti"),
            '"' => out.push_str("\\(dq"),
            // Terminals that know ASCII only have no such sign.
            '…' => out.push_str("..."),
            char if char.is_ascii() => out.push(char),
            char => out.push_str(&format!("\\[u{:04X}]", u32::from(char))),
        }
    }
    out
}

/// Text in bold.
pub(super) fn bold(text: &str) -> String {
    format!("\\fB{}\\fR", plain(text))
}

/// Text that stands for something else.
pub(super) fn italic(text: &str) -> String {
    format!("\\fI{}\\fR", plain(text))
}

/// Text with what stands between `` ` `` in bold.
pub(super) fn rich(text: &str) -> String {
    let part = |(number, part): (usize, &str)| if number % 2 == 1 { bold(part) } else { plain(part) };
    text.split('`').enumerate().map(part).collect()
}

/// A form of the language: words in capitals stand for something else, all others for themselves.
pub(super) fn form(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let end = |word: &mut String, out: &mut String| {
        if !word.is_empty() {
            let stands = word.chars().all(|char| char.is_ascii_uppercase()) && word.len() > 1;
            out.push_str(&if stands { italic(word) } else { bold(word) });
            word.clear();
        }
    };
    for char in text.chars() {
        if char.is_ascii_alphanumeric() || char == '-' {
            word.push(char);
        } else {
            end(&mut word, &mut out);
            out.push_str(&plain(&char.to_string()));
        }
    }
    end(&mut word, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_a_request() {
        assert_eq!(plain("a\\b -o 'é…'"), "a\\eb \\-o \\(aq\\[u00E9]...\\(aq");
        assert_eq!(rich("see `-o DIR`."), "see \\fB\\-o DIR\\fR.");
        assert_eq!(form("umask OCTAL"), "\\fBumask\\fR \\fIOCTAL\\fR");
        let mut page = Roff::new("x", "1", "About.");
        page.text(".hermesc.json is a file");
        assert!(page.finish().contains("\n\\&.hermesc.json"));
    }
}
