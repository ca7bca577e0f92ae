//! `cloudkit launch stop`: puts machines to rest.
//!
//! What can't rest is refused before anything is done.

use clap::Args;

use super::machines::MachineArguments;
use super::rest;
use crate::aws::ec2::Rest;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;

/// Stop machines: only their disks stay, and cost on
#[derive(Debug, Args)]
pub(super) struct StopArguments {
    #[command(flatten)]
    machines: MachineArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &StopArguments) -> Result<ExitClass, CommandError> {
    rest::run(context, &arguments.machines, Rest::Stop)
}
