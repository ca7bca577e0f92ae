//! Orders that can't be: what is typed to sort by, held against what is shown.
//!
//! What each key is called is [`crate::discovery::SortKey`]'s.

use super::room::{self, RoomArguments};
use crate::cli::command_error::CommandError;
use crate::discovery::{Question, SortColumn, SortKey};

/// Two orders of one column, of which only one can come first.
#[derive(Debug, thiserror::Error)]
#[error("sorted by {one} the other way round than by {other}: one of them has to go")]
struct OppositeOrders {
    one: SortKey,
    other: SortKey,
}

/// Refuses to sort by a column both ways, as `cheapest --sort -price` asks for, and by what no row has.
pub(super) fn refuse_impossible(question: &Question, room: &RoomArguments) -> Result<(), CommandError> {
    refuse_opposite(question)?;
    let of_groups = question.sort.iter().find(|key| matches!(key.column, SortColumn::Group(_)));
    if let Some(key) = of_groups.filter(|_| question.group_by.is_none()) {
        let error = format!("--sort {key}: only groups of offers have that");
        return Err(CommandError::usage(error).hint("put offers together: --group-by region, type or family"));
    }
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

fn refuse_opposite(question: &Question) -> Result<(), CommandError> {
    let opposite = |(place, one): (usize, &SortKey)| {
        let mut behind = question.sort.iter().skip(place + 1);
        let other = behind.find(|other| other.column == one.column && other.direction != one.direction)?;
        Some(OppositeOrders { one: *one, other: *other })
    };
    match question.sort.iter().enumerate().find_map(opposite) {
        Some(error) => Err(CommandError::usage(error)
            .hint("the cheapest is --sort price --limit 1, the dearest --sort -price --limit 1")),
        None => Ok(()),
    }
}
