//! Prices: which figures of a price list that is not clean are kept.
//!
//! The list (`libcloud/data/pricing.json`, 2025-03-02) gives one figure for a type, a region and an operating
//! system. About one in six is not the price of shared tenancy but that of dedicated tenancy, 6 % or 10 % above it;
//! some are 0, which means unknown; accelerator types were made cheaper in June 2025. An unknown price is better
//! than a wrong one, so a figure is kept only where others bear it out:
//!
//! * Linux ([`family`]): the sizes of a family cost the same per unit in a region. The lowest rate wins, if three
//!   sizes bear it out, and the sizes that have another rate are dropped.
//! * Windows, Red Hat and SUSE ([`licence`]): a licence costs the same in every region. What a figure lies above
//!   the Linux price that was kept has to be what it usually is for the type.
//! * Types with a device of any kind do not scale with size. They have a price in us-east-1 alone, from a table of
//!   AWS's own list of 2026-08-06 ([`accelerators`]).
//!
//! Measured against AWS's list of 2026-08-06, which no build reads: of the 694 Linux figures of us-east-1 that the
//! package and that list share, 130 are wrong. `cargo xtask catalog --check-prices index.json` prints for what is
//! kept:
//!
//! ```text
//! us-east-1, linux, against the list of 2026-08-06T17:17:52Z:
//!   kept       586
//!   agreeing   569
//!   wrong        0
//!   not there   17
//! ```
//!
//! 81 of the 586 are from the table, so 488 agree of the 505 that the rule keeps. The majority's rate in place of
//! the lowest one would keep five wrong ones. How many figures each rule keeps and drops in all regions is in the
//! provenance.

mod accelerators;
mod facts;
mod family;
mod licence;
mod list;
mod tally;

use std::collections::{BTreeMap, HashMap};

use cloudkit::catalog::contents::{PriceContents, RegionContents, SourceContents, TypeContents};
use cloudkit::model::{DatedBy, Market, Money, OperatingSystem};

use super::CatalogError;
use super::packages::Package;
use facts::Facts;
pub(super) use list::FILE;
use list::PriceList;
pub(super) use tally::{Fate, Tally};

/// The place of each source among the sources.
const FROM_PACKAGE: u8 = 0;
const FROM_TABLE: u8 = 1;

/// A type in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place<'a> {
    region: &'a str,
    instance_type: &'a str,
}

/// Prices of one operating system.
type Prices<'a> = BTreeMap<Place<'a>, Money>;

/// What became of the prices.
pub(super) struct Priced {
    pub(super) sources: Vec<SourceContents>,
    pub(super) tally: Tally,
}

/// Adds the prices that hold to the offerings of the regions.
pub(super) fn add(
    libcloud: &Package,
    types: &[TypeContents],
    regions: &mut [RegionContents],
) -> Result<Priced, CatalogError> {
    let list = PriceList::read(libcloud)?;
    let table = accelerators::table()?;
    let offered = regions.to_vec();
    let facts = Facts::new(types, &offered);
    let mut tally = Tally::default();
    let mut kept: HashMap<Place<'_>, Vec<PriceContents>> = HashMap::new();
    let mut keep = |prices: Prices<'_>, os, source| {
        for (place, amount) in prices {
            if let Some(place) = facts.offered(place) {
                kept.entry(place).or_default().push(PriceContents {
                    market: Market::OnDemand,
                    os,
                    amount,
                    source,
                });
            }
        }
    };
    keep(accelerators::offered(&table, &facts, &mut tally)?, OperatingSystem::Linux, FROM_TABLE);
    let linux = family::keep(&facts.sieve(&list, OperatingSystem::Linux, &mut tally), &facts, &mut tally);
    for os in [OperatingSystem::Windows, OperatingSystem::Rhel, OperatingSystem::Suse] {
        let licensed = licence::keep(&facts.sieve(&list, os, &mut tally), &linux, os, &mut tally);
        keep(licensed, os, FROM_PACKAGE);
    }
    keep(linux, OperatingSystem::Linux, FROM_PACKAGE);
    assign(regions, &kept);
    Ok(Priced { sources: sources(libcloud, &list), tally })
}

fn assign(regions: &mut [RegionContents], kept: &HashMap<Place<'_>, Vec<PriceContents>>) {
    for region in regions {
        for offering in &mut region.offerings {
            let place = Place { region: &region.code, instance_type: &offering.instance_type };
            offering.prices = kept.get(&place).cloned().unwrap_or_default();
        }
    }
}

fn sources(libcloud: &Package, list: &PriceList) -> Vec<SourceContents> {
    let embedded = |as_of: &str, origin: String| SourceContents {
        label: "embedded".to_owned(),
        as_of: as_of.to_owned(),
        dated_by: DatedBy::Said,
        origin,
    };
    let package = format!("{} {}", libcloud.pin.name, libcloud.pin.version);
    vec![embedded(&list.as_of, package), embedded(accelerators::AS_OF, accelerators::ORIGIN.to_owned())]
}
