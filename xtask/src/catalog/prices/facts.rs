//! What the price rules have to know of types and regions, and the sieve that every figure goes through first.
//!
//! The sieve asks nothing of other figures; what it lets through is for [`super::family`] and [`super::licence`] to
//! judge.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cloudkit::catalog::Feature;
use cloudkit::catalog::contents::{RegionContents, TypeContents};
use cloudkit::model::OperatingSystem;

use super::list::PriceList;
use super::{Fate, Place, Prices, Tally};

/// The types and the places that offer them.
pub(super) struct Facts<'a> {
    types: HashMap<&'a str, &'a TypeContents>,
    /// The types that each region offers.
    regions: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(types: &'a [TypeContents], regions: &'a [RegionContents]) -> Self {
        let offered = |region: &'a RegionContents| {
            region.offerings.iter().map(|offering| offering.instance_type.as_str()).collect()
        };
        Self {
            types: types.iter().map(|one| (one.name.as_str(), one)).collect(),
            regions: regions.iter().map(|region| (region.code.as_str(), offered(region))).collect(),
        }
    }

    /// The same place as the offerings name it, if it is offered.
    pub(super) fn offered(&self, place: Place<'_>) -> Option<Place<'a>> {
        let (region, types) = self.regions.get_key_value(place.region)?;
        Some(Place { region, instance_type: types.get(place.instance_type)? })
    }

    /// Whether a type has a device of any kind; none where the type is not known.
    pub(super) fn is_accelerated(&self, instance_type: &str) -> Option<bool> {
        self.types.get(instance_type).map(|one| !one.devices.is_empty())
    }

    /// How much a type is of what its family is sold by: memory where it is burstable (a t3.micro and a t3.large
    /// have as many vCPUs), vCPUs everywhere else.
    pub(super) fn units(&self, instance_type: &str) -> Option<u64> {
        let one = self.types.get(instance_type)?;
        if one.features.contains(&Feature::Burstable) {
            one.memory.map(|memory| memory.0)
        } else {
            one.vcpus.map(u64::from)
        }
    }

    /// The figures of one operating system that are prices of ordinary types where these are offered.
    pub(super) fn sieve(&self, list: &PriceList, os: OperatingSystem, tally: &mut Tally) -> Prices<'a> {
        let mut prices = Prices::new();
        for (place, amount) in list.of(os) {
            match self.fate(place, amount.micros() == 0) {
                Some(fate) => tally.add(os, fate),
                None => prices.extend(self.offered(place).map(|place| (place, amount))),
            }
        }
        prices
    }

    /// Why a figure needs no judging.
    fn fate(&self, place: Place<'_>, is_zero: bool) -> Option<Fate> {
        match self.is_accelerated(place.instance_type) {
            None => Some(Fate::TypeNotDescribed),
            Some(_) if !self.regions.contains_key(place.region) => Some(Fate::RegionNotListed),
            Some(_) if self.offered(place).is_none() => Some(Fate::NotOfferedThere),
            Some(_) if is_zero => Some(Fate::Zero),
            Some(true) => Some(Fate::Accelerated),
            Some(false) => None,
        }
    }
}
