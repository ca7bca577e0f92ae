//! `cloudkit agent pause`: idleness and completion do not end this machine for a while.
//!
//! The deadline and the cost limit do: a pause can't make a machine be forgotten.

use clap::Args;

use super::speak::AgentOfMachine;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::Span;
use crate::monitor::control::request::Request;

/// Keep this machine from ending for idleness or completion for a while
#[derive(Debug, Args)]
pub(super) struct PauseArguments {
    /// For how long, such as 2h
    #[arg(long = "for", value_name = "SPAN")]
    span: Span,
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: &PauseArguments) -> Result<ExitClass, CommandError> {
    arguments.agent.note(context, &Request::Pause { span: arguments.span })
}
