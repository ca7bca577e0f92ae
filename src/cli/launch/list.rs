//! `cloudkit launch list`: the machines that cloudkit made, over all regions.
//!
//! AWS is asked each time.

use clap::Args;

use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::provision::inventory;

/// List the machines that cloudkit made, ended ones included for as long as EC2 shows them
#[derive(Debug, Args)]
pub(super) struct ListArguments {
    /// Region, pattern or all; may be repeated or a comma list [default: every region of the account]
    #[arg(short, long, value_name = "REGION")]
    region: Vec<String>,
}

pub(super) fn run(context: &Context<'_>, arguments: &ListArguments) -> Result<ExitClass, CommandError> {
    let asked = AskedRegions::parse_or_all(context, &arguments.region)?;
    let inventory = context.block_on_bounded(async {
        let session = context.session().await?;
        let regions = asked.resolve(context, &session).await?;
        Ok(inventory::list(&session, &regions).await)
    })?;
    context.streams.write_list(context.streams.list_format(), &inventory.machines)?;
    if inventory.machines.is_empty() && inventory.failures.is_empty() {
        context.streams.status("no machines");
    }
    Ok(region_failures::tell(context, &inventory.failures))
}
