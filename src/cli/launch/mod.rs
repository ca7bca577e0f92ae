//! `cloudkit launch`: from a wish to a running machine, and what comes after.
//!
//! Without a verb it launches.

mod arguments;
mod cleanup;
mod key;
mod list;
mod offers;
mod run;
mod terminate;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Launch a machine that ends by itself; list, terminate, clean up
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct LaunchCommand {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    arguments: arguments::LaunchArguments,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::ListArguments),
    Terminate(terminate::TerminateArguments),
    Cleanup(cleanup::CleanupArguments),
}

pub(super) fn run(context: &Context<'_>, command: LaunchCommand) -> Result<ExitClass, CommandError> {
    match command.verb {
        None => run::run(context, &command.arguments),
        Some(Verb::List(arguments)) => list::run(context, &arguments),
        Some(Verb::Terminate(arguments)) => terminate::run(context, &arguments),
        Some(Verb::Cleanup(arguments)) => cleanup::run(context, &arguments),
    }
}
