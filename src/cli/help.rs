//! What `hermesc` says of itself: its commands in groups, the ones to begin with first.

use clap::Command;

/// The commands, each in one group.
const GROUPS: &[(&str, &[&str])] = &[
    ("Begin here", &["init", "check", "emit", "explain"]),
    ("See what there is", &["list", "show", "plan", "why", "what-if", "graph", "diff"]),
    ("Write and convert", &["fmt", "watch", "import", "expand", "instantiate"]),
    ("Editors, shells, manual", &["lsp", "completions", "man"]),
];

/// What stands below the shorter help.
const BEGIN: &str = "\
Examples:
  hermesc init                                    write services.hermes
  hermesc check services.hermes                   see what is wrong with it
  hermesc emit services.hermes --rootfs rootfs    write the files of an image
  hermesc check rootfs                            check directories as they are

`hermesc COMMAND --help` says more of a command, with examples.";

/// The program's own help.
pub(super) fn grouped(command: Command) -> Command {
    let header = *command.get_styles().get_header();
    let literal = *command.get_styles().get_literal();
    let mut groups = String::new();
    for (title, names) in GROUPS {
        groups.push_str(&format!("{header}{title}:{header:#}\n"));
        for sub in names.iter().filter_map(|name| command.find_subcommand(name)) {
            let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
            groups.push_str(&format!("  {literal}{:<12}{literal:#} {about}\n", sub.get_name()));
        }
        groups.push('\n');
    }
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{header}Options:{header:#}\n{{options}}{{after-help}}"
    );
    command.help_template(template).after_help(BEGIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command_line;

    #[test]
    fn every_command_is_in_one_group_and_on_one_line() {
        for command in command_line().get_subcommands().filter(|command| !command.is_hide_set()) {
            let name = command.get_name();
            let groups = GROUPS.iter().flat_map(|(_, names)| *names).filter(|other| **other == name).count();
            assert_eq!(groups, 1, "`{name}` stands in {groups} groups");
            let about = command.get_about().expect("a sentence about it").to_string();
            assert!(about.chars().count() <= 65, "80 columns have no room for: {about}");
        }
    }
}
