//! `cloudkit find regions`: the regions of AWS, their names and zones, and how many types are known there.

use clap::Args;

#[cfg(feature = "aws")]
use crate::aws::types::OptIn;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
#[cfg(feature = "aws")]
use crate::cli::region;
use crate::discovery::{DiscoveryError, RegionListing};

/// List the regions of AWS, their names, zones and how many instance types are known there
#[derive(Debug, Args)]
pub(super) struct RegionsArguments {
    /// Regions by code or pattern, such as us-east-1 or 'eu-*' [default: all]
    #[arg(add = completions::regions())]
    regions: Vec<String>,
    /// Also show which of them the account can use; needs credentials
    #[cfg(feature = "aws")]
    #[arg(long)]
    account: bool,
}

#[cfg(feature = "aws")]
impl RegionsArguments {
    /// Whether the account is asked which regions it can use.
    pub(super) const fn asks_account(&self) -> bool {
        self.account
    }
}

pub(super) fn run(context: &Context<'_>, arguments: &RegionsArguments) -> Result<ExitClass, CommandError> {
    let catalog = context.catalog();
    let mut rows = RegionListing::of(catalog, &arguments.regions).map_err(|error| match error {
        DiscoveryError::UnknownRegion { .. } => {
            CommandError::usage(error).hint("see them all: cloudkit find regions")
        }
        other => other.into(),
    })?;
    let asked = ask_account(context, arguments, &mut rows);
    context.streams.write_list(context.streams.list_format(), &rows)?;
    asked.map(|()| ExitClass::Done)
}

/// Adds what the account says of the regions, where it is to be asked.
#[cfg(feature = "aws")]
fn ask_account(
    context: &Context<'_>,
    arguments: &RegionsArguments,
    rows: &mut [RegionListing],
) -> Result<(), CommandError> {
    if !arguments.account {
        return Ok(());
    }
    let home = region::in_force(context).region.parse()?;
    let known = context.block_on_bounded(async {
        Ok(context.asking_session().await?.ec2(&home).account_regions().await?)
    })?;
    for row in rows {
        let of_account = known.iter().find(|region| region.name == row.region);
        row.opt_in = of_account.and_then(|region| region.opt_in).map(OptIn::as_str);
    }
    Ok(())
}

#[cfg(not(feature = "aws"))]
fn ask_account(
    _context: &Context<'_>,
    _arguments: &RegionsArguments,
    _rows: &mut [RegionListing],
) -> Result<(), CommandError> {
    Ok(())
}
