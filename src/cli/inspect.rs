//! `hermesc plan`, `why`, `what-if`, `list` and `show`: a question each, with the same two forms of an answer.

use clap::{Args, ValueEnum};

use crate::cli::output::{self, Stream};
use crate::cli::sets::One;
use crate::cli::{ColorChoice, PROBLEMS};
use crate::inspect::{self, Answer, Set, UnknownName};
use crate::report::json::text;
use crate::report::safe_text;
use crate::resolve::values;

/// What every question takes.
#[derive(Debug, Args)]
struct Question {
    #[command(flatten)]
    one: One,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    question: Question,
    /// What `S6_CMD_WAIT_FOR_SERVICES_MAXTIME` is set to, such as 30s; `never` is no limit.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    wait: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// The name that needs the other.
    #[arg(value_name = "A")]
    from: String,
    /// The name that is needed.
    #[arg(value_name = "B")]
    to: String,
    #[command(flatten)]
    question: Question,
}

#[derive(Debug, Args)]
pub(super) struct WhatIfArgs {
    /// A name that fails to start; may be given several times.
    #[arg(long, required = true, value_name = "NAME")]
    fails: Vec<String>,
    #[command(flatten)]
    question: Question,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    question: Question,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The name of a service or bundle.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    question: Question,
}

fn parse_duration(text: &str) -> Result<u64, String> {
    values::duration(text).map(u64::from).map_err(|_| "durations have a unit: ms, s, m or h".to_owned())
}

/// Reads a set, asks it, and shows the answer.
fn ask(question: &Question, color: ColorChoice, answer: impl FnOnce(&Set<'_>) -> Result<Answer, UnknownName>) -> u8 {
    let (checked, code) = match question.one.read() {
        Ok(read) => read,
        Err(code) => return code,
    };
    let set = Set::new(&checked.model, &checked.sources, Stream::Out.style(color).unicode);
    match answer(&set) {
        Ok(answer) => {
            match question.format {
                Form::Text => Stream::Out.write(&answer.text),
                Form::Json => Stream::Out.write_content(text(&answer.json).as_bytes()),
            }
            if answer.fine { code } else { PROBLEMS }
        }
        Err(UnknownName { name, near }) => {
            let near = near.map(|near| format!("did you mean `{}`?", safe_text(&near)));
            let help = near.as_deref().unwrap_or("`hermesc list` prints the names");
            output::failure(&format!("`{}` is not defined", safe_text(&name)), Some(help));
            PROBLEMS
        }
    }
}

pub(super) fn plan(arguments: &PlanArgs, color: ColorChoice) -> u8 {
    ask(&arguments.question, color, |set| Ok(inspect::plan(set, arguments.wait)))
}

pub(super) fn why(arguments: &WhyArgs, color: ColorChoice) -> u8 {
    ask(&arguments.question, color, |set| inspect::why(set, &arguments.from, &arguments.to))
}

pub(super) fn what_if(arguments: &WhatIfArgs, color: ColorChoice) -> u8 {
    ask(&arguments.question, color, |set| inspect::what_if(set, &arguments.fails))
}

pub(super) fn list(arguments: &ListArgs, color: ColorChoice) -> u8 {
    ask(&arguments.question, color, |set| Ok(inspect::list(set)))
}

pub(super) fn show(arguments: &ShowArgs, color: ColorChoice) -> u8 {
    ask(&arguments.question, color, |set| inspect::show(set, &arguments.name))
}
