//! The catalog in use in one plain value: its sources, and what it covers in each region, as of a day.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::Catalog;
use super::age::{Figure, Freshness, age_in_days};
use super::coverage::{self, RegionCoverage, SourceCoverage};
use crate::model::DatedBy;

/// The catalog in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogOverview {
    schema: &'static str,
    /// Instance types.
    pub types: usize,
    /// Where its figures come from.
    pub sources: Vec<SourceOverview>,
    /// What it covers.
    pub regions: Vec<RegionOverview>,
}

/// A source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceOverview {
    /// `embedded` or `feed`.
    pub source: String,
    /// What was read.
    pub origin: String,
    /// The date of its figures.
    pub as_of: String,
    /// What that date is by, where it is only guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dated_by: Option<DatedBy>,
    /// How old they are on that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age_days: Option<i32>,
    /// Whether that is older than such figures keep their worth.
    pub is_old: bool,
    /// Prices that come from it, by market.
    pub prices: BTreeMap<String, usize>,
    /// Interruption rates.
    pub interruptions: usize,
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionOverview {
    /// The region's code.
    pub region: String,
    /// Instance types that are offered there.
    pub types: usize,
    /// Types with a price, by market and operating system.
    pub priced: BTreeMap<String, usize>,
    /// Interruption rates.
    pub interruptions: usize,
    /// The date of its oldest on-demand price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_demand_first_as_of: Option<String>,
    /// The date of its newest on-demand price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_demand_last_as_of: Option<String>,
    /// The date of its newest spot price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spot_last_as_of: Option<String>,
}

impl CatalogOverview {
    /// What a catalog is, as of a day.
    #[must_use]
    pub fn of(catalog: &Catalog<'_>, today: Date) -> Self {
        Self {
            schema: "cloudkit.catalog/v1",
            types: catalog.types().len(),
            sources: coverage::sources(catalog).iter().map(|one| SourceOverview::of(one, today)).collect(),
            regions: coverage::regions(catalog).iter().map(RegionOverview::of).collect(),
        }
    }
}

impl SourceOverview {
    fn of(source: &SourceCoverage<'_>, today: Date) -> Self {
        let markets = source.prices.keys().map(|market| Figure::price_in(*market));
        let rates = (source.interruptions > 0).then_some(Figure::Interruption);
        let is_old = markets.chain(rates).any(|figure| Freshness::on(today).is_old(figure, source.as_of));
        Self {
            source: source.label.to_owned(),
            origin: source.origin.to_owned(),
            as_of: source.as_of.to_owned(),
            dated_by: Some(source.dated_by).filter(|by| !by.is_said()),
            age_days: age_in_days(source.as_of, today),
            is_old,
            prices: source.prices.iter().map(|(market, count)| (market.to_string(), *count)).collect(),
            interruptions: source.interruptions,
        }
    }
}

impl RegionOverview {
    fn of(region: &RegionCoverage<'_>) -> Self {
        let priced = region.priced.iter().map(|((market, os), count)| (format!("{market} {os}"), *count));
        Self {
            region: region.region.to_owned(),
            types: region.types,
            priced: priced.collect(),
            interruptions: region.interruptions,
            on_demand_first_as_of: region.on_demand_as_of.map(|(first, _)| first.to_owned()),
            on_demand_last_as_of: region.on_demand_as_of.map(|(_, last)| last.to_owned()),
            spot_last_as_of: region.spot_as_of.map(|(_, last)| last.to_owned()),
        }
    }
}
