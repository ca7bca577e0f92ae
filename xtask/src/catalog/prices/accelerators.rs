//! The prices of accelerator types: the project's own small table, `accelerators.csv`.
//!
//! The table is of us-east-1 and Linux. Nothing is derived from it for another region or another system.

use std::collections::BTreeMap;

use cloudkit::model::{Money, OperatingSystem};

use super::facts::Facts;
use super::{Fate, Place, Prices, Tally};
use crate::catalog::CatalogError;

/// When AWS published the figures.
pub(super) const AS_OF: &str = "2026-08-06";

/// Where the figures are from.
pub(super) const ORIGIN: &str = "AWS price list, US East (N. Virginia), Linux, shared tenancy";

const REGION: &str = "us-east-1";
const FILE: &str = "accelerators.csv";

/// The table.
pub(super) fn table() -> Result<BTreeMap<String, Money>, CatalogError> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(include_bytes!("accelerators.csv").as_slice())
        .deserialize()
        .map(|row| row.map_err(|error| CatalogError::shape(FILE, &error)))
        .collect()
}

/// The rows of the table that are offered in the table's region.
pub(super) fn offered<'a>(
    table: &BTreeMap<String, Money>,
    facts: &Facts<'a>,
    tally: &mut Tally,
) -> Result<Prices<'a>, CatalogError> {
    let mut prices = Prices::new();
    for (instance_type, amount) in table {
        if facts.is_accelerated(instance_type) == Some(false) {
            return Err(CatalogError::shape(FILE, &format!("{instance_type} has no accelerator")));
        }
        let place = facts.offered(Place { region: REGION, instance_type });
        let fate = if place.is_some() { Fate::KeptFromTable } else { Fate::TableNotOffered };
        tally.add(OperatingSystem::Linux, fate);
        prices.extend(place.map(|place| (place, *amount)));
    }
    Ok(prices)
}
