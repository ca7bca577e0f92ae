//! The types, regions and zones that were named by flags, as candidates in their order: by zone, then type, then region.
//!
//! Only what the catalog knows of regions and zones is looked at.

use std::collections::BTreeMap;

use super::LaunchArguments;
use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::region;
use crate::model::{OperatingSystem, RegionName};
use crate::provision::wish::WishedMachine;

/// Every combination of what was named.
pub(super) fn named(
    context: &Context<'_>,
    catalog: &Catalog<'_>,
    arguments: &LaunchArguments,
) -> Result<Vec<WishedMachine>, CommandError> {
    let regions = regions(context, catalog, arguments)?;
    let zones = zones_by_region(catalog, &regions, &arguments.zone)?;
    let (market, reservation) = arguments.market.named();
    let mut machines: Vec<WishedMachine> = Vec::new();
    for region in &regions {
        for instance_type in &arguments.instance_type {
            let machine = WishedMachine {
                instance_type: instance_type.clone(),
                region: region.clone(),
                zones: zones.get(region.as_str()).cloned().unwrap_or_default(),
                market,
                max_price: None,
                reservation: reservation.clone(),
                os: OperatingSystem::Linux,
                price: None,
            };
            if !machines.contains(&machine) {
                machines.push(machine);
            }
        }
    }
    Ok(machines)
}

fn regions(
    context: &Context<'_>,
    catalog: &Catalog<'_>,
    arguments: &LaunchArguments,
) -> Result<Vec<RegionName>, CommandError> {
    let mut regions = arguments.region.clone();
    if regions.is_empty() {
        let region::InForce { region, named_by } = region::in_force(context);
        context.streams.status(format_args!("region {region} ({named_by})"));
        regions.push(region.parse()?);
    }
    for region in &regions {
        region::known(catalog, region)?;
    }
    Ok(regions)
}

/// Each zone with the region that it is of; one that is of none of them is refused before any call.
fn zones_by_region(
    catalog: &Catalog<'_>,
    regions: &[RegionName],
    zones: &[String],
) -> Result<BTreeMap<String, Vec<String>>, CommandError> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for zone in zones {
        let has = |region: &&RegionName| {
            let known = catalog.region(region.as_str());
            zone.starts_with(region.as_str()) || known.is_some_and(|known| known.zones().any(|id| id == zone))
        };
        // A region whose zones the catalog does not know may have any.
        let may_have = |region: &&RegionName| catalog.region(region.as_str()).is_none();
        let region = regions.iter().find(has).or_else(|| regions.iter().find(may_have));
        let region = region.ok_or_else(|| no_such_zone(catalog, regions, zone))?;
        found.entry(region.to_string()).or_default().push(zone.clone());
    }
    Ok(found)
}

fn no_such_zone(catalog: &Catalog<'_>, regions: &[RegionName], zone: &str) -> CommandError {
    let zones_of = |region: &RegionName| {
        catalog.region(region.as_str()).map(|known| known.zones().collect::<Vec<_>>().join(", "))
    };
    match regions {
        [region] => {
            let error = CommandError::usage(format!("{region} has no zone {zone:?}"));
            error.hint(format!("its zones: {}", zones_of(region).unwrap_or_default()))
        }
        several => {
            let names = several.iter().map(RegionName::as_str).collect::<Vec<_>>().join(", ");
            let mut error = CommandError::usage(format!("none of {names} has a zone {zone:?}"));
            for region in several {
                error = error.hint(format!("zones of {region}: {}", zones_of(region).unwrap_or_default()));
            }
            error
        }
    }
}
