//! Why the demo stopped: the step that failed, and what was expected of it.
//! Nothing is tried again.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use super::user_data::UserDataError;
use crate::http::HttpError;
use crate::lab::LabError;
use crate::process::ProcessError;
use crate::venv::VenvError;

/// Why the demo stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Build(#[from] ProcessError),
    #[error(transparent)]
    Venv(#[from] VenvError),
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error("no folder could be made in {}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("the demo stopped at \"{step}\"")]
    Step { step: &'static str, source: Failure },
}

/// What went wrong in a step.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("expected {expected}, found: {found}")]
    Expected { expected: &'static str, found: String },
    #[error("`{line}` could not be started")]
    Start { line: String, source: io::Error },
    #[error("`{line}` failed ({status})")]
    Failed { line: String, status: ExitStatus },
    #[error("`{line}` did not end within {seconds} seconds")]
    TooLong { line: String, seconds: u64 },
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("the machine's user data cannot be read")]
    UserData(#[from] UserDataError),
    #[error("the agent's configuration is none")]
    Configuration(#[source] serde_yaml::Error),
    #[error("{} could not be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} could not be read", path.display())]
    Program { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
}

/// Goes on only where something holds.
pub(super) fn expect(
    holds: bool,
    expected: &'static str,
    found: impl FnOnce() -> String,
) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::Expected { expected, found: found() }) }
}
