//! `cloudkit agent status`: what the daemon on this machine last saw and decided.
//!
//! Who may speak to the daemon asks it; everybody else reads the file that it keeps. A daemon that is not running is exit 1.

use std::path::Path;

use clap::Args;

use super::speak::{self, AgentOfMachine};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::monitor::control::answer::Answer;
use crate::monitor::control::request::Request;
use crate::monitor::status::{self, Status, StatusError};
use crate::output::agent::status_lines;
use crate::platform::clock;

/// Show what the agent on this machine is doing
#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: &StatusArguments) -> Result<ExitClass, CommandError> {
    let configuration = arguments.agent.configuration()?;
    let status = read(Path::new(&configuration.run_directory))?;
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, &status)?,
        None => context.streams.write_text(&(status_lines(&status).join("\n") + "\n"))?,
    }
    Ok(ExitClass::Done)
}

/// The daemon's own word, else its file's.
pub(super) fn read(run_directory: &Path) -> Result<Status, CommandError> {
    if let Ok(Answer::Status(status)) = speak::ask(run_directory, &Request::Status {}) {
        return Ok(*status);
    }
    status::read(run_directory, clock::now()).map_err(|error| match error {
        StatusError::NotRunning { .. } | StatusError::Stale { .. } => {
            CommandError::new(ExitClass::No, error).hint("start it: systemctl start cloudkit-agent")
        }
        StatusError::File(_) | StatusError::Content { .. } => CommandError::usage(error),
    })
}
