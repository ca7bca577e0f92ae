//! How the catalog in use is described: its sources, and what it covers in each region.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::document::{Column, Record};
use crate::catalog::age::{Figure, Freshness, age_in_days};
use crate::catalog::coverage::{RegionCoverage, SourceCoverage};
use crate::model::{DatedBy, Market, OperatingSystem};

/// The catalog in use.
#[derive(Debug, Serialize)]
pub struct CatalogDocument {
    schema: &'static str,
    /// Instance types.
    pub types: usize,
    /// Where its figures come from.
    pub sources: Vec<SourceRow>,
    /// What it covers.
    pub regions: Vec<RegionRow>,
}

/// A source.
#[derive(Debug, Serialize)]
pub struct SourceRow {
    source: String,
    origin: String,
    as_of: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dated_by: Option<DatedBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_days: Option<i32>,
    is_old: bool,
    prices: BTreeMap<String, usize>,
    interruptions: usize,
}

/// A region.
#[derive(Debug, Serialize)]
pub struct RegionRow {
    region: String,
    types: usize,
    /// Types with a price, by market and operating system.
    priced: BTreeMap<String, usize>,
    interruptions: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand_first_as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_demand_last_as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spot_last_as_of: Option<String>,
}

impl CatalogDocument {
    /// The document of these counts, as of a day.
    #[must_use]
    pub fn new(
        types: usize,
        sources: &[SourceCoverage<'_>],
        regions: &[RegionCoverage<'_>],
        today: Date,
    ) -> Self {
        Self {
            schema: "cloudkit.catalog/v1",
            types,
            sources: sources.iter().map(|source| SourceRow::of(source, today)).collect(),
            regions: regions.iter().map(RegionRow::of).collect(),
        }
    }
}

impl SourceRow {
    /// Whether its figures are old.
    #[must_use]
    pub const fn is_old(&self) -> bool {
        self.is_old
    }

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

    fn figures(&self) -> String {
        let counted =
            |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let prices = self.prices.iter().map(|(market, count)| counted(*count, &format!("{market} price")));
        let rates = (self.interruptions > 0).then(|| counted(self.interruptions, "interruption rate"));
        prices.chain(rates).collect::<Vec<_>>().join(", ")
    }

    fn age(&self) -> Option<String> {
        let days = self.age_days?;
        Some(if self.is_old { format!("{days} days (old)") } else { format!("{days} days") })
    }
}

impl Record for SourceRow {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("SOURCE", 90, |row| Some(row.source.clone())),
            Column::<Self>::text("AS OF", 100, |row| {
                Some(row.dated_by.unwrap_or(DatedBy::Said).marked(&row.as_of))
            }),
            Column::<Self>::text("AGE", 80, Self::age),
            Column::<Self>::text("FIGURES", 70, |row| Some(row.figures())),
            Column::<Self>::text("READ FROM", 60, |row| Some(row.origin.clone())).shrinkable(20),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.origin)
    }
}

impl RegionRow {
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

    fn priced(&self, market: Market, os: OperatingSystem) -> Option<String> {
        self.priced.get(&format!("{market} {os}")).map(ToString::to_string)
    }

    /// What is not known of the region, if anything is missing.
    fn missing(&self) -> Option<String> {
        if self.types == 0 {
            return Some("everything".to_owned());
        }
        let lacks = |market, os| {
            let count = self.priced.get(&format!("{market} {os}")).copied().unwrap_or_default();
            (count == 0).then(|| format!("{market} {os}"))
        };
        let lacking: Vec<String> = [
            lacks(Market::OnDemand, OperatingSystem::Linux),
            lacks(Market::OnDemand, OperatingSystem::Windows),
            lacks(Market::Spot, OperatingSystem::Linux),
            (self.interruptions == 0).then(|| "interruptions".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!lacking.is_empty()).then(|| lacking.join(", "))
    }
}

impl Record for RegionRow {
    fn columns() -> Vec<Column<Self>> {
        use OperatingSystem::{Linux, Windows};
        vec![
            Column::<Self>::text("REGION", 100, |row| Some(row.region.clone())),
            Column::<Self>::number("TYPES", 90, |row| (row.types > 0).then(|| row.types.to_string())),
            Column::<Self>::number("LINUX", 80, |row| row.priced(Market::OnDemand, Linux)),
            Column::<Self>::number("WINDOWS", 70, |row| row.priced(Market::OnDemand, Windows)),
            Column::<Self>::number("SPOT", 75, |row| row.priced(Market::Spot, Linux)),
            Column::<Self>::number("INTERRUPTIONS", 60, |row| {
                (row.interruptions > 0).then(|| row.interruptions.to_string())
            }),
            Column::<Self>::text("ON DEMAND AS OF", 65, |row| row.on_demand_last_as_of.clone()),
            Column::<Self>::text("SPOT AS OF", 55, |row| row.spot_last_as_of.clone()),
            Column::<Self>::text("MISSING", 68, Self::missing).shrinkable(12),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.region)
    }
}

impl Record for CatalogDocument {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::number("TYPES", 100, |document| Some(document.types.to_string())),
            Column::<Self>::number("REGIONS", 90, |document| Some(document.regions.len().to_string())),
            Column::<Self>::number("SOURCES", 80, |document| Some(document.sources.len().to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed("catalog")
    }
}
