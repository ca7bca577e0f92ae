//! `cloudkit deploy ssh`: a shell on a machine of a deployment.
//!
//! How that is come by is `launch connect`'s.

use clap::Args;

use super::chosen;
use super::folder::FolderArguments;
use super::named::{self, NameArguments};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::connect::{self, WayArguments};

/// Open a shell on a machine of a deployment
#[derive(Debug, Args)]
pub(super) struct SshArguments {
    #[command(flatten)]
    name: NameArguments,
    /// Which one, by its id or by its number in `deploy status` [default: the only one]
    #[arg(short, long, value_name = "MACHINE")]
    machine: Option<String>,
    #[command(flatten)]
    way: WayArguments,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &SshArguments,
) -> Result<ExitClass, CommandError> {
    let name = arguments.name.resolve(context, folder)?;
    let deployed = context.block_on_bounded(chosen::look(context, &name))?;
    let one = match (&arguments.machine, deployed.machines.as_slice()) {
        (Some(typed), _) => deployed.one(typed)?,
        (None, [only]) => only,
        (None, several) => {
            let error = CommandError::usage(format!("{name} has {} machines", several.len()));
            let error = error.hint(format!("name one of them: cloudkit deploy ssh {name} --machine 1"));
            return Err(deployed.with_list(error));
        }
    };
    let way = arguments.way.with_login(|typed| named::login(context, folder, &name, typed))?;
    connect::to(context, &one.machine.id, &[one.region.to_string()], &way, &[])
}
