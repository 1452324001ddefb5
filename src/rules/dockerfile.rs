//! What is found in a Dockerfile that stands beside the sources.

use crate::diagnostic::Severity;
use crate::rules::{Example, Rule, Scope};

/// The image does not start the way the sources say.
pub static ENTRYPOINT: Rule = Rule {
    id: "dockerfile-entrypoint",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "The image does not start the way the sources say",
    explanation: r##"Under s6-overlay `/init` is process 1, and what stands behind it in ENTRYPOINT is the command that it runs when the services are up. With a `main` that is the wrapper which `hermesc emit --rootfs` writes: `ENTRYPOINT ["/init", "/etc/s6-overlay/scripts/main"]`, so that the arguments of `docker run` are the wrapper's. In CMD it would be replaced by them. A `stage2-hook` runs only where S6_STAGE2_HOOK names it. Only the last stage of the Dockerfile is read."##,
    bad: Example::None,
    good: Example::None,
    check: None,
};

/// Files that the sources stand for are not copied into the image.
pub static COPY: Rule = Rule {
    id: "dockerfile-copy",
    severity: Severity::Error,
    scope: Scope::Language,
    summary: "Files that the sources stand for are not copied into the image",
    explanation: r##"No COPY, ADD or RUN of the Dockerfile's last stage reaches the place where s6-overlay looks for them, so that the image would start without them and say nothing. `hermesc emit --rootfs rootfs` writes the files and prints the lines for the Dockerfile."##,
    bad: Example::None,
    good: Example::None,
    check: None,
};

/// Every rule of this file.
pub static ALL: &[&Rule] = &[&COPY, &ENTRYPOINT];
