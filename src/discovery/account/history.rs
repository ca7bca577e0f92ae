//! Spot prices of an account's regions: what they are, and what they were.
//!
//! EC2 tells changes, and keeps them for 90 days. What a price was between two changes is what the former says.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-history.html>

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::aws::regions::{PerRegion, ask_each};
use crate::aws::types::capacity::{SpotPriceChange, SpotPriceRequest, Zone};
use crate::aws::{AwsError, Session};
use crate::model::{InstanceTypeName, Money, OperatingSystem, RegionName};

/// The value of [`PricePoint`]'s `schema` field.
pub const SCHEMA: &str = "cloudkit.spot-price/v1";
/// How many types one request names.
const TYPES_AT_ONCE: usize = 100;

/// The price of a type in a zone at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZonePrice {
    /// The type.
    pub instance_type: String,
    /// The zone's id; none where EC2 says only its name.
    pub zone_id: Option<String>,
    /// The zone's name in this account.
    pub zone_name: String,
    /// US dollars an hour.
    pub price: Money,
    /// Since when.
    pub at: Timestamp,
}

/// A question for the history of prices.
#[derive(Debug, Clone)]
pub struct HistoryQuestion {
    /// The types.
    pub types: Vec<InstanceTypeName>,
    /// The regions.
    pub regions: Vec<RegionName>,
    /// What the price is for.
    pub os: OperatingSystem,
    /// From when.
    pub from: Timestamp,
}

/// A price, from a moment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PricePoint {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The type.
    pub instance_type: String,
    /// The region.
    pub region: String,
    /// The zone's id; its name where EC2 says no id.
    pub zone: String,
    /// What it is for.
    pub os: OperatingSystem,
    /// US dollars an hour.
    pub price_usd_hour: Money,
    /// From when on.
    pub at: Timestamp,
}

/// What EC2 calls the products of an operating system; an account may have prices under the one or the other.
#[must_use]
pub const fn products(os: OperatingSystem) -> [&'static str; 2] {
    match os {
        OperatingSystem::Linux => ["Linux/UNIX (Amazon VPC)", "Linux/UNIX"],
        OperatingSystem::Windows => ["Windows (Amazon VPC)", "Windows"],
        OperatingSystem::Rhel => ["Red Hat Enterprise Linux (Amazon VPC)", "Red Hat Enterprise Linux"],
        OperatingSystem::Suse => ["SUSE Linux (Amazon VPC)", "SUSE Linux"],
    }
}

/// What some types cost at this moment in each zone of some regions: one request a region for up to a hundred types.
pub async fn current_spot_prices(
    session: &Session,
    regions: &[RegionName],
    types: &[InstanceTypeName],
    os: OperatingSystem,
    now: Timestamp,
) -> PerRegion<Vec<ZonePrice>> {
    ask_each(session, regions, |region| async move {
        let series = series_in(session, region, types, os, now).await?;
        let latest = |series: ZoneSeries| {
            let (at, price) = series.changes.last().copied()?;
            let ZoneSeries { instance_type, zone_id, zone_name, .. } = series;
            Some(ZonePrice { instance_type, zone_id, zone_name, price, at })
        };
        Ok(series.into_iter().filter_map(latest).collect())
    })
    .await
}

/// The prices since a moment, by type, zone and time; the first of each zone may be older, since it held at that moment.
pub async fn spot_price_history(session: &Session, question: &HistoryQuestion) -> PerRegion<Vec<PricePoint>> {
    let HistoryQuestion { types, regions, os, from } = question;
    ask_each(session, regions, |region| async move {
        let series = series_in(session, region, types, *os, *from).await?;
        Ok(series.iter().flat_map(|series| points(series, region, *os)).collect())
    })
    .await
}

fn points(series: &ZoneSeries, region: &RegionName, os: OperatingSystem) -> Vec<PricePoint> {
    let point = |(at, price): &(Timestamp, Money)| PricePoint {
        schema: SCHEMA,
        instance_type: series.instance_type.clone(),
        region: region.to_string(),
        zone: series.zone_id.as_ref().unwrap_or(&series.zone_name).clone(),
        os,
        price_usd_hour: *price,
        at: *at,
    };
    series.changes.iter().map(point).collect()
}

/// The changes of one type's price in one zone, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ZoneSeries {
    instance_type: String,
    zone_id: Option<String>,
    zone_name: String,
    changes: Vec<(Timestamp, Money)>,
}

async fn series_in(
    session: &Session,
    region: &RegionName,
    types: &[InstanceTypeName],
    os: OperatingSystem,
    from: Timestamp,
) -> Result<Vec<ZoneSeries>, AwsError> {
    let ec2 = session.ec2(region);
    let mut changes = Vec::new();
    for types in types.chunks(TYPES_AT_ONCE) {
        let instance_types = types.iter().map(ToString::to_string).collect();
        let products = products(os).map(str::to_owned).to_vec();
        changes.extend(ec2.spot_prices(&SpotPriceRequest { instance_types, products, from }).await?);
    }
    let lacks_id = changes.iter().any(|change| change.zone_id.is_none());
    let zones = if lacks_id { ec2.zones().await? } else { Vec::new() };
    Ok(series(changes, &zones, os))
}

/// The changes as one series a type and zone. Where both products have prices those for a VPC count: that is where a
/// machine runs.
fn series(changes: Vec<SpotPriceChange>, zones: &[Zone], os: OperatingSystem) -> Vec<ZoneSeries> {
    let mut by_place: BTreeMap<(String, String), [Vec<SpotPriceChange>; 2]> = BTreeMap::new();
    for change in changes {
        let place = (change.instance_type.clone(), change.zone_name.clone());
        if let Some(product) = products(os).iter().position(|product| *product == change.product) {
            by_place.entry(place).or_default()[product].push(change);
        }
    }
    let one = |((instance_type, zone_name), [in_vpc, outside]): (_, [Vec<SpotPriceChange>; 2])| {
        let mut changes = if in_vpc.is_empty() { outside } else { in_vpc };
        changes.sort_by_key(|change| change.at);
        changes.dedup_by_key(|change| (change.at, change.price));
        let told = changes.iter().find_map(|change| change.zone_id.clone());
        let known = || zones.iter().find(|zone| zone.name == zone_name).map(|zone| zone.id.clone());
        let zone_id = told.or_else(known);
        let changes = changes.iter().map(|change| (change.at, change.price)).collect();
        ZoneSeries { instance_type, zone_id, zone_name, changes }
    };
    by_place.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(product: &str, zone: &str, at: i64, price: &str) -> SpotPriceChange {
        SpotPriceChange {
            instance_type: "m7i.large".to_owned(),
            zone_name: zone.to_owned(),
            zone_id: None,
            product: product.to_owned(),
            price: price.parse().unwrap(),
            at: Timestamp::from_second(at).unwrap(),
        }
    }

    #[test]
    fn both_products_are_one_series() {
        let [vpc, plain] = products(OperatingSystem::Linux);
        let changes = vec![
            change(vpc, "us-east-1a", 20, "0.02"),
            change(plain, "us-east-1a", 20, "0.02"),
            change(vpc, "us-east-1a", 10, "0.01"),
            change(plain, "us-east-1a", 10, "0.01"),
            change(plain, "us-east-1b", 10, "0.03"),
        ];
        let zones = [Zone { id: "use1-az6".to_owned(), name: "us-east-1a".to_owned() }];
        let series = series(changes, &zones, OperatingSystem::Linux);
        let seconds: Vec<_> = series[0].changes.iter().map(|(at, _)| at.as_second()).collect();
        assert_eq!((seconds, series[0].zone_id.as_deref()), (vec![10, 20], Some("use1-az6")));
        assert_eq!((series[1].changes.len(), series[1].zone_id.as_deref()), (1, None));
    }
}
