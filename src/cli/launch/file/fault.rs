//! What can be wrong with a launch file: where, what, and what to type instead.
//!
//! What is wrong with a wish as a whole is told by whoever judges wishes.

use std::fmt;

use super::MOST_BYTES;
use crate::cli::command_error::CommandError;
use crate::cli::usage::NotParsed;
use crate::platform::files::FileError;
use crate::platform::process::NoHome;

/// A file and a line of it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// What is wrong with a launch file.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileFault {
    #[error(transparent)]
    NotRead(#[from] FileError),
    #[error("{0}: a launch file has at most {MOST_BYTES} bytes, and this one has more")]
    TooLarge(String),
    #[error("{file}: it is not UTF-8 text: byte {byte} cannot be read")]
    NotText { file: String, byte: usize },
    #[error("{place}: it is not YAML")]
    NotYaml { place: Place, source: serde_yaml::Error },
    #[error("{0}: it says nothing")]
    Empty(String),
    #[error("{0}: it is not a list of keys and values such as ttl: 8h")]
    NotAMapping(String),
    #[error("{place}: no key is called {key:?}{}", or_nearest(nearest))]
    UnknownKey { place: Place, key: String, nearest: Option<String> },
    #[error("{place}: {key} is refused in a launch file: {reason}")]
    NotInAFile { place: Place, key: String, reason: &'static str },
    #[error("{place}: {key} is given twice: line {first} has it too")]
    Twice { place: Place, key: String, first: usize },
    #[error("{place}: {key} has no value")]
    NoValue { place: Place, key: String },
    #[error("{place}: {key} is {is}, and has to be {expected}")]
    WrongKind { place: Place, key: String, is: String, expected: &'static str },
    #[error("{place}: {key}: {reason}")]
    BadValue { place: Place, key: String, reason: String },
    #[error("{place}: {key} cannot be used with {other}, which line {line} has")]
    Contradiction { place: Place, key: String, other: String, line: usize },
    #[error("{place}: {key} needs {needed}")]
    Needs { place: Place, key: String, needed: String },
    #[error("{place}: {key} begins with ~, and {source}")]
    NoHome { place: Place, key: String, source: NoHome },
    #[error("stdin is the launch file, so that it can't bring offers too")]
    NoTypeOnStdin,
}

fn or_nearest(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

impl From<FileFault> for CommandError {
    fn from(fault: FileFault) -> Self {
        let keys = "every key with its value: cloudkit help launch-file";
        let hint = match &fault {
            FileFault::NotRead(_) => {
                "name a launch file that is there: --file FILE; write one: --save-file FILE".to_owned()
            }
            FileFault::TooLarge(_) => "let a script hold what is large: script: FILE".to_owned(),
            FileFault::NotText { .. } => "give text".to_owned(),
            FileFault::NotInAFile { key, reason, .. } if !reason.starts_with("a launch file") => {
                format!("leave it out, and give it on the command line: --{key}")
            }
            FileFault::NoValue { .. } => "give it one, or leave it out".to_owned(),
            FileFault::Needs { needed, .. } if needed == "instance-type" => {
                "name types in the file, or leave it out: offers on stdin say where they are".to_owned()
            }
            FileFault::NoTypeOnStdin => {
                "name a type in it or by --instance-type, or name the file: --file FILE".to_owned()
            }
            FileFault::NoHome { .. } => "name the folder without ~".to_owned(),
            FileFault::Twice { .. } => "give each key once; one with several values takes a list".to_owned(),
            FileFault::NotYaml { .. }
            | FileFault::Empty(_)
            | FileFault::NotAMapping(_)
            | FileFault::UnknownKey { .. }
            | FileFault::NotInAFile { .. }
            | FileFault::WrongKind { .. }
            | FileFault::BadValue { .. }
            | FileFault::Contradiction { .. }
            | FileFault::Needs { .. } => keys.to_owned(),
        };
        Self::usage(fault).hint(hint)
    }
}

impl From<FileFault> for NotParsed {
    fn from(fault: FileFault) -> Self {
        Self::Input(fault.into())
    }
}
