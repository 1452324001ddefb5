//! A text that was read before and has changed since: what is the same is not read again.
//!
//! A step through a text depends on nothing that is before it, but for the comments that document a definition, and on
//! little that is behind it, where nothing is wrong. So the steps before a change stay, and those behind it too, from the first
//! place on at which a step begins as it did before.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::FileId;
use crate::syntax::ast::Tree;
use crate::syntax::parse::{Lowering, Parsed};
use crate::syntax::shift::Shift;

/// With more mistakes than these before a change, everything from the next one on is read again.
const MAX_TRIES: usize = 64;

/// What was made of a text, and where its steps began.
#[derive(Debug)]
pub struct Reading {
    text: String,
    tree: Arc<Tree>,
    diagnostics: Vec<Diagnostic>,
    /// How many of the diagnostics are about the text as a whole, and come first.
    general: usize,
    steps: Vec<Step>,
    /// How many of the steps were done when the text was read last.
    done: usize,
}

/// Where a step began, and how much was there before it.
#[derive(Debug, Clone, Copy)]
struct Step {
    start: usize,
    definitions: usize,
    comments: usize,
    broken_names: usize,
    diagnostics: usize,
}

impl Reading {
    /// Reads a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self::read(text, None)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> Arc<Tree> {
        Arc::clone(&self.tree)
    }

    /// What was wrong, told of that file.
    #[must_use]
    pub fn diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.clone();
        for diagnostic in &mut diagnostics {
            Shift(0).diagnostic(diagnostic, file);
        }
        diagnostics
    }

    /// How many steps were done, and how many there are.
    #[must_use]
    pub fn work(&self) -> (usize, usize) {
        (self.done, self.steps.len())
    }

    /// Reads the text as it is now. Where somebody still holds the old tree, everything is read anew.
    #[must_use]
    pub fn again(self, text: String) -> Self {
        if self.text == text {
            return Self { done: 0, ..self };
        }
        Self::read(text, Some(self))
    }

    fn read(text: String, old: Option<Self>) -> Self {
        let mut lowering = Lowering::new(FileId(0), &text);
        if lowering.refuses() {
            let Parsed { tree, diagnostics } = lowering.finish();
            let general = diagnostics.len();
            return Self { text, tree: Arc::new(tree), diagnostics, general, steps: Vec::new(), done: 0 };
        }
        lowering.report_bidirectional_controls();
        let general = lowering.diagnostics.len();
        let mut steps = Vec::new();
        let mut rest = old.and_then(|old| old.rest(&text));
        let mut at = Some(Lowering::start(&text));
        if let Some(rest) = &mut rest {
            // What is before the change stays.
            // Where nothing is, the text may have got or lost its byte order mark.
            if !rest.head_steps.is_empty() {
                at = rest.steps.first().map(|step| step.start);
            }
            lowering.tree = std::mem::take(&mut rest.head);
            lowering.diagnostics.append(&mut rest.head_diagnostics);
            steps = std::mem::take(&mut rest.head_steps);
        }
        let kept = steps.len();
        while let Some(here) = at {
            if let Some(found) = rest.as_ref().and_then(|rest| rest.resumes(here, &text)) {
                let done = steps.len() - kept;
                if let Some(rest) = rest.take() {
                    rest.append(found, &mut lowering, general, &mut steps);
                }
                let Parsed { tree, diagnostics } = lowering.finish();
                return Self { text, tree: Arc::new(tree), diagnostics, general, steps, done };
            }
            steps.push(Step::new(here, &lowering, general));
            at = lowering.step(here);
        }
        let done = steps.len() - kept;
        let Parsed { tree, diagnostics } = lowering.finish();
        Self { text, tree: Arc::new(tree), diagnostics, general, steps, done }
    }

    /// How many of the first steps are in the new text what they were. What looks like the start of a definition and is none
    /// was found so after a look as far as to the end of the text; so where something was wrong, the step is done again.
    fn same(&self, text: &str, steps: usize) -> usize {
        let mut tries = 0;
        let ends = self.steps.iter().zip(self.steps.iter().skip(1)).take(steps).enumerate();
        for (number, (step, next)) in ends {
            if next.diagnostics == step.diagnostics {
                continue;
            }
            tries += 1;
            let mut lowering = Lowering::new(FileId(0), text);
            if tries > MAX_TRIES || lowering.step(step.start) != Some(next.start) || !self.made(*step, *next, &lowering)
            {
                return number;
            }
        }
        steps
    }

    /// Whether a step has made that.
    fn made(&self, step: Step, next: Step, lowering: &Lowering<'_>) -> bool {
        let found = self.general + step.diagnostics..self.general + next.diagnostics;
        let before = (
            self.tree.definitions.get(step.definitions..next.definitions),
            self.tree.comments.get(step.comments..next.comments),
            self.tree.broken_names.get(step.broken_names..next.broken_names),
            self.diagnostics.get(found),
        );
        let now = (
            Some(lowering.tree.definitions.as_slice()),
            Some(lowering.tree.comments.as_slice()),
            Some(lowering.tree.broken_names.as_slice()),
            Some(lowering.diagnostics.as_slice()),
        );
        format!("{before:?}") == format!("{now:?}")
    }

    /// Takes the reading apart where the text changed; nothing where the tree is not its own.
    fn rest(self, text: &str) -> Option<Rest> {
        let (old, new) = (self.text.as_bytes(), text.as_bytes());
        let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let shorter = old.len().min(new.len()) - same;
        let behind = old.iter().rev().zip(new.iter().rev()).take(shorter).take_while(|(old, new)| old == new).count();
        // How a step ends may depend on what the next one begins with.
        let ended = self.steps.iter().skip(1).take_while(|next| next.start <= same).count();
        let keep = self.same(text, ended.saturating_sub(1));
        let first = *self.steps.get(keep)?;
        let mut head = Arc::try_unwrap(self.tree).ok()?;
        let tree = Tree {
            definitions: head.definitions.split_off(first.definitions.min(head.definitions.len())),
            comments: head.comments.split_off(first.comments.min(head.comments.len())),
            broken_names: head.broken_names.split_off(first.broken_names.min(head.broken_names.len())),
        };
        let mut diagnostics = self.diagnostics;
        let mut head_diagnostics = diagnostics.split_off(self.general.min(diagnostics.len()));
        let diagnostics = head_diagnostics.split_off(first.diagnostics.min(head_diagnostics.len()));
        let mut head_steps = self.steps;
        let steps = head_steps.split_off(keep);
        let shift = i64::try_from(new.len()).ok()? - i64::try_from(old.len()).ok()?;
        Some(Rest { head, head_diagnostics, head_steps, tree, diagnostics, steps, shift, behind })
    }
}

impl Step {
    fn new(start: usize, lowering: &Lowering<'_>, general: usize) -> Self {
        Self {
            start,
            definitions: lowering.tree.definitions.len(),
            comments: lowering.tree.comments.len(),
            broken_names: lowering.tree.broken_names.len(),
            diagnostics: lowering.diagnostics.len() - general,
        }
    }
}

/// An older reading, taken apart.
struct Rest {
    head: Tree,
    head_diagnostics: Vec<Diagnostic>,
    head_steps: Vec<Step>,
    /// What was made from the change on.
    tree: Tree,
    diagnostics: Vec<Diagnostic>,
    steps: Vec<Step>,
    /// How far the text behind the change has moved.
    shift: i64,
    /// How many bytes behind the change are the same.
    behind: usize,
}

impl Rest {
    /// The step that begins here as it did before.
    fn resumes(&self, here: usize, text: &str) -> Option<usize> {
        // A definition looks back for its documentation, which cannot lie before a `}`.
        if here + self.behind < text.len() || !text.get(..here)?.ends_with('}') {
            return None;
        }
        let was = usize::try_from(i64::try_from(here).ok()? - self.shift).ok()?;
        self.steps.binary_search_by_key(&was, |step| step.start).ok()
    }

    /// Adds everything from a step on.
    fn append(mut self, found: usize, lowering: &mut Lowering<'_>, general: usize, steps: &mut Vec<Step>) {
        let (Some(first), Some(step)) = (self.steps.first().copied(), self.steps.get(found).copied()) else { return };
        let shift = Shift(self.shift);
        let now = Step::new(0, lowering, general);
        steps.extend(self.steps.split_off(found).into_iter().map(|old| Step {
            start: usize::try_from(i64::try_from(old.start).unwrap_or_default() + self.shift).unwrap_or_default(),
            definitions: old.definitions - step.definitions + now.definitions,
            comments: old.comments - step.comments + now.comments,
            broken_names: old.broken_names - step.broken_names + now.broken_names,
            diagnostics: old.diagnostics - step.diagnostics + now.diagnostics,
        }));
        let mut definitions = self.tree.definitions.split_off(step.definitions - first.definitions);
        shift.definitions(&mut definitions);
        let mut comments = self.tree.comments.split_off(step.comments - first.comments);
        for comment in &mut comments {
            shift.span(&mut comment.span);
        }
        let broken_names = self.tree.broken_names.split_off(step.broken_names - first.broken_names);
        let mut diagnostics = self.diagnostics.split_off(step.diagnostics - first.diagnostics);
        for diagnostic in &mut diagnostics {
            shift.diagnostic(diagnostic, FileId(0));
        }
        lowering.tree.definitions.append(&mut definitions);
        lowering.tree.comments.append(&mut comments);
        lowering.tree.broken_names.extend(broken_names);
        lowering.diagnostics.append(&mut diagnostics);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::syntax::parse;

    #[test]
    fn a_brace_far_behind_makes_a_service_of_what_was_none() {
        let before = "longrun r\n    run exec x\n    env A \"";
        let mut reading = Reading::new(before.to_owned());
        assert!(reading.tree().definitions.is_empty());
        for text in ["longrun r\n    run exec x\n    env A \"\"\n}\n", before] {
            reading = reading.again(text.to_owned());
            assert_eq!(format!("{:?}", reading.tree()), format!("{:?}", parse(FileId(0), text).tree));
        }
    }

    /// Definitions, texts in which definitions seem to begin and to end, and damage.
    const PARTS: &[&str] = &[
        "longrun a {\n    run exec x\n}\n",
        "oneshot b {\n    up sh \"\"\"\n}\nlongrun no {\n}\n\"\"\"\n}\n",
        "## documented\nbundle user { a, b }\n",
        "template t(a) {\n    ## inner\n    longrun {{a}} { run exec y; ready fd 3 }\n}\n",
        "use t(\"x\")",
        "longrun open {\n    run exec y\n",
        "pipeline p = a |\n",
        "\"\"\"",
        "\"",
        "}",
        "{",
        " ",
        "\n",
        "#",
        "\\",
        "bnudle what { a }\n# a comment\n",
        "let x = [\"1\", {{y}}]\n",
        "\u{202e}",
        "é",
    ];

    proptest! {
        #![proptest_config(crate::properties::config(512))]
        #[test]
        fn edits_make_what_a_fresh_reading_makes(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..16),
            edits in prop::collection::vec(
                (any::<prop::sample::Index>(), 0_usize..30, prop::sample::select(PARTS)),
                1..6,
            ),
        ) {
            let mut text = parts.concat();
            let mut reading = Reading::new(text.clone());
            for (at, length, part) in edits {
                let floor = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                let start = floor(at.index(text.len() + 1));
                let end = floor((start + length).min(text.len()));
                text.replace_range(start..end, part);
                reading = reading.again(text.clone());
                let fresh = parse(FileId(0), &text);
                prop_assert_eq!(format!("{:#?}", reading.tree), format!("{:#?}", fresh.tree), "{}", text);
                let found = reading.diagnostics(FileId(0));
                prop_assert_eq!(format!("{found:#?}"), format!("{:#?}", fresh.diagnostics), "{}", text);
            }
        }
    }

    #[test]
    fn a_byte_order_mark_comes_and_goes() {
        let text = "longrun a { run exec x }\n";
        let marked = format!("\u{feff}{text}");
        for (old, new) in [(text, &marked[..]), (&marked[..], text)] {
            let reading = Reading::new(old.to_owned()).again(new.to_owned());
            let fresh = parse(FileId(0), new);
            assert_eq!(format!("{:?}", reading.tree), format!("{:?}", fresh.tree));
            assert_eq!((reading.diagnostics.len(), fresh.diagnostics.len()), (0, 0));
        }
    }

    #[test]
    fn what_is_the_same_is_not_read_again() {
        let text = format!("bnudle what {{ a }}\n{}", [PARTS[0], PARTS[2], PARTS[3]].concat().repeat(200));
        let reading = Reading::new(text.clone());
        let (done, all) = reading.work();
        assert_eq!(done, all);
        let middle = text.len() / 2 + text[text.len() / 2..].find("exec").unwrap();
        let mut changed = text.clone();
        changed.insert(middle, 'é');
        let reading = reading.again(changed);
        assert!(reading.work().0 < 10, "{:?} of steps", reading.work());
        let held = reading.tree();
        // Somebody holds the tree: it cannot be changed, and everything is read.
        let again = reading.again(text);
        assert_eq!(again.work().0, again.work().1);
        drop(held);
    }
}
