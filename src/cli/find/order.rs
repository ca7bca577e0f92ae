//! Orders that can't be: what is typed to sort by, held against what is shown.
//!
//! Orders that nobody could want are [`crate::discovery::Inquiry`]'s to refuse.

use super::room::{self, RoomArguments};
use crate::cli::command_error::CommandError;
use crate::discovery::{Question, SortColumn};

/// Refuses to sort by quotas that nobody asks for.
pub(super) fn refuse_impossible(question: &Question, room: &RoomArguments) -> Result<(), CommandError> {
    if !room.is_asked() && is_by_quota(question) {
        let error = "--sort quota: what the quotas have room for is known where the account is asked";
        return Err(CommandError::usage(error).hint(room::HOW_TO_ASK));
    }
    Ok(())
}

/// Whether offers are to be in the order of their quotas.
pub(super) fn is_by_quota(question: &Question) -> bool {
    question.sort.iter().any(|key| key.column == SortColumn::Quota)
}
