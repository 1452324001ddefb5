//! Examples of each command, for its page and its `--help`.

/// A command line, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// What it is for, as a person would ask for it.
    pub about: &'static str,
    /// The command line; of several lines, one continues the other as the shell has it.
    pub command: &'static str,
}

const fn example(about: &'static str, command: &'static str) -> Example {
    Example { about, command }
}

/// The examples of each command, by its name.
const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "hermesc",
        &[
            example("Write a file to begin with", "hermesc init"),
            example("See every problem of a service set, with its place", "hermesc check services.hermes"),
            example(
                "Write the source directories of an image",
                "hermesc emit services.hermes -o rootfs/etc/s6-overlay",
            ),
            example("Turn the directories that an image has into text", "hermesc import rootfs -o services.hermes"),
            example("Read what a code means", "hermesc explain empty-user"),
        ],
    ),
    (
        "check",
        &[
            example("Check all files of a directory as one service set", "hermesc check services"),
            example("Check source directories as they are", "hermesc check /etc/s6-rc/source"),
            example(
                "Check a layer of an image on top of another",
                "hermesc check rootfs --against ../base-image/rootfs",
            ),
            example("Allow names that the base image defines", "hermesc check rootfs --allow-unknown 'init-*'"),
            example(
                "Fail on warnings, and annotate a pull request",
                "hermesc check services --deny warnings --format github",
            ),
            example("Mend what is sure", "hermesc check services --fix"),
        ],
    ),
    (
        "emit",
        &[
            example(
                "Write the source directories of an image",
                "hermesc emit services.hermes -o rootfs/etc/s6-overlay",
            ),
            example("Write them for a machine that boots with s6-rc", "hermesc emit boot.hermes -o /etc/s6-rc/source"),
            example(
                "Ask, in a build, whether they are current",
                "hermesc emit services.hermes -o rootfs/etc/s6-overlay --check",
            ),
            example(
                "Write all files of an image, and print the Dockerfile's lines",
                "hermesc emit services.hermes --rootfs rootfs",
            ),
        ],
    ),
    (
        "watch",
        &[
            example("Check again whenever something is saved", "hermesc watch services"),
            example("Keep the source directories current", "hermesc watch services -o rootfs/etc/s6-overlay"),
            example("On a mount of which the system does not tell", "hermesc watch services --poll=2s"),
        ],
    ),
    (
        "fmt",
        &[
            example("Lay out all files below a directory", "hermesc fmt ."),
            example("Ask, in a build, whether they are laid out", "hermesc fmt --check services"),
            example("Lay out what an editor holds", "hermesc fmt - < services.hermes"),
        ],
    ),
    (
        "init",
        &[
            example("Begin with one program and its set-up", "hermesc init"),
            example("See what else there is to begin with", "hermesc init --template list"),
            example("A web server, in a directory", "hermesc init --template web image"),
            example("A machine without s6-overlay, to standard output", "hermesc init --target s6-rc -"),
            example("Begin with what supervisord, compose or a Dockerfile has", "hermesc init --from supervisord.conf"),
        ],
    ),
    ("expand", &[example("See what the services become without sugar", "hermesc expand services.hermes")]),
    (
        "import",
        &[
            example("Turn the services of an image into text", "hermesc import rootfs -o services.hermes"),
            example(
                "Keep long scripts in files of their own",
                "hermesc import /etc/s6-rc/source -o boot.hermes --scripts files",
            ),
        ],
    ),
    (
        "instantiate",
        &[
            example(
                "Add a service to a machine that runs",
                "hermesc instantiate gateways.hermes gateway profile=coder \\\n    --scandir /run/service",
            ),
            example("See what was added", "hermesc instantiate --list --scandir /run/service"),
            example(
                "Take it away again",
                "hermesc instantiate gateways.hermes gateway profile=coder \\\n    --scandir /run/service --remove",
            ),
        ],
    ),
    (
        "graph",
        &[
            example("Draw the services with Graphviz", "hermesc graph services.hermes | dot -Tsvg > services.svg"),
            example("Make a page to click and search in", "hermesc graph services --format html -o services.html"),
        ],
    ),
    (
        "plan",
        &[
            example("See what starts when", "hermesc plan services"),
            example("Compare the boot with the time that the image waits", "hermesc plan services --wait 30s"),
        ],
    ),
    ("why", &[example("See why `web` needs `database`", "hermesc why web database services")]),
    ("what-if", &[example("See what a failure of `database` costs", "hermesc what-if --fails database services")]),
    (
        "list",
        &[
            example("List the services of an image", "hermesc list rootfs"),
            example(
                "List their names for a script",
                "hermesc list services --format json | jq -r '.definitions[].name'",
            ),
        ],
    ),
    ("show", &[example("See all that is known of `web`", "hermesc show web services")]),
    (
        "diff",
        &[
            example("See what you changed since the last commit", "hermesc diff --rev HEAD services"),
            example("Compare a pull request with what it goes into", "hermesc diff origin/main:services HEAD:services"),
            example(
                "Make the old source directories the new ones",
                "hermesc diff old.hermes new.hermes --format unified \\\n    | git apply --directory rootfs/etc/s6-overlay",
            ),
            example(
                "List what the boot starts now and did not before",
                "hermesc diff --rev HEAD services --format json \\\n    | jq -r '.boot.starts[]'",
            ),
        ],
    ),
    ("lsp", &[example("Serve an editor; editors run this themselves", "hermesc lsp")]),
    (
        "explain",
        &[
            example("Read what a code means", "hermesc explain dependency-cycle"),
            example("Read about all of them", "hermesc explain --all | less"),
        ],
    ),
    (
        "completions",
        &[
            example("Complete in this bash", "source <(hermesc completions bash)"),
            example(
                "Complete in every bash of a machine",
                "hermesc completions bash \\\n    > /usr/share/bash-completion/completions/hermesc",
            ),
            example("In every zsh", "hermesc completions zsh \\\n    > /usr/share/zsh/vendor-completions/_hermesc"),
            example(
                "In every fish",
                "hermesc completions fish \\\n    > /usr/share/fish/vendor_completions.d/hermesc.fish",
            ),
        ],
    ),
    (
        "man",
        &[
            example("Read the page of `hermesc check`", "hermesc man check | man -l -"),
            example("Install all pages for one user", "hermesc man --out ~/.local/share/man/man1"),
        ],
    ),
];

/// The examples of a command; `hermesc` are those of the program.
#[must_use]
pub fn examples(command: &str) -> &'static [Example] {
    EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, examples)| examples)
}

/// The commands that there are examples of.
pub fn names() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|(name, _)| *name)
}
