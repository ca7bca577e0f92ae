//! `cloudkit agent status`: what the daemon on this machine last saw and decided.
//!
//! Reads the file that the daemon keeps; a daemon that is not running is exit 1.

use std::path::PathBuf;

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::model::agent::CONFIGURATION_PATH;
use crate::monitor::configuration;
use crate::monitor::status::{self, StatusError};
use crate::output::agent::status_lines;
use crate::platform::clock;

/// Show what the agent on this machine is doing
#[derive(Debug, Args)]
pub(super) struct StatusArguments {
    /// The configuration that the launch wrote
    #[arg(long, value_name = "FILE", default_value = CONFIGURATION_PATH)]
    configuration: PathBuf,
}

pub(super) fn run(context: &Context<'_>, arguments: &StatusArguments) -> Result<ExitClass, CommandError> {
    let configuration = configuration::read(&arguments.configuration)
        .map_err(|error| CommandError::usage(error).hint("this is for machines that cloudkit launch made"))?;
    let folder = PathBuf::from(&configuration.run_directory);
    let status = status::read(&folder, clock::now()).map_err(|error| match error {
        StatusError::NotRunning { .. } | StatusError::Stale { .. } => {
            CommandError::new(ExitClass::No, error).hint("start it: systemctl start cloudkit-agent")
        }
        StatusError::File(_) | StatusError::Content { .. } => CommandError::usage(error),
    })?;
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, &status)?,
        None => context.streams.write_text(&(status_lines(&status).join("\n") + "\n"))?,
    }
    Ok(ExitClass::Done)
}
