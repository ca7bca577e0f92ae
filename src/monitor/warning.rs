//! The warning of an end that is near: its words, and the file that holds them for shells and programs.
//!
//! Whether and when to warn is decided elsewhere; so is who is told on a terminal.

use std::path::Path;

use jiff::Timestamp;

use super::end::{End, EndReason};
use crate::model::Span;
use crate::platform::files::{self, Access, FileError};

/// The file's name in the run directory. It is there as long as the warning stands.
pub const FILE_NAME: &str = "warning";

/// What users are told of an end.
#[must_use]
pub fn text(end: &End, now: Timestamp) -> String {
    let (at, within) = (end.at, Span::between(now, end.at));
    let first = match end.reason {
        EndReason::Interruption => {
            let action = end.action.past_tense();
            format!("EC2 takes this spot machine back: it is {action} at {at}, in {within}. Save your work.")
        }
        reason => {
            let (verb, why) = (end.verb(), reason.clause());
            format!("This machine {verb} at {at}, in {within}: {why}. Save your work.")
        }
    };
    match what_keeps_it(end.reason) {
        Some(second) => format!("{first}\n{second}\n"),
        None => format!("{first}\n"),
    }
}

/// What somebody at the machine can do about it.
const fn what_keeps_it(reason: EndReason) -> Option<&'static str> {
    match reason {
        EndReason::Interruption => None,
        EndReason::Deadline => Some("A later deadline keeps it: cloudkit agent extend 2h"),
        EndReason::CostLimit => Some("Its limit was laid down by its launch."),
        EndReason::Complete => Some(
            "It goes on where the file complete in /run/cloudkit is removed, or for: cloudkit agent pause --for 2h",
        ),
        EndReason::Idle => Some("Work keeps it, and so does: cloudkit agent pause --for 2h"),
    }
}

/// What users are told when the end that they were warned of does not come.
#[must_use]
pub fn all_clear(end: Option<&End>) -> String {
    match end {
        Some(end) => format!("This machine goes on until {}.\n", end.at),
        None => "This machine goes on.\n".to_owned(),
    }
}

/// Puts the warning into its file.
///
/// # Errors
/// Where it can't be written.
pub fn write(run_directory: &Path, end: &End, now: Timestamp) -> Result<(), FileError> {
    files::replace(&run_directory.join(FILE_NAME), text(end, now).as_bytes(), Access::Public)
}

/// Removes what somebody else has put in its place, which people would read as the agent's word and the dead-man timer
/// would write to.
///
/// # Errors
/// Where it is there and can't be removed.
pub fn remove_strangers(run_directory: &Path) -> Result<(), FileError> {
    files::remove_strangers(&run_directory.join(FILE_NAME))
}

/// Takes the warning away.
///
/// # Errors
/// Where it is there and can't be removed.
pub fn remove(run_directory: &Path) -> Result<(), FileError> {
    files::remove_if_there(&run_directory.join(FILE_NAME))
}
