//! Why a step did not work: in one line, with the last lines of whatever was run.

use std::path::PathBuf;

use crate::manifest::MachinePath;
use crate::platform::command::CommandError;
use crate::platform::files::FileError;
use crate::platform::http::DownloadError;
use crate::platform::transient_unit::{Ended, UnitError};

use super::unpack::UnpackError;

/// A step that did not work.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A program that is not there or too slow.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A program that failed.
    #[error("{what} failed with {}", code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}")))]
    Failed {
        /// What was tried.
        what: String,
        /// Its exit code.
        code: Option<i32>,
        /// The last lines that it said.
        tail: String,
    },
    /// A script that failed.
    #[error("the script {script} {ended}")]
    Script {
        /// Which.
        script: String,
        /// How it ended, with its last lines.
        ended: Ended,
    },
    /// systemd does not run something.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// A service that does not come up or does not stay.
    #[error("{unit} {problem}")]
    Service {
        /// Which.
        unit: String,
        /// What is the matter.
        problem: String,
        /// What systemd and the journal say of it.
        tail: String,
    },
    /// Health checks that failed.
    #[error("{}", failed.join("; "))]
    Unhealthy {
        /// Which, and why.
        failed: Vec<String>,
    },
    /// An archive that is not unpacked.
    #[error("{what} cannot be unpacked")]
    Unpack {
        /// Which.
        what: String,
        /// Why.
        source: UnpackError,
    },
    /// Something that could not be fetched.
    #[error("{what} cannot be fetched")]
    Download {
        /// What.
        what: String,
        /// Why.
        source: DownloadError,
    },
    /// Nothing can be fetched at all.
    #[error("nothing can be fetched")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The memory can't be used.
    #[error(transparent)]
    State(#[from] super::state::StateError),
    /// Something that is not what was promised.
    #[error("{what} is something else than was promised: its SHA-256 is {found}, not {promised}")]
    Digest {
        /// What.
        what: String,
        /// What it has.
        found: String,
        /// What it should have.
        promised: String,
    },
    /// An object that this machine was given no URL of.
    #[error("no URL was handed over for {what}")]
    NoUrl {
        /// Which.
        what: String,
    },
    /// Secrets that nobody said the place of.
    #[error("the deployment has secrets, and this machine was not told where they are")]
    NoSecretsPlace,
    /// A user or a group that is not there.
    #[error("there is no {kind} {name} on this machine")]
    Nobody {
        /// Which of the two.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// Something in the way of a file.
    #[error("{path} is {found}, and {wanted} goes there")]
    InTheWay {
        /// Where.
        path: MachinePath,
        /// What is there.
        found: &'static str,
        /// What should be.
        wanted: &'static str,
    },
    /// A distribution that no package manager is known of.
    #[error("packages cannot be installed on {distribution}: it has neither apt-get nor dnf")]
    NoPackageManager {
        /// Its name.
        distribution: String,
    },
    /// No docker compose, or one that is too old.
    #[error("{problem}")]
    NoCompose {
        /// What is the matter.
        problem: String,
    },
    /// The unit that does what was handed over ends without having done it.
    #[error("{unit} does not set this machine up{}", reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    Left {
        /// Which.
        unit: &'static str,
        /// Why, where that is known.
        reason: Option<String>,
    },
    /// A bundle that this program does not understand.
    #[error("the bundle's {} is not understood", path.display())]
    Document {
        /// The file in it.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The end of a life, in tests.
    #[cfg(test)]
    #[error("killed")]
    Killed,
}

impl StepError {
    /// The last lines of what was run; nothing where nothing was.
    #[must_use]
    pub fn tail(&self) -> &str {
        match self {
            Self::Failed { tail, .. } | Self::Service { tail, .. } => tail,
            Self::Script { ended, .. } => &ended.output,
            _ => "",
        }
    }
}

/// The last lines of a text.
#[must_use]
pub(super) fn tail_of(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// An error with its causes in one line. A cause that only repeats the end of what stands there is left out.
#[must_use]
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let sentence = cause.to_string();
        if !line.ends_with(&sentence) {
            line = format!("{line}: {sentence}");
        }
        source = cause.source();
    }
    line
}
