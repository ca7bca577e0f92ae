//! Spot prices of one type in one region, for the tests of what is made of them. Times are hours after one moment.

use jiff::Timestamp;

use super::history::{PricePoint, SCHEMA};
use super::price_summary::Stretch;
use crate::model::OperatingSystem;

/// 2026-09-21T14:13:20Z.
const BEGINNING: i64 = 1_790_000_000;

pub(crate) fn point(zone: &str, hour: i64, price: &str) -> PricePoint {
    PricePoint {
        schema: SCHEMA,
        instance_type: "m7i.large".to_owned(),
        region: "us-east-1".to_owned(),
        zone: zone.to_owned(),
        os: OperatingSystem::Linux,
        price_usd_hour: price.parse().unwrap(),
        at: moment(hour),
    }
}

pub(crate) fn stretch(from: i64, until: i64) -> Stretch {
    Stretch { from: moment(from), until: moment(until) }
}

fn moment(hour: i64) -> Timestamp {
    Timestamp::from_second(BEGINNING + hour * 3600).unwrap()
}
