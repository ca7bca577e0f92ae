//! `cloudkit config`: settings, their values, and where each came from.
//!
//! Only the user's own file is ever written.

mod get;
mod list;
mod set;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Show and change settings
#[derive(Debug, Args)]
pub(super) struct ConfigArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::ListArguments),
    Get(get::GetArguments),
    Set(set::SetArguments),
}

pub(super) fn run(context: &Context<'_>, arguments: ConfigArguments) -> Result<ExitClass, CommandError> {
    match arguments.verb {
        Verb::List(arguments) => list::run(context, &arguments),
        Verb::Get(arguments) => get::run(context, &arguments),
        Verb::Set(arguments) => set::run(context, &arguments),
    }
}
