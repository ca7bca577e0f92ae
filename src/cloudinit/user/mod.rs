//! What somebody adds to a machine's start: parts of user data, scripts, commands, and the environment of both.
//!
//! It is read and checked here, before anything is made. How it gets to the machine is `delivery`'s business.

pub(super) mod cloud_config;
mod environment;
mod mail;
mod read;

use std::fmt;

use super::mime::PartKind;

pub use cloud_config::replaced;
pub use environment::{Environment, EnvironmentError};
pub use read::read;

/// Everything that somebody adds to a machine's start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserBoot {
    /// Further parts of user data, in order.
    pub parts: Vec<UserPart>,
    /// Scripts and commands, in order.
    pub jobs: Vec<Job>,
    /// What scripts and commands find in their environment.
    pub environment: Environment,
    /// Random text that goes with what is fetched, so that its digest, which is in the user data, tells nothing of a
    /// short secret.
    pub salt: String,
}

impl UserBoot {
    /// Whether nothing is added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.jobs.is_empty() && self.environment.is_empty()
    }
}

/// A part of user data that somebody gave.
#[derive(Clone, PartialEq, Eq)]
pub struct UserPart {
    /// What cloud-init does with it.
    pub kind: PartKind,
    /// Where it is from: the file, and which of its parts.
    pub origin: String,
    /// Its content.
    pub body: String,
}

impl fmt::Debug for UserPart {
    /// Without its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserPart({:?}, {:?}, {} bytes)", self.kind, self.origin, self.body.len())
    }
}

/// Something that runs once on the machine, when everything else is there.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// Who runs it.
    pub kind: JobKind,
    /// What it is called: the name of the script's file.
    pub name: String,
    /// A script, or a line for bash.
    pub body: String,
}

impl fmt::Debug for Job {
    /// Without its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({:?}, {:?}, {} bytes)", self.kind, self.name, self.body.len())
    }
}

/// Who runs a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// A script, run by root.
    Script,
    /// A command, run by the image's login user in a login shell.
    Command,
}

impl Job {
    /// A script of this text; says whether `#!/bin/bash` had to be put before it.
    ///
    /// # Errors
    /// Where no system could run it.
    pub fn script(file: &str, text: &str) -> Result<(Self, Interpreter), UserDataError> {
        let name = read::safe_name(file);
        let refuse = |reason, hint| UserDataError::Script { file: file.to_owned(), reason, hint };
        if text.trim().is_empty() {
            return Err(refuse("it is empty", "give a script that does something"));
        }
        read::refuse_return(file, text)?;
        let (body, interpreter) = match text.strip_prefix("#!") {
            Some(_) => (text.to_owned(), Interpreter::Named),
            None => (format!("#!/bin/bash\n{text}"), Interpreter::Assumed),
        };
        if body.contains('\0') {
            return Err(refuse("it holds a zero byte, so it is not text", "give the text of a script"));
        }
        Ok((Self { kind: JobKind::Script, name, body }, interpreter))
    }

    /// A command for the login user's shell.
    ///
    /// # Errors
    /// Where it is empty.
    pub fn command(text: &str) -> Result<Self, UserDataError> {
        if text.trim().is_empty() || text.contains('\0') {
            return Err(UserDataError::EmptyCommand);
        }
        Ok(Self { kind: JobKind::Command, name: "command".to_owned(), body: format!("{text}\n") })
    }
}

/// Where a script's interpreter is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpreter {
    /// Its first line.
    Named,
    /// It has no such line, and is taken for bash.
    Assumed,
}

/// Why something can't be added to a machine's start.
#[derive(Debug, thiserror::Error)]
pub enum UserDataError {
    /// A part that cloud-init would not know, or must not get.
    #[error("{origin}: {reason}")]
    Part {
        /// The file, and which of its parts.
        origin: String,
        /// What is the matter.
        reason: String,
        /// What to do instead.
        hint: String,
    },
    /// A key of a cloud-config that would take from the machine what it ends or is reached by.
    #[error("{origin}{}: {key}: {reason}", line.map_or_else(String::new, |line| format!(" line {line}")))]
    Key {
        /// The file, and which of its parts.
        origin: String,
        /// The line in that part.
        line: Option<usize>,
        /// The key.
        key: String,
        /// Why not.
        reason: &'static str,
        /// What to write instead.
        hint: &'static str,
    },
    /// A part that is not YAML.
    #[error("{origin} is not YAML")]
    Yaml {
        /// The file, and which of its parts.
        origin: String,
        /// Where and why.
        source: serde_yaml::Error,
    },
    /// A script that can't be run.
    #[error("script {file}: {reason}")]
    Script {
        /// The file.
        file: String,
        /// Why not.
        reason: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// A command without content.
    #[error("--command is empty")]
    EmptyCommand,
}

impl UserDataError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Part { hint, .. } => Some(hint.clone()),
            Self::Key { hint, .. } | Self::Script { hint, .. } => Some((*hint).to_owned()),
            Self::Yaml { .. } => Some("check it: cloud-init schema --annotate --config-file FILE".to_owned()),
            Self::EmptyCommand => Some("say what to run: --command 'python3 train.py'".to_owned()),
        }
    }
}
