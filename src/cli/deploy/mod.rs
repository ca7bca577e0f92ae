//! `cloudkit deploy`: an app folder becomes running machines.
//!
//! The verbs are in the files beside this one.

mod generate;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// Deploy an app folder to machines
#[derive(Debug, Args)]
pub(super) struct DeployArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Generate(generate::GenerateArguments),
}

pub(super) fn run(context: &Context<'_>, arguments: DeployArguments) -> Result<ExitClass, CommandError> {
    match arguments.verb {
        Verb::Generate(arguments) => generate::run(context, &arguments),
    }
}
