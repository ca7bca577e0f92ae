//! `cloudkit deploy unlock`: takes a deployment's lock away from whoever holds it.
//!
//! A lock ends by itself soon after its holder is gone; this is for who can't wait.

use clap::Args;

use super::folder::FolderArguments;
use super::named::{self, NameArguments};
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::deployment::home::lock_key;
use crate::deployment::lock;

/// Take the lock of a deployment away from whoever holds it
#[derive(Debug, Args)]
pub(super) struct UnlockArguments {
    #[command(flatten)]
    name: NameArguments,
    /// Take it without asking
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &UnlockArguments,
) -> Result<ExitClass, CommandError> {
    let name = arguments.name.resolve(context, folder)?;
    let (home, held) = context.block_on_bounded(async {
        let home = named::home(context, context.session().await?).await?;
        let held = lock::look(&home.bucket(), &lock_key(&name)).await?;
        Ok((home, held))
    })?;
    let Some(held) = held else {
        context.streams.status(format_args!("nobody holds the lock of {name}"));
        return Ok(ExitClass::Done);
    };
    let holder = held.claim.as_ref().map_or_else(
        || "something else than this cloudkit".to_owned(),
        |claim| format!("{} ({})", claim.owner, claim.verb),
    );
    context.streams.status(format_args!(
        "the lock of {name} is held by {holder}, last heard of at {}, for another {}",
        held.renewed_at, held.left
    ));
    let question =
        format!("Take it away, in account {}? What its holder is at will stop half-way", home.account);
    if !arguments.yes && ask::confirm(context.process, &question, "--yes")? == Answer::No {
        context.streams.status("it stays locked");
        return Ok(ExitClass::No);
    }
    let was_theirs = context
        .block_on_bounded(async { Ok(lock::take_away(&home.bucket(), &lock_key(&name), &held).await?) })?;
    if was_theirs {
        context.streams.status(format_args!("{name} is unlocked"));
        return Ok(ExitClass::Done);
    }
    let error = CommandError::new(ExitClass::No, format!("the lock of {name} has changed hands meanwhile"));
    Err(error.hint(format!("see who holds it now: cloudkit deploy unlock {name}")))
}
