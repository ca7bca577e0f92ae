//! `cloudkit find`: which machine, where, at what price.
//!
//! No account is needed for any of it.

mod filters;
mod rows;
mod search;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Find a machine: which type, where, at what price; needs no AWS account
#[derive(Debug, Args)]
pub(super) struct FindArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Search(Box<search::SearchArguments>),
}

pub(super) fn run(context: &Context<'_>, arguments: FindArguments) -> Result<ExitClass, CommandError> {
    match arguments.verb {
        Verb::Search(arguments) => search::run(context, *arguments),
    }
}
