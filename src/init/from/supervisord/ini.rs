//! Sections and settings of an INI file, as Python's `configparser` reads them for supervisord (Python 3.11, supervisor
//! 4.3.0): inline comments behind `;` and `#`, values that go on in lines further to the right, names in lower case.

use indexmap::IndexMap;

use crate::init::from::Fault;

/// A value, and the line, counted from one, on which it begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) line: usize,
}

/// A section: its line, and its settings in order. Of one that stands twice, the parts are one section, and later values win.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) line: usize,
    pub(super) settings: IndexMap<String, Value>,
}

/// The sections, in order.
pub(super) type Sections = IndexMap<String, Section>;

/// Reads a file.
///
/// # Errors
///
/// The first line that is none of a section's head, a setting, a value's next line and a comment.
pub(super) fn read(text: &str) -> Result<Sections, Fault> {
    let mut sections = Sections::new();
    let mut current: Option<String> = None;
    let mut setting: Option<String> = None;
    let mut indent = 0;
    for (number, line) in text.split('\n').enumerate() {
        let number = number + 1;
        let comment = comment_start(line);
        let value = line.get(..comment.unwrap_or(line.len())).unwrap_or_default().trim();
        let section = current.as_ref().and_then(|name| sections.get_mut(name));
        let open = section.zip(setting.as_ref()).and_then(|(section, name)| section.settings.get_mut(name));
        if value.is_empty() {
            if let Some(open) = open.filter(|_| comment.is_none()) {
                open.text.push('\n');
            }
            continue;
        }
        let here = line.len() - line.trim_start().len();
        if let Some(open) = open.filter(|_| here > indent) {
            open.text.push('\n');
            open.text.push_str(value);
            continue;
        }
        indent = here;
        if let Some(head) = value.strip_prefix('[').and_then(|rest| rest.rfind(']').and_then(|end| rest.get(..end)))
            && !head.is_empty()
        {
            sections.entry(head.to_owned()).or_insert_with(|| Section { line: number, ..Section::default() });
            (current, setting) = (Some(head.to_owned()), None);
            continue;
        }
        let Some(section) = current.as_ref().and_then(|name| sections.get_mut(name)) else {
            return Err(Fault::at(number, "a setting stands before the first section")
                .help("supervisord's files begin with a section, such as `[supervisord]` or `[program:web]`"));
        };
        let Some((name, value)) = value.split_once(['=', ':']).filter(|(name, _)| !name.trim().is_empty()) else {
            return Err(Fault::at(number, "this is neither a section nor a setting")
                .help("write `[program:NAME]` or `name=value`; lines that go on are indented"));
        };
        let name = name.trim().to_lowercase();
        section.settings.insert(name.clone(), Value { text: value.trim().to_owned(), line: number });
        setting = Some(name);
    }
    for value in sections.values_mut().flat_map(|section| section.settings.values_mut()) {
        value.text.truncate(value.text.trim_end().len());
    }
    Ok(sections)
}

/// Where a comment begins. The signs are looked for in turn, as `configparser` does: it stops with the first round in which
/// one of them stands behind a blank.
fn comment_start(line: &str) -> Option<usize> {
    if line.trim_start().starts_with(['#', ';']) {
        return Some(0);
    }
    let mut from = [Some(0), Some(0)];
    while from.iter().any(Option::is_some) {
        let mut found: Option<usize> = None;
        for (sign, from) in [';', '#'].into_iter().zip(&mut from) {
            let at = from.and_then(|from| line.get(from..)?.find(sign).map(|at| at + from));
            let is_comment =
                at.is_some_and(|at| at == 0 || line.get(..at).is_some_and(|text| text.ends_with(char::is_whitespace)));
            if is_comment {
                found = Some(found.unwrap_or(usize::MAX).min(at.unwrap_or(usize::MAX)));
            }
            *from = at.map(|at| at + 1);
        }
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of Python 3.11's `RawConfigParser` with the arguments of supervisor 4.3.0.
    #[test]
    fn files_are_read_as_python_does() {
        let text = "; c\n[a:b]\nX = 1 ; one\ny: a;b #c\nz=sh -c \"a ; b\"\nlong=\n    A=1,\n\n    B=2 # c\n  # c\n\nq=1\n[a:b]\nx=2\n";
        let sections = read(text).unwrap();
        let section = &sections["a:b"];
        let settings: Vec<(&str, &str)> =
            section.settings.iter().map(|(name, value)| (name.as_str(), value.text.as_str())).collect();
        let expected = [("x", "2"), ("y", "a;b"), ("z", "sh -c \"a"), ("long", "\nA=1,\n\nB=2"), ("q", "1")];
        assert_eq!(settings, expected);
        assert_eq!((section.line, section.settings["q"].line), (2, 12));
        assert_eq!(read("x=1\n").unwrap_err().line, Some(1));
        assert_eq!(read("[a]\nx\n").unwrap_err().line, Some(2));
        assert_eq!(comment_start("a;b ; c #d"), Some(8));
    }
}
