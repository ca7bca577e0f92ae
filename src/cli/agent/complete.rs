//! `cloudkit agent complete`: the work of this machine is done.
//!
//! What is done with the machine then, and how soon, was laid down at its launch.

use clap::Args;

use super::speak::AgentOfMachine;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::NotAValue;
use crate::monitor::control::request::{self, Request};

/// Say that the work of this machine is complete
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit agent complete
  cloudkit agent complete --status failed --message 'loss is NaN'
Without cloudkit, as a member of the group cloudkit: touch /run/cloudkit/complete")]
pub(super) struct CompleteArguments {
    /// How it went, such as ok or failed
    #[arg(long, value_name = "STATUS", value_parser = text)]
    status: Option<String>,
    /// What else there is to say, in one line
    #[arg(long, value_name = "MESSAGE", value_parser = text)]
    message: Option<String>,
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: CompleteArguments) -> Result<ExitClass, CommandError> {
    let CompleteArguments { status, message, agent } = arguments;
    agent.note(context, &Request::Complete { status, message })
}

fn text(text: &str) -> Result<String, NotAValue> {
    if request::fits(text) {
        Ok(text.to_owned())
    } else {
        Err(NotAValue::new(text.escape_default(), "one line of at most 1024 bytes"))
    }
}
