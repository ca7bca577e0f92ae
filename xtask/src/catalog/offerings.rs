//! Regions, their zones and what is offered in them, from the answers of DescribeInstanceTypeOfferings that Moto
//! carries.
//!
//! A region is what has a list of its own; its zones are the zone ids that this list names.

use std::collections::{BTreeMap, BTreeSet};

use cloudkit::catalog::contents::{OfferingContents, RegionContents, TypeContents};
use serde::Deserialize;

use super::CatalogError;
use super::packages::Package;

/// The folder of the package that is read: one list a region, by zone id.
pub(super) const FOLDER: &str = "moto/ec2/resources/instance_type_offerings/availability-zone-id/";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Offered {
    instance_type: String,
    location: String,
}

/// Every region, and how many offerings are of types that are not described anywhere and so cannot be kept.
pub(super) fn read(
    moto: &Package,
    types: &[TypeContents],
) -> Result<(Vec<RegionContents>, usize), CatalogError> {
    let described: BTreeSet<&str> = types.iter().map(|one| one.name.as_str()).collect();
    let mut regions = Vec::new();
    let mut missing = 0;
    for file in moto.files_in(FOLDER)? {
        let offered: Vec<Offered> = serde_json::from_slice(&moto.file(&file)?)
            .map_err(|error| CatalogError::shape(file.as_str(), &error))?;
        let code = file.strip_prefix(FOLDER).and_then(|name| name.strip_suffix(".json.gz"));
        let code = code.ok_or_else(|| CatalogError::shape(file.as_str(), "its name is not a region's"))?;
        let mut region = region(code, offered);
        let before = region.offerings.len();
        region.offerings.retain(|offering| described.contains(offering.instance_type.as_str()));
        missing += before - region.offerings.len();
        regions.push(region);
    }
    Ok((regions, missing))
}

fn region(code: &str, offered: Vec<Offered>) -> RegionContents {
    let zones: BTreeSet<String> = offered.iter().map(|one| one.location.clone()).collect();
    let mut zones_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in offered {
        zones_of.entry(one.instance_type).or_default().push(one.location);
    }
    let offerings = zones_of
        .into_iter()
        .map(|(instance_type, zones)| OfferingContents {
            instance_type,
            zones,
            ..OfferingContents::default()
        })
        .collect();
    RegionContents { code: code.to_owned(), zones: zones.into_iter().collect(), offerings }
}
