//! Spot prices that an account was just told, zone by zone, in the place of those that a catalog has region by region.
//!
//! Only of the regions that answered; elsewhere the catalog's prices stand. Who is asked for them is not known here.

use std::collections::HashMap;

use crate::model::Money;

/// The price of a type in a zone at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePrice {
    /// The zone's id; none where only its name was told, which means nothing to another account.
    pub zone_id: Option<String>,
    /// US dollars an hour.
    pub price: Money,
}

/// The spot prices of some regions at this moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LivePrices {
    /// The day on which they were told, `2026-11-22`.
    as_of: String,
    regions: HashMap<String, HashMap<String, Vec<LivePrice>>>,
}

impl LivePrices {
    /// Prices told on a day.
    #[must_use]
    pub fn told_on(day: String) -> Self {
        Self { as_of: day, regions: HashMap::new() }
    }

    /// Adds a region that answered, with its prices by type.
    pub fn add_region(&mut self, region: String, prices: impl IntoIterator<Item = (String, LivePrice)>) {
        let of_region = self.regions.entry(region).or_default();
        for (instance_type, price) in prices {
            of_region.entry(instance_type).or_default().push(price);
        }
    }

    /// The day of the prices.
    pub(super) fn as_of(&self) -> &str {
        &self.as_of
    }

    /// The prices of a type in a region by zone; nothing where the region did not answer.
    pub(super) fn of(&self, region: &str, instance_type: &str) -> Option<&[LivePrice]> {
        let of_region = self.regions.get(region)?;
        Some(of_region.get(instance_type).map(Vec::as_slice).unwrap_or_default())
    }
}
