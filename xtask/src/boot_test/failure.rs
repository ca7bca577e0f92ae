//! Why the boot test, or a case of it, stopped.
//! Nothing is tried again.

use std::io;
use std::path::{Path, PathBuf};

use crate::http::HttpError;
use crate::lab::LabError;
use crate::process::ProcessError;
use crate::venv::VenvError;

/// Why there is no verdict, or a bad one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BootTestError {
    #[error("no machine can be booted here: {0}")]
    Hindered(String),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Venv(#[from] VenvError),
    #[error(transparent)]
    Lab(#[from] LabError),
    #[error("the stage could not be set")]
    Stage(#[from] Failure),
    #[error("these failed: {0}")]
    Cases(String),
}

/// What went wrong in a case.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("expected {expected}, found: {found}")]
    Expected { expected: String, found: String },
    #[error("`{line}` could not be run")]
    Start { line: String, source: io::Error },
    #[error("`{line}` failed ({code}): {said}")]
    Failed { line: String, code: i32, said: String },
    #[error("{what} took longer than {seconds} s")]
    TooLong { what: String, seconds: u64 },
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("{} could not be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the line to the machine is broken")]
    Line(#[source] io::Error),
}

impl Failure {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }

    pub(super) fn expected(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Expected { expected: expected.into(), found: found.into() }
    }
}

/// Goes on only where something holds.
pub(super) fn expect(
    holds: bool,
    expected: impl Into<String>,
    found: impl Into<String>,
) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::expected(expected, found)) }
}

/// Text that something of ours has written.
pub(super) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::expected(std::any::type_name::<T>(), text))
}
