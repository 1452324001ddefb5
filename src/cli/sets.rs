//! What the paths of `hermesc check` stand for: text of the language, or source directories.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use glob::Pattern;

use crate::cli::output;
use crate::cli::progress::Progress;
use crate::cli::settings::{Severities, options};
use crate::cli::{FINE, Input, PROBLEMS, places};
use crate::compile::{self, Checked, Options};
use crate::parallel;
use crate::report::safe_text;
use crate::resolve::{Disk, Files};
use crate::s6rc::read::{self, Layout, Request};

/// A path that could not be read, and why.
pub(super) type Failure = (Utf8PathBuf, io::Error);

/// What only source directories take.
#[derive(Debug, Args)]
pub(super) struct Directories {
    /// For source directories: what lies beneath, such as a base image's tree. It defines names, and is not checked
    /// itself; of several, the first is the lowest.
    #[arg(long, value_name = "DIR")]
    against: Vec<Utf8PathBuf>,
    /// For source directories: names that may stay unknown, such as `init-*`. They are warnings then.
    #[arg(long, value_name = "PATTERN", value_parser = parse_pattern)]
    allow_unknown: Vec<Pattern>,
}

/// What `hermesc check --help` says of directories.
pub(super) const HELP: &str = "\
What a PATH is:
  FILE                     text of the language
  DIR with .hermes files   input of the language, whatever else it
                           holds
  DIR with etc/s6-overlay  an image's root, or a layer of one:
                           s6-overlay's own definitions lie beneath
                           it. So is a DIR with such a rootfs/ or
                           root/ in it, one with s6-rc.d or
                           user-bundles.d in it, and s6-rc.d itself.
                           Each such PATH is a service set of its own
  DIR of definitions       an s6-rc source directory; all such PATHs
                           are one service set, as s6-rc-compile
                           takes them

The target of a plain source directory is the newest s6-rc. In s6-overlay's layout it is the
version that is installed in the image, or else the newest. `--target` says otherwise, and
with `--target s6-rc` all directories are one service set.

All text of the language is one service set too. Sets are checked at the same time and shown in
the order of their PATHs; with `--each`, every PATH is a set of its own.";

fn parse_pattern(text: &str) -> Result<Pattern, String> {
    Pattern::new(text).map_err(|error| error.to_string())
}

/// A service set that is to be checked.
pub(super) struct Job {
    /// The paths that it is read from, as they were given.
    pub(super) roots: Vec<Utf8PathBuf>,
    /// How its source directories are read; nothing for text of the language.
    pub(super) request: Option<Request>,
    /// What lies beneath its directories, as it was given.
    pub(super) against: Vec<Utf8PathBuf>,
}

/// A service set, and what was found in it, or the path that could not be read.
pub(super) struct Set {
    /// The paths that it was read from, as they were given.
    pub(super) roots: Vec<Utf8PathBuf>,
    /// What was found.
    pub(super) checked: Result<Checked, Failure>,
}

/// What every command takes that answers questions about one service set.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    input: Input,
    #[command(flatten)]
    directories: Directories,
}

impl One {
    /// Reads the set, whatever is wrong with it, and gives the exit code: that there are errors is said, and no more.
    pub(super) fn read(&self) -> Result<(Checked, u8), u8> {
        let options = options(&self.input, &Severities::default())?;
        let mut sets = check(jobs(&self.input.paths, false, &self.directories, &options)?, &Disk, &options);
        let number = sets.len();
        let (Some(set), true) = (sets.pop(), number < 2) else {
            return Err(output::failure(
                &format!("the paths are {number} service sets"),
                Some("name the paths of one of them"),
            ));
        };
        let checked = set.checked.map_err(|(path, error)| output::unreadable(&path, &error))?;
        if checked.diagnostics.is_empty() {
            places::nothing_described(&checked);
        }
        if checked.errors() == 0 {
            return Ok((checked, FINE));
        }
        let errors = crate::report::count(checked.errors(), "error");
        output::note(&format!("{errors} in these services"), "`hermesc check` shows them");
        Ok((checked, PROBLEMS))
    }
}

impl Job {
    /// Reads and checks the set.
    fn check(&self, files: &dyn Files, options: &Options) -> Result<Checked, Failure> {
        match &self.request {
            Some(request) => compile::check_directories(request, &options.policy),
            None => compile::check_with(files, &self.roots, options),
        }
    }
}

/// What a path is, unless it is input of the language; the exit code where that cannot be told.
pub(super) fn recognised(path: &Utf8Path) -> Result<Option<Layout>, u8> {
    read::recognise(path).map_err(|(path, error)| output::unreadable(&path, &error))
}

/// What one path stands for; the exit code where it is nothing that can be checked.
pub(super) fn recognise(path: &Utf8Path) -> Result<Option<Layout>, u8> {
    places::other_than_source(path)?;
    match recognised(path)? {
        Some(layout) => Ok(Some(layout)),
        None if read::holds_nothing(path) => Err(output::failure(
            &safe_text(&format!("{path} holds neither `.hermes` files nor s6-rc source directories")),
            Some(&safe_text(&places::anywhere(path))),
        )),
        None => Ok(None),
    }
}

/// The service sets that the paths stand for, in the order of their first paths; the exit code where one is none. With
/// `each`, every path is a set of its own.
pub(super) fn jobs(
    paths: &[Utf8PathBuf],
    each: bool,
    directories: &Directories,
    options: &Options,
) -> Result<Vec<Job>, u8> {
    for path in &directories.against {
        let metadata = path.metadata().map_err(|error| output::unreadable(path, &error))?;
        if !metadata.is_dir() {
            return Err(output::failure(
                &format!("{path} is not a directory"),
                Some("`--against` takes a base image's tree"),
            ));
        }
    }
    let lower = |path: &Utf8PathBuf| Ok(recognised(path)?.unwrap_or_else(|| read::source(path)));
    let against: Vec<Layout> = directories.against.iter().map(lower).collect::<Result<_, u8>>()?;
    let request = |layouts: Vec<Layout>| Request {
        layouts,
        against: against.clone(),
        target: options.target,
        allowed: directories.allow_unknown.clone(),
        pending: read::Pending::default(),
    };
    let mut told = Vec::new();
    for path in paths {
        told.push((path.clone(), recognise(path)?));
    }
    if each {
        let job = |(path, layout): (Utf8PathBuf, Option<Layout>)| Job {
            roots: vec![path],
            request: layout.map(|layout| request(vec![layout])),
            against: directories.against.clone(),
        };
        return Ok(told.into_iter().map(job).collect());
    }
    let mut jobs: Vec<(usize, Job)> = Vec::new();
    let mut add = |request: Option<Request>, belongs: &dyn Fn(Option<&Layout>) -> bool| {
        let roots = || told.iter().enumerate().filter(|(_, (_, layout))| belongs(layout.as_ref()));
        if let Some((first, _)) = roots().next() {
            let roots = roots().map(|(_, (path, _))| path.clone()).collect();
            jobs.push((first, Job { roots, request, against: directories.against.clone() }));
        }
    };
    add(None, &|layout| layout.is_none());
    let layouts = told.iter().filter_map(|(_, layout)| layout.clone()).collect();
    for group in read::group(layouts, options.target) {
        let own = group.clone();
        add(Some(request(group)), &|layout| layout.is_some_and(|layout| own.contains(layout)));
    }
    jobs.sort_by_key(|(first, _)| *first);
    Ok(jobs.into_iter().map(|(_, job)| job).collect())
}

/// Checks service sets, several at a time; what comes back is in the order of the jobs. Text is read through `files`.
pub(super) fn check(jobs: Vec<Job>, files: &(dyn Files + Sync), options: &Options) -> Vec<Set> {
    let progress = Progress::new("checking");
    if jobs.iter().any(|job| job.request.is_some()) {
        progress.may_be_large();
    }
    let files = &progress.reading(files);
    let found = parallel::each(&jobs, 2, |job| job.check(files, options));
    jobs.into_iter().zip(found).map(|(job, checked)| Set { roots: job.roots, checked }).collect()
}
