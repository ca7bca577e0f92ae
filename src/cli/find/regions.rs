//! `cloudkit find regions`: the regions of AWS, their names and zones, and how many types are known there.

use clap::Args;

use crate::catalog::region_name;
use crate::cli::command_error::CommandError;
use crate::cli::completions;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::discovery::RegionSelection;
use crate::output::regions::RegionListing;

/// List the regions of AWS, their names, zones and how many instance types are known there
#[derive(Debug, Args)]
pub(super) struct RegionsArguments {
    /// Regions by code or pattern, such as us-east-1 or 'eu-*' [default: all]
    #[arg(add = completions::regions())]
    regions: Vec<String>,
}

pub(super) fn run(context: &Context<'_>, arguments: &RegionsArguments) -> Result<ExitClass, CommandError> {
    let catalog = context.catalog();
    let all = ["all".to_owned()];
    let asked = if arguments.regions.is_empty() { &all } else { arguments.regions.as_slice() };
    let codes = RegionSelection::parse(asked)?.names(catalog);
    let codes =
        codes.map_err(|error| CommandError::usage(error).hint("see them all: cloudkit find regions"))?;
    let rows = codes.into_iter().map(|code| {
        let known = catalog.region(code);
        let zones = known.iter().flat_map(|region| region.zones()).map(str::to_owned).collect();
        let types = known.map(|region| region.offerings().count());
        RegionListing::new(code, region_name::name_of(code), zones, types)
    });
    let rows: Vec<RegionListing> = rows.collect();
    context.streams.write_list(context.streams.list_format(), &rows)?;
    Ok(ExitClass::Done)
}
