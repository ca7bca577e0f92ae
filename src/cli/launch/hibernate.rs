//! `cloudkit launch hibernate`: puts machines to rest.
//!
//! What can't rest is refused before anything is done.

use clap::Args;

use super::machines::MachineArguments;
use super::rest;
use crate::aws::ec2::Rest;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;

/// Hibernate machines: their memory is kept on their disks, which cost on
#[derive(Debug, Args)]
pub(super) struct HibernateArguments {
    #[command(flatten)]
    machines: MachineArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &HibernateArguments) -> Result<ExitClass, CommandError> {
    rest::run(context, &arguments.machines, Rest::Hibernate)
}
