//! `--file` and `--save-file`: a launch as a file of the same flags.
//!
//! A file becomes arguments, and the parser of the command line reads them: there is one way to make a wish. Nothing in a
//! file is run here.

mod blame;
mod document;
mod fault;
mod help;
mod keys;
mod save;
#[cfg(test)]
mod tests;
mod words;

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches, ValueHint};

use self::fault::FileFault;
use self::keys::{Key, Keys};
use self::words::{LaunchFile, Typed};
use crate::cli::arguments::Cloudkit;
use crate::cli::usage::NotParsed;
use crate::platform::Process;
use crate::platform::files::FileError;

pub(in crate::cli) use help::help;
pub(super) use save::Saving;

/// What nobody writes by hand.
const MOST_BYTES: u64 = 64 * 1024;
const FILE: &str = "launch_file";
const STDIN: &str = "-";

/// The launch as a file.
#[derive(Debug, Args)]
#[command(next_help_heading = "As a file")]
pub(super) struct FileArguments {
    /// Launch what this file says: the flags by their long names, as YAML; flags go over it, and - is stdin
    #[arg(id = FILE, short = 'f', long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Also write what was asked for into a new file, for --file; with --dry-run nothing else is done
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    save_file: Option<PathBuf>,
}

impl FileArguments {
    /// Whether a file is to be written.
    pub(super) const fn saves(&self) -> bool {
        self.save_file.is_some()
    }
}

/// What was typed, or said by a file: each flag with its values as they were written.
#[derive(Debug)]
pub(super) struct Given(Vec<(String, Vec<OsString>)>);

impl Given {
    fn of(matches: &ArgMatches) -> Self {
        let typed = matches.ids().filter(|id| was_typed(matches, id.as_str()));
        Self(typed.map(|id| (id.to_string(), raw(matches, id.as_str()))).collect())
    }

    fn get(&self, id: &str) -> Option<&[OsString]> {
        self.0.iter().find(|(given, _)| given == id).map(|(_, values)| values.as_slice())
    }
}

impl Args for Given {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self::of(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::of(matches);
        Ok(())
    }
}

impl Typed for ArgMatches {
    fn has(&self, key: &Key<'_>) -> bool {
        was_typed(self, key.argument.get_id().as_str())
    }

    fn has_pair(&self, key: &Key<'_>, pair: &str) -> bool {
        let is_it = |value: &OsString| {
            let value = value.to_string_lossy();
            value.strip_prefix(pair).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        self.has(key) && raw(self, key.argument.get_id().as_str()).iter().any(is_it)
    }
}

fn was_typed(matches: &ArgMatches, id: &str) -> bool {
    matches.value_source(id) == Some(ValueSource::CommandLine)
}

fn raw(matches: &ArgMatches, id: &str) -> Vec<OsString> {
    matches.try_get_raw(id).ok().flatten().unwrap_or_default().map(OsStr::to_owned).collect()
}

/// A command with `--file`.
struct Asked<'m> {
    verbs: Vec<&'m str>,
    matches: &'m ArgMatches,
    path: PathBuf,
}

impl<'m> Asked<'m> {
    fn find(mut matches: &'m ArgMatches) -> Option<Self> {
        let mut verbs = Vec::new();
        loop {
            if let Ok(Some(path)) = matches.try_get_one::<PathBuf>(FILE) {
                return Some(Self { verbs, matches, path: path.clone() });
            }
            let (verb, below) = matches.subcommand()?;
            verbs.push(verb);
            matches = below;
        }
    }
}

/// Reads the arguments anew with what the launch file says, where they name one.
pub(in crate::cli) fn read_too(
    process: &Process,
    words: &[OsString],
    parsed: Result<ArgMatches, clap::Error>,
) -> Result<ArgMatches, NotParsed> {
    let matches = match &parsed {
        Ok(matches) => matches.clone(),
        // What is missing may be in the file.
        Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
            match Cloudkit::command().ignore_errors(true).try_get_matches_from(words) {
                Ok(matches) => matches,
                Err(_) => return parsed.map_err(NotParsed::from),
            }
        }
        Err(_) => return parsed.map_err(NotParsed::from),
    };
    let Some(asked) = Asked::find(&matches) else { return parsed.map_err(NotParsed::from) };
    let file = read(process, &asked.path)?;
    with_file(process, words, &asked, &file)
}

fn with_file(
    process: &Process,
    words: &[OsString],
    asked: &Asked<'_>,
    file: &LaunchFile,
) -> Result<ArgMatches, NotParsed> {
    let root = keys::command_line(&asked.verbs);
    let keys = Keys::of(&root, &asked.verbs);
    let said = file.words(&keys, asked.matches, process)?;
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let (before, after) = words.split_at(end);
    let all = before.iter().chain(&said).chain(after);
    let matches = Cloudkit::command().try_get_matches_from(all).map_err(|error| {
        let alone = |word: &OsString| {
            let names = ["cloudkit"].into_iter().chain(asked.verbs.iter().copied()).map(OsStr::new);
            Cloudkit::command().try_get_matches_from(names.chain([word.as_os_str()])).map(drop)
        };
        blame::blame(&error, file, &said, alone).map_or_else(|| error.into(), NotParsed::from)
    })?;
    let names_a_type =
        || Asked::find(&matches).is_some_and(|asked| was_typed(asked.matches, "instance_type"));
    if asked.path == Path::new(STDIN) && !names_a_type() {
        return Err(FileFault::NoTypeOnStdin.into());
    }
    Ok(matches)
}

fn read(process: &Process, path: &Path) -> Result<LaunchFile, FileFault> {
    let is_stdin = path == Path::new(STDIN);
    let name = if is_stdin { "stdin".to_owned() } else { path.display().to_string() };
    let content =
        if is_stdin { limited(process.stdin()) } else { std::fs::File::open(path).and_then(limited) };
    let content =
        content.map_err(|source| FileError { action: "read", path: PathBuf::from(&name), source })?;
    let content = content.ok_or_else(|| FileFault::TooLarge(name.clone()))?;
    let folder = if is_stdin { Path::new("") } else { path.parent().unwrap_or(Path::new("")) };
    LaunchFile::read(&name, folder, content)
}

/// The whole of it, where it is not too much.
fn limited(source: impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    source.take(MOST_BYTES + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= MOST_BYTES).then_some(content))
}
