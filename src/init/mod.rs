//! What a new user begins with: starter files that teach, and services that other tools' files describe.

pub mod from;

use crate::s6rc::target::{Family, Target};

/// A starter file.
#[derive(Debug)]
pub struct Template {
    /// What it is called behind `--template`.
    pub name: &'static str,
    /// One line: what it is a start for.
    pub about: &'static str,
    /// What it is written for.
    pub family: Family,
    /// Its text, which calls itself [`FILE`] and names the newest target.
    text: &'static str,
}

/// The file that templates speak of, and that is written where no other is named.
pub const FILE: &str = "services.hermes";

/// Every template; the first of a family is its default.
pub static TEMPLATES: &[Template] = &[
    Template {
        name: "service",
        about: "an image with one program, and what is set up before it",
        family: Family::S6Overlay,
        text: include_str!("templates/service.hermes"),
    },
    Template {
        name: "web",
        about: "a web server in front of an application, with readiness and rotated logs",
        family: Family::S6Overlay,
        text: include_str!("templates/web.hermes"),
    },
    Template {
        name: "agent",
        about: "an agent's image: a slot, a dashboard behind a switch, a gateway for each profile",
        family: Family::S6Overlay,
        text: include_str!("templates/agent.hermes"),
    },
    Template {
        name: "machine",
        about: "a machine that boots with s6-rc itself, without s6-overlay",
        family: Family::S6Rc,
        text: include_str!("templates/machine.hermes"),
    },
];

impl Template {
    /// The template of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }

    /// The one for those who name none.
    #[must_use]
    pub fn default_of(family: Family) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.family == family)
    }

    /// Its text for a target of its family, in a file of that name.
    #[must_use]
    pub fn text(&self, target: &Target, file: &str) -> String {
        // In a comment only a plain name reads as what it is.
        let is_plain = file.chars().all(|char| char.is_ascii_alphanumeric() || "-_./".contains(char));
        let text = if is_plain { self.text.replace(FILE, file) } else { self.text.to_owned() };
        let newest = format!("\ntarget {}\n", Target::newest(self.family));
        text.replacen(&newest, &format!("\ntarget {target}\n"), 1)
    }
}

/// What to do with a file that was just written, one step a line.
#[must_use]
pub fn next_steps(target: &Target, file: &str) -> Vec<String> {
    let mut steps = vec![format!("hermesc check {file}")];
    if target.is_overlay() {
        steps.push(format!("hermesc emit {file} --rootfs rootfs"));
    } else {
        steps.push(format!("hermesc emit {file} -o source"));
        steps.push("s6-rc-compile compiled source".to_owned());
    }
    steps
}
