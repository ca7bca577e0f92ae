//! `cloudkit agent`: the daemon on a machine, and what it says of itself.
//!
//! It is started by systemd on machines that `launch` made; `fetch` alone is for the computer that launches.

mod fetch;
mod run;
mod status;

use clap::{Args, Subcommand};

use super::command_error::CommandError;
use super::context::Context;
use super::exit_code::ExitClass;

/// The agent on a machine: keeps the deadline, warns, ends the machine
#[derive(Debug, Args)]
pub(super) struct AgentArguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Fetch(fetch::FetchArguments),
    Run(run::RunArguments),
    Status(status::StatusArguments),
}

pub(super) fn run(context: &Context<'_>, arguments: AgentArguments) -> Result<ExitClass, CommandError> {
    match arguments.verb {
        Verb::Fetch(arguments) => fetch::run(context, &arguments),
        Verb::Run(arguments) => run::run(context, &arguments),
        Verb::Status(arguments) => status::run(context, &arguments),
    }
}
