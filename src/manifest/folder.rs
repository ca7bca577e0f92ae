//! The files of a repository, by their places in it.
//!
//! What they mean is not known here; nothing is changed.

use std::path::{Path, PathBuf};

use super::paths::FolderPath;
use crate::model::NotAValue;
use crate::platform::files::{self, FileError};
use crate::platform::folders::{self, Kind};

/// What of a file is read at most: more is no file that a person wrote.
const MOST_BYTES: usize = 1024 * 1024;

/// A repository.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

/// A file that can't be taken for text.
#[derive(Debug, thiserror::Error)]
pub enum NoText {
    /// It could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is too large.
    #[error("it has {0} bytes, and may have {MOST_BYTES}")]
    TooLarge(usize),
    /// It is not UTF-8.
    #[error("it is not UTF-8 text: byte {0} cannot be read")]
    NotUtf8(usize),
}

impl Folder {
    /// The repository at this place.
    #[must_use]
    pub const fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What is at a place, behind links.
    ///
    /// # Errors
    /// Where that can't be found out.
    pub fn kind(&self, path: &FolderPath) -> Result<Option<Kind>, FileError> {
        folders::kind(&path.below(&self.root))
    }

    /// The names in a folder, sorted; none where there is no such folder.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn names(&self, path: &FolderPath) -> Result<Vec<String>, FileError> {
        folders::names(&path.below(&self.root))
    }

    /// A text file; `None` where there is none.
    ///
    /// # Errors
    /// Where it can't be read, is too large, or is not UTF-8.
    pub fn text(&self, path: &FolderPath) -> Result<Option<String>, NoText> {
        let Some(content) = files::read_if_there(&path.below(&self.root))? else { return Ok(None) };
        if content.len() > MOST_BYTES {
            return Err(NoText::TooLarge(content.len()));
        }
        match String::from_utf8(content) {
            Ok(text) => Ok(Some(text)),
            Err(error) => Err(NoText::NotUtf8(error.utf8_error().valid_up_to() + 1)),
        }
    }
}

/// The place that a path means when it is written in a file of `base`; `..` may lead out of that, not out of the repository.
///
/// # Errors
/// Where it leads out of the repository, or is no path.
pub fn join(base: &FolderPath, written: &str) -> Result<FolderPath, NotAValue> {
    let mut parts: Vec<&str> = base.as_str().split('/').filter(|part| *part != ".").collect();
    if written.starts_with('/') || written.is_empty() {
        return written.parse();
    }
    for part in written.split('/') {
        let leads_out = part == ".." && parts.pop().is_none();
        match part {
            _ if leads_out => return written.parse(),
            "" | "." | ".." => {}
            part => parts.push(part),
        }
    }
    match parts.join("/").as_str() {
        "" => ".".parse(),
        joined => joined.parse().map_err(|error: NotAValue| NotAValue { text: written.to_owned(), ..error }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_to_the_file_that_names_it_and_stays_in_the_repository() {
        let joined = |base: &str, written: &str| {
            join(&base.parse().unwrap(), written).map(|path| path.to_string()).ok()
        };
        for (base, written, expected) in [
            (".spot", "scripts/a.sh", Some(".spot/scripts/a.sh")),
            (".spot", "../app/", Some("app")),
            (".spot", "..", Some(".")),
            (".", "./a", Some("a")),
            (".spot", "../..", None),
            (".", "..", None),
            (".spot", "/etc/passwd", None),
            (".spot", "", None),
            (".spot", "a\\b", None),
        ] {
            assert_eq!(joined(base, written).as_deref(), expected, "{base} {written}");
        }
    }
}
