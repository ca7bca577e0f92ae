//! `cloudkit launch cost`: what machines cost, part by part, and what they come to.
//!
//! An estimate by the prices of the catalog; the bill is AWS's.

use std::collections::BTreeMap;

use clap::Args;

use super::machines::{self, Found, MachineArguments};
use crate::aws::regions::ask_each;
use crate::aws::types::{Disk, Located};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::model::RegionName;
use crate::output::machine::costs_text;
use crate::platform::clock;
use crate::provision::spend::MachineCost;

/// Show what machines cost by the hour, so far and until they end [default: every machine]
#[derive(Debug, Args)]
pub(super) struct CostArguments {
    #[command(flatten)]
    machines: MachineArguments,
}

pub(super) fn run(context: &Context<'_>, arguments: &CostArguments) -> Result<ExitClass, CommandError> {
    let Found { session, machines, class, .. } = machines::find_or_all(context, &arguments.machines)?;
    let mut by_region: BTreeMap<RegionName, Vec<Located>> = BTreeMap::new();
    for one in machines.into_iter().filter(|one| !one.machine.state.is_ended()) {
        by_region.entry(one.region.clone()).or_default().push(one);
    }
    let regions: Vec<RegionName> = by_region.keys().cloned().collect();
    let session = session.asking();
    let disks = context.block_on_bounded(async {
        let disks_of = async |region: &RegionName| {
            let ids: Vec<String> = by_region[region].iter().map(|one| one.machine.id.clone()).collect();
            session.ec2(region).volumes_of(&ids).await
        };
        Ok(ask_each(&session, &regions, disks_of).await)
    })?;
    let known: BTreeMap<RegionName, Vec<Disk>> = disks.answers.into_iter().collect();
    let now = clock::now();
    let costs: Vec<MachineCost> = by_region
        .iter()
        .flat_map(|(region, machines)| machines.iter().map(|one| (one, known.get(region))))
        .map(|(one, disks)| MachineCost::of(one, disks.map(Vec::as_slice), context.catalog(), now))
        .collect();
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_list(format, &costs)?,
        None => context.streams.write_text(&costs_text(&costs))?,
    }
    // What could not be asked is not empty.
    if costs.is_empty() && class == ExitClass::Done {
        context.streams.status("no machines");
    }
    Ok(class.or(region_failures::tell(context, &disks.failures)))
}
