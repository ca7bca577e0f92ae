//! `cloudkit launch terminate`: ends a machine now.
//!
//! Only machines that cloudkit made are found.

use clap::Args;

use crate::cli::account_regions::AskedRegions;
use crate::cli::ask::{self, Answer};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::model::RegionName;
use crate::provision::inventory::{self, ResolveError};
use crate::provision::report::MachineRow;

/// End a machine for good, with its disks
#[derive(Debug, Args)]
pub(super) struct TerminateArguments {
    /// Its id or its name
    #[arg(value_name = "ID|NAME")]
    machine: String,
    /// Where to look [default: every region of the account]
    #[arg(short, long, value_name = "REGION")]
    region: Vec<String>,
    /// End it without asking
    #[arg(short, long)]
    yes: bool,
}

pub(super) fn run(context: &Context<'_>, arguments: &TerminateArguments) -> Result<ExitClass, CommandError> {
    let asked = AskedRegions::parse_or_all(context, &arguments.region)?;
    let (session, machine, account) = context.block_on_bounded(async {
        let session = context.session().await?;
        let regions = asked.resolve(context, &session).await?;
        let inventory = inventory::list(&session, &regions).await;
        let machine = find(context, &inventory, &arguments.machine)?;
        let account = session.sts(&machine.region.parse()?).caller().await?.account;
        Ok((session, machine, account))
    })?;
    if machine.state.is_ended() {
        context.streams.status(format_args!("{} has ended already", machine.instance_id));
        return Ok(ExitClass::Done);
    }
    if !arguments.yes && ask::confirm(&question(&machine, &account), "--yes")? == Answer::No {
        context.streams.status("nothing was ended");
        return Ok(ExitClass::No);
    }
    let region: RegionName = machine.region.parse()?;
    context.block_on_bounded(async {
        Ok(inventory::terminate(&session, &region, &machine.instance_id).await?)
    })?;
    context.streams.status(format_args!("{} is ending", machine.instance_id));
    context.streams.hint("what served it can go when it has ended: cloudkit launch cleanup");
    Ok(ExitClass::Done)
}

fn question(machine: &MachineRow, account: &str) -> String {
    let name = machine.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    let MachineRow { instance_id, instance_type, region, .. } = machine;
    format!("End {instance_id}{name}, {instance_type}, with its disks, in account {account}, {region}?")
}

/// The machine that is meant; where a region could not be asked, "none" is not known to be true.
fn find(
    context: &Context<'_>,
    inventory: &inventory::Inventory,
    wanted: &str,
) -> Result<MachineRow, CommandError> {
    let error = match inventory::resolve(&inventory.machines, wanted) {
        Ok(machine) => return Ok(machine.clone()),
        Err(error) => error,
    };
    let class = region_failures::tell(context, &inventory.failures);
    match &error {
        ResolveError::Nothing(_) if class != ExitClass::Done => Err(CommandError::new(class, error)),
        ResolveError::Nothing(_) => {
            Err(CommandError::new(ExitClass::No, error).hint("see what there is: cloudkit launch list"))
        }
        ResolveError::Several { .. } => Err(CommandError::usage(error).hint("name it by its id")),
    }
}
