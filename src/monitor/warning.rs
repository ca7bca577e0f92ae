//! The warning of an end that is near: its words, and the file that holds them for shells and programs.
//!
//! Whether and when to warn is decided elsewhere; so is who is told on a terminal.

use std::path::Path;

use jiff::Timestamp;

use super::status::remove_if_there;
use crate::model::{Span, tag};
use crate::platform::files::{self, Access, FileError};

/// The file's name in the run directory. It is there as long as the warning stands.
pub const FILE_NAME: &str = "warning";

/// What users are told of an end at this time.
#[must_use]
pub fn text(ends_at: Timestamp, now: Timestamp) -> String {
    format!(
        "This machine ends at {ends_at}, in {}. Save your work.\n\
         Where it sees its tags, a later time in {} keeps it.\n",
        Span::between(now, ends_at),
        tag::DEADLINE
    )
}

/// What users are told when the end that they were warned of does not come.
#[must_use]
pub fn all_clear(ends_at: Option<Timestamp>) -> String {
    match ends_at {
        Some(ends_at) => format!("This machine goes on until {ends_at}.\n"),
        None => "This machine goes on.\n".to_owned(),
    }
}

/// Puts the warning into its file.
///
/// # Errors
/// Where it can't be written.
pub fn write(run_directory: &Path, ends_at: Timestamp, now: Timestamp) -> Result<(), FileError> {
    files::replace(&run_directory.join(FILE_NAME), text(ends_at, now).as_bytes(), Access::Public)
}

/// Takes the warning away.
///
/// # Errors
/// Where it is there and can't be removed.
pub fn remove(run_directory: &Path) -> Result<(), FileError> {
    remove_if_there(&run_directory.join(FILE_NAME))
}
