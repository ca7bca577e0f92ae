//! What a catalog covers: which figures it has in which region, from which source and of which date.
//!
//! Counts alone; whether they are many or few is for the reader to say.

use std::collections::BTreeMap;

use super::{Catalog, Offering, Region, Source, region_name};
use crate::model::{DatedBy, Market, OperatingSystem};

/// What a catalog knows of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionCoverage<'c> {
    /// The region's code.
    pub region: &'c str,
    /// Types that are offered there.
    pub types: usize,
    /// Of these, those with a price, by market and operating system.
    pub priced: BTreeMap<(Market, OperatingSystem), usize>,
    /// Of these, those of which it is known how often their spot machines with Linux are taken back.
    pub interruptions: usize,
    /// The dates of its on-demand prices, the first and the last.
    pub on_demand_as_of: Option<(&'c str, &'c str)>,
    /// The dates of its spot prices, the first and the last.
    pub spot_as_of: Option<(&'c str, &'c str)>,
}

/// What comes from a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCoverage<'c> {
    /// `embedded` or `feed`.
    pub label: &'c str,
    /// What was read.
    pub origin: &'c str,
    /// The date of its figures.
    pub as_of: &'c str,
    /// What says so.
    pub dated_by: DatedBy,
    /// Prices that come from it, by market.
    pub prices: BTreeMap<Market, usize>,
    /// Interruption rates that come from it.
    pub interruptions: usize,
}

const MARKETS: [Market; 2] = [Market::OnDemand, Market::Spot];

/// Every region that there is, those of which nothing is known included.
#[must_use]
pub fn regions<'c>(catalog: &'c Catalog<'c>) -> Vec<RegionCoverage<'c>> {
    let mut all: Vec<RegionCoverage<'c>> = catalog.regions().map(of_region).collect();
    let unknown = region_name::codes().filter(|code| catalog.region(code).is_none());
    all.extend(unknown.map(|region| RegionCoverage {
        region,
        types: 0,
        priced: BTreeMap::new(),
        interruptions: 0,
        on_demand_as_of: None,
        spot_as_of: None,
    }));
    all.sort_by_key(|one| one.region);
    all
}

/// Every source.
#[must_use]
pub fn sources<'c>(catalog: &'c Catalog<'c>) -> Vec<SourceCoverage<'c>> {
    let mut all: Vec<SourceCoverage<'c>> = catalog.sources().map(empty).collect();
    let mut of = |source: Source<'c>, count: &mut dyn FnMut(&mut SourceCoverage<'c>)| {
        let same = |one: &&mut SourceCoverage<'_>| {
            (one.label, one.origin, one.as_of, one.dated_by)
                == (source.label(), source.origin(), source.as_of(), source.dated_by())
        };
        all.iter_mut().find(same).into_iter().for_each(count);
    };
    for offering in catalog.regions().flat_map(Region::offerings) {
        for market in MARKETS {
            for price in OperatingSystem::ALL.into_iter().filter_map(|os| offering.price(market, os)) {
                of(price.source, &mut |one| *one.prices.entry(market).or_default() += 1);
            }
        }
        for rate in OperatingSystem::ALL.into_iter().filter_map(|os| offering.interruption(os)) {
            of(rate.source, &mut |one| one.interruptions += 1);
        }
    }
    all
}

fn empty(source: Source<'_>) -> SourceCoverage<'_> {
    SourceCoverage {
        label: source.label(),
        origin: source.origin(),
        as_of: source.as_of(),
        dated_by: source.dated_by(),
        prices: BTreeMap::new(),
        interruptions: 0,
    }
}

fn of_region(region: Region<'_>) -> RegionCoverage<'_> {
    let mut coverage = RegionCoverage {
        region: region.code(),
        types: 0,
        priced: BTreeMap::new(),
        interruptions: 0,
        on_demand_as_of: None,
        spot_as_of: None,
    };
    region.offerings().for_each(|offering| coverage.add(offering));
    coverage
}

impl<'c> RegionCoverage<'c> {
    fn add(&mut self, offering: Offering<'c>) {
        self.types += 1;
        self.interruptions += usize::from(offering.interruption(OperatingSystem::Linux).is_some());
        for market in MARKETS {
            for os in OperatingSystem::ALL {
                let Some(price) = offering.price(market, os) else { continue };
                *self.priced.entry((market, os)).or_default() += 1;
                let dates =
                    if market == Market::Spot { &mut self.spot_as_of } else { &mut self.on_demand_as_of };
                let date = price.source.as_of();
                *dates = Some(dates.map_or((date, date), |(first, last)| (first.min(date), last.max(date))));
            }
        }
    }
}
