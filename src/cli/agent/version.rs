//! `cloudkit agent version`: which version this is, and which one looks after the machine.
//!
//! That no agent runs is an answer, not an error.

use std::path::Path;

use clap::Args;

use super::speak::AgentOfMachine;
use super::status;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::output::agent_control::AgentVersion;

/// Show the version of this program and of the agent that runs
#[derive(Debug, Args)]
pub(super) struct VersionArguments {
    #[command(flatten)]
    agent: AgentOfMachine,
}

pub(super) fn run(context: &Context<'_>, arguments: &VersionArguments) -> Result<ExitClass, CommandError> {
    let configuration = arguments.agent.configuration().ok();
    let status = configuration.and_then(|read| status::read(Path::new(&read.run_directory)).ok());
    let version = AgentVersion::new(status.map(|status| status.version));
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, &version)?,
        None => context.streams.write_text(&(version.lines().join("\n") + "\n"))?,
    }
    Ok(ExitClass::Done)
}
