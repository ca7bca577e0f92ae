//! `cloudkit agent resume`: takes a pause back.
//!
//! Idleness is counted from then on, not from before the pause.

use clap::Args;

use super::speak::AgentOfMachine;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::monitor::control::request::Request;

/// Let idleness and completion end this machine again
#[derive(Debug, Args)]
pub(super) struct ResumeArguments {
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: &ResumeArguments) -> Result<ExitClass, CommandError> {
    arguments.agent.note(context, &Request::Resume {})
}
