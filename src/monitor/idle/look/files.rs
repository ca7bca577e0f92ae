//! The files of a look: small ones, of the kernel and of systemd, and why one can't be read.
//!
//! What they mean is not known here.

use std::io;
use std::path::{Path, PathBuf};

use procfs::ProcError;

use super::{Kind, Root};
use crate::monitor::idle::sample::Reading;
use crate::platform::files::{FileError, read_if_there};

/// Something that could not be looked at.
#[derive(Debug, thiserror::Error)]
pub(super) enum LookError {
    /// A file or folder can't be read.
    #[error("cannot read {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    /// A file is not there that always is.
    #[error("there is no {}", path.display())]
    Missing { path: PathBuf },
    /// A file is not as it should be.
    #[error("cannot understand {}", path.display())]
    Content { path: PathBuf },
    /// The kernel's file is not as it should be.
    #[error("cannot read {}: {source}", path.display())]
    Proc { path: PathBuf, source: ProcError },
    /// Another reason, in words.
    #[error("{0}")]
    Other(String),
}

impl From<FileError> for LookError {
    fn from(error: FileError) -> Self {
        Self::File { path: error.path, source: error.source }
    }
}

/// A reading, with why where it failed.
pub(super) fn reading<T>(result: Result<T, LookError>) -> Reading<T> {
    match result {
        Ok(value) => Reading::Known(value),
        Err(error) => Reading::Unknown(error.to_string()),
    }
}

impl Root {
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn is_recording(&self) -> bool {
        self.kind == Kind::Recording
    }

    /// The text of a file that is always there.
    pub(super) fn text(&self, name: &str) -> Result<String, LookError> {
        self.text_if_there(name)?.ok_or_else(|| LookError::Missing { path: self.path(name) })
    }

    /// The text of a file, without white space around it.
    pub(super) fn text_if_there(&self, name: &str) -> Result<Option<String>, LookError> {
        let content = read_if_there(&self.path(name))?;
        Ok(content.map(|content| String::from_utf8_lossy(&content).trim().to_owned()))
    }

    /// A number in a file of its own.
    pub(super) fn number_if_there(&self, name: &str) -> Result<Option<u64>, LookError> {
        let understood =
            |text: String| text.parse().map_err(|_| LookError::Content { path: self.path(name) });
        self.text_if_there(name)?.map(understood).transpose()
    }

    /// The names in a folder in order; none where there is no such folder.
    pub(super) fn names(&self, folder: &str) -> Result<Option<Vec<String>>, LookError> {
        let path = self.path(folder);
        let fail = |source| LookError::File { path: path.clone(), source };
        let entries = match std::fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(fail(source)),
        };
        let mut names = Vec::new();
        for entry in entries {
            names.extend(entry.map_err(fail)?.file_name().into_string());
        }
        names.sort();
        Ok(Some(names))
    }

    pub(super) fn is_there(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// A file of /proc, by the crate that knows it.
    pub(super) fn proc<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Path) -> Result<T, ProcError>,
    ) -> Result<T, LookError> {
        let path = self.path(name);
        read(&path).map_err(|source| match source {
            // The crate names the file itself.
            ProcError::NotFound(_) => LookError::Missing { path },
            source => LookError::Proc { path, source },
        })
    }
}
