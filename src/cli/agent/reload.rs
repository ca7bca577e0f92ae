//! `cloudkit agent reload`: has the daemon read its configuration and the machine's tags again.
//!
//! A configuration that it can't live by is refused, and the old one goes on.

use clap::Args;

use super::speak::AgentOfMachine;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::monitor::control::request::Request;

/// Have the agent read its configuration and the machine's tags again
#[derive(Debug, Args)]
pub(super) struct ReloadArguments {
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: &ReloadArguments) -> Result<ExitClass, CommandError> {
    arguments.agent.note(context, &Request::Reload {})
}
