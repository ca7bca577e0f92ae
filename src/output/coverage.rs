//! How the catalog in use is described: its sources, and what it covers in each region.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::catalog::overview::{CatalogOverview, RegionOverview, SourceOverview};
use crate::model::{DatedBy, Market, OperatingSystem};

impl Record for SourceOverview {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("SOURCE", 90, |row| Some(row.source.clone())),
            Column::<Self>::text("AS OF", 100, |row| {
                Some(row.dated_by.unwrap_or(DatedBy::Said).marked(&row.as_of))
            }),
            Column::<Self>::text("AGE", 80, age),
            Column::<Self>::text("FIGURES", 70, |row| Some(figures(row))),
            Column::<Self>::text("READ FROM", 60, |row| Some(row.origin.clone())).shrinkable(20),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.origin)
    }
}

impl Record for RegionOverview {
    fn columns() -> Vec<Column<Self>> {
        use OperatingSystem::{Linux, Windows};
        vec![
            Column::<Self>::text("REGION", 100, |row| Some(row.region.clone())),
            Column::<Self>::number("TYPES", 90, |row| (row.types > 0).then(|| row.types.to_string())),
            Column::<Self>::number("LINUX", 80, |row| priced(row, Market::OnDemand, Linux)),
            Column::<Self>::number("WINDOWS", 70, |row| priced(row, Market::OnDemand, Windows)),
            Column::<Self>::number("SPOT", 75, |row| priced(row, Market::Spot, Linux)),
            Column::<Self>::number("INTERRUPTIONS", 60, |row| {
                (row.interruptions > 0).then(|| row.interruptions.to_string())
            }),
            Column::<Self>::text("ON DEMAND AS OF", 65, |row| row.on_demand_last_as_of.clone()),
            Column::<Self>::text("SPOT AS OF", 55, |row| row.spot_last_as_of.clone()),
            Column::<Self>::text("MISSING", 68, missing).shrinkable(12),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.region)
    }
}

impl Record for CatalogOverview {
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

fn figures(row: &SourceOverview) -> String {
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let prices = row.prices.iter().map(|(market, count)| counted(*count, &format!("{market} price")));
    let rates = (row.interruptions > 0).then(|| counted(row.interruptions, "interruption rate"));
    prices.chain(rates).collect::<Vec<_>>().join(", ")
}

fn age(row: &SourceOverview) -> Option<String> {
    let days = row.age_days?;
    Some(if row.is_old { format!("{days} days (old)") } else { format!("{days} days") })
}

fn priced(row: &RegionOverview, market: Market, os: OperatingSystem) -> Option<String> {
    row.priced.get(&format!("{market} {os}")).map(ToString::to_string)
}

/// What is not known of the region, if anything is missing.
fn missing(row: &RegionOverview) -> Option<String> {
    if row.types == 0 {
        return Some("everything".to_owned());
    }
    let lacks = |market, os| {
        let count = row.priced.get(&format!("{market} {os}")).copied().unwrap_or_default();
        (count == 0).then(|| format!("{market} {os}"))
    };
    let lacking: Vec<String> = [
        lacks(Market::OnDemand, OperatingSystem::Linux),
        lacks(Market::OnDemand, OperatingSystem::Windows),
        lacks(Market::Spot, OperatingSystem::Linux),
        (row.interruptions == 0).then(|| "interruptions".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!lacking.is_empty()).then(|| lacking.join(", "))
}
