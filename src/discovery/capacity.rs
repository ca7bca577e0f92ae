//! Accelerated and HPC machines: where they are sold, in which zones, under which markets, at what price.
//!
//! Answered from a catalog. What an account holds, or could buy as a capacity block, is [`super::account`]'s.

use std::fmt;

use jiff::civil::Date;

use crate::catalog::age::Freshness;
use crate::catalog::{Catalog, InstanceType, Offering, Region};
use crate::model::{Market, Offer, OperatingSystem};

use super::candidate::{Candidate, Place, Quoted, SpotPrices, is_sold};
use super::named::Named;
use super::{NamePattern, Unmatched};

/// The types with nothing but processors that are asked for all the same, since they are sold for large computations.
const HPC_FAMILIES: &str = "hpc";

/// Which kinds of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Devices {
    /// Those that are named; where none is, accelerated and HPC machines.
    #[default]
    Any,
    /// Those with a GPU.
    Gpus,
    /// Those with another accelerator: Inferentia, Trainium and the like.
    Accelerators,
}

/// The types that somebody asks about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypeWish {
    /// By name or pattern; several mean any of them.
    pub patterns: Vec<NamePattern>,
    /// By what is in them.
    pub devices: Devices,
}

impl fmt::Display for TypeWish {
    /// To follow "for": `p5.48xlarge or trn*`, `types with a GPU`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<&str> = self.patterns.iter().map(NamePattern::as_str).collect();
        let devices = match self.devices {
            Devices::Any => "any type",
            Devices::Gpus => "types with a GPU",
            Devices::Accelerators => "types with an accelerator",
        };
        match (patterns.is_empty(), self.devices) {
            (true, _) => f.write_str(devices),
            (false, Devices::Any) => f.write_str(&patterns.join(" or ")),
            (false, _) => write!(f, "{devices} called {}", patterns.join(" or ")),
        }
    }
}

impl TypeWish {
    /// Whether it is about a type of this name, which the catalog may not know. Capacity may be held of any type, so here
    /// nothing is left out that was not asked to be.
    #[must_use]
    pub fn fits(&self, catalog: &Catalog<'_>, instance_type: &str) -> bool {
        let named = || self.patterns.iter().any(|pattern| pattern.matcher().fits(instance_type));
        let has = || match self.devices {
            Devices::Any => true,
            devices => catalog.instance_type(instance_type).is_some_and(|one| devices.are_in(one)),
        };
        (self.patterns.is_empty() || named()) && has()
    }

    /// The types of the catalog that it is about, by name.
    #[must_use]
    pub fn types<'c>(&self, catalog: &'c Catalog<'c>) -> Vec<InstanceType<'c>> {
        let named: Vec<Named<'_, 'c>> =
            self.patterns.iter().map(|pattern| Named::find(catalog, pattern)).collect();
        let mut types = Named::any_of(catalog, &named);
        types.retain(|one| match self.devices {
            Devices::Any => !self.patterns.is_empty() || is_special(*one),
            devices => devices.are_in(*one),
        });
        types
    }
}

impl Devices {
    fn are_in(self, one: InstanceType<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Gpus => one.gpus().next().is_some(),
            Self::Accelerators => one.accelerators().next().is_some(),
        }
    }
}

fn is_special(one: InstanceType<'_>) -> bool {
    one.devices().next().is_some() || one.family().starts_with(HPC_FAMILIES)
}

/// What is sold, and the patterns that contributed nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sold<'c> {
    /// The offers, in the usual order: price, type, region, market.
    pub offers: Vec<Offer<'c>>,
    /// The patterns that contributed nothing.
    pub unmatched: Vec<Unmatched<'c>>,
}

/// Each of the types in each of the regions and markets that have it.
#[must_use]
pub fn sold<'c>(
    catalog: &'c Catalog<'c>,
    wish: &TypeWish,
    regions: &[Region<'c>],
    os: OperatingSystem,
    today: Option<Date>,
) -> Sold<'c> {
    let freshness = today.map(Freshness::on);
    let named = wish.patterns.iter().map(|pattern| Named::find(catalog, pattern));
    let unmatched = named.filter_map(|named| named.unmatched(catalog, regions)).collect();
    let regions: Vec<_> = regions.iter().map(|region| (*region, SpotPrices::of(*region, os))).collect();
    let in_regions = |one: InstanceType<'c>| {
        let offering =
            move |(region, spot): &(Region<'c>, SpotPrices)| Some((region.offering(one.name())?, *spot));
        regions.iter().filter_map(offering)
    };
    let mut offers: Vec<Offer<'c>> = wish
        .types(catalog)
        .into_iter()
        .flat_map(in_regions)
        .flat_map(|(offering, spot)| {
            markets(offering, os, spot).map(move |market| candidate(offering, market, os))
        })
        .map(|candidate| candidate.offer(freshness.as_ref()))
        .collect();
    offers.sort_by(|one, other| order(one).cmp(&order(other)));
    Sold { offers, unmatched }
}

/// The markets of a type in a region.
fn markets<'c>(
    offering: Offering<'c>,
    os: OperatingSystem,
    spot: SpotPrices,
) -> impl Iterator<Item = Market> + use<'c> {
    offering.instance_type().markets().filter(move |market| is_sold(offering, *market, os, spot))
}

/// A candidate whose place does not matter, since it is sorted as an offer.
fn candidate(offering: Offering<'_>, market: Market, os: OperatingSystem) -> Candidate<'_> {
    let price = offering.price(market, os).map(Quoted::from);
    Candidate { offering, market, os, price, place: Place::Everywhere, type_place: 0, region_place: 0 }
}

fn order<'o>(offer: &'o Offer<'_>) -> impl Ord + use<'o> {
    let price = offer.price_usd_hour;
    (price.is_none(), price, &*offer.instance_type, &*offer.region, offer.market)
}
