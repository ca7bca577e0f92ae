//! The file that says that the machine's work is complete: `complete` in the run directory.
//!
//! Members of the agent's group may make it themselves, with any content or none; so it is read with distrust: never
//! through a link, never more than a little, and never so that reading waits. What follows is decided elsewhere.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::request;
use crate::platform::files::{self, Access, FileError};

/// The file's name in the run directory.
pub const FILE_NAME: &str = "complete";

const MAX_BYTES: usize = 4096;

/// What is said of work that is complete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// How it went, such as `ok` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What else there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Where the file is.
#[must_use]
pub fn path(run_directory: &Path) -> PathBuf {
    run_directory.join(FILE_NAME)
}

/// Says that the work is complete.
///
/// # Errors
/// Where the file can't be written.
pub fn write(run_directory: &Path, completion: &Completion) -> Result<(), FileError> {
    let path = path(run_directory);
    let json = serde_json::to_vec(completion).map_err(|error| FileError {
        action: "write",
        path: path.clone(),
        source: error.into(),
    })?;
    files::replace(&path, &json, Access::Public)
}

/// What was said, where the file is there: a JSON object, or anything else, of which the first line is the message.
///
/// # Errors
/// Where it is there and can't be looked at.
pub fn read(run_directory: &Path) -> Result<Option<Completion>, FileError> {
    let path = path(run_directory);
    match files::read_with_distrust(&path, MAX_BYTES) {
        Ok(content) => Ok(Some(understood(&content))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError { action: "read", path, source }),
    }
}

fn understood(content: &[u8]) -> Completion {
    let said: Completion = serde_json::from_slice(content).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(content);
        let message = text.lines().next().map(str::trim).filter(|line| !line.is_empty());
        Completion { status: None, message: message.map(str::to_owned) }
    });
    let fit = |text: Option<String>| text.filter(|text| request::fits(text));
    Completion { status: fit(said.status), message: fit(said.message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completion_is_a_file_whatever_is_in_it() {
        let said = |status: Option<&str>, message: Option<&str>| Completion {
            status: status.map(str::to_owned),
            message: message.map(str::to_owned),
        };
        for (content, expected) in [
            ("", said(None, None)),
            ("\n", said(None, None)),
            ("accuracy 0.93\nand more\n", said(None, Some("accuracy 0.93"))),
            (
                r#"{"status": "failed", "message": "out of memory"}"#,
                said(Some("failed"), Some("out of memory")),
            ),
            ("{", said(None, Some("{"))),
        ] {
            assert_eq!(understood(content.as_bytes()), expected, "{content}");
        }
    }
}
