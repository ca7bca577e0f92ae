//! What the history of a price comes to: a few figures for each type and zone.
//!
//! A pure function of the points and the stretch of time. What was before the first point is not known and does not
//! count.

use jiff::Timestamp;
use serde::Serialize;

use super::history::PricePoint;
use crate::model::Money;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

/// A price while it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// US dollars an hour.
    pub price: Money,
}

/// The prices of a type in a zone over a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceSummary {
    /// The type.
    pub instance_type: String,
    /// The region.
    pub region: String,
    /// The zone.
    pub zone: String,
    /// The price at the end.
    pub now: Money,
    /// The least.
    pub min: Money,
    /// The mean, each price weighted by how long it held.
    pub mean: Money,
    /// The greatest.
    pub max: Money,
    /// How often it changed.
    pub changes: usize,
}

/// The points of one type in one region after the other; those of each zone lie together, in the order of time.
pub fn by_type_and_region(points: &[PricePoint]) -> impl Iterator<Item = &[PricePoint]> {
    points.chunk_by(|one, other| (&one.instance_type, &one.region) == (&other.instance_type, &other.region))
}

/// The points of one zone after the other.
pub fn by_zone(points: &[PricePoint]) -> impl Iterator<Item = &[PricePoint]> {
    points.chunk_by(|one, other| {
        (&one.instance_type, &one.region, &one.zone) == (&other.instance_type, &other.region, &other.zone)
    })
}

/// The prices of one zone while they held, within a stretch.
pub fn held(points: &[PricePoint], stretch: Stretch) -> impl Iterator<Item = Held> {
    let ends = points.iter().skip(1).map(|point| point.at).chain([stretch.until]);
    let held = points.iter().zip(ends).map(move |(point, end)| Held {
        from: point.at.max(stretch.from),
        until: end.min(stretch.until),
        price: point.price_usd_hour,
    });
    held.filter(|held| held.from < held.until)
}

/// The figures of each type and zone; a zone without any price in the stretch has none.
#[must_use]
pub fn summaries(points: &[PricePoint], stretch: Stretch) -> Vec<PriceSummary> {
    by_zone(points).filter_map(|points| summary(points, stretch)).collect()
}

fn summary(points: &[PricePoint], stretch: Stretch) -> Option<PriceSummary> {
    let first = points.first()?;
    let prices = || held(points, stretch).map(|held| held.price);
    let changes = points.iter().filter(|point| stretch.from < point.at && point.at <= stretch.until).count();
    // The first point of a zone that is new is no change.
    let is_new = first.at > stretch.from;
    Some(PriceSummary {
        instance_type: first.instance_type.clone(),
        region: first.region.clone(),
        zone: first.zone.clone(),
        now: prices().last()?,
        min: prices().min()?,
        mean: mean(held(points, stretch))?,
        max: prices().max()?,
        changes: changes - usize::from(is_new),
    })
}

fn mean(held: impl Iterator<Item = Held>) -> Option<Money> {
    let (mut sum, mut total) = (0_u128, 0_u128);
    for Held { from, until, price } in held {
        let seconds = u128::try_from(until.as_second() - from.as_second()).ok()?;
        sum += u128::from(price.micros()) * seconds;
        total += seconds;
    }
    let mean = sum.checked_add(total / 2)?.checked_div(total)?;
    u64::try_from(mean).ok().map(Money::from_micros)
}

#[cfg(test)]
mod tests {
    use super::super::history_fixture::{point, stretch};
    use super::*;

    #[test]
    fn the_mean_is_weighted_by_how_long_a_price_held() {
        let points = [point("a", 0, "0.10"), point("a", 150, "0.20"), point("a", 175, "0.40")];
        let summary = &summaries(&points, stretch(100, 200))[0];
        let figures = [summary.now, summary.min, summary.mean, summary.max].map(|money| money.to_string());
        assert_eq!(figures, ["0.40", "0.10", "0.20", "0.40"]);
        assert_eq!(summary.changes, 2);
    }

    #[test]
    fn a_price_that_never_changed_is_its_own_mean_and_a_new_zone_counts_from_its_first() {
        let points = [point("a", 0, "0.10"), point("b", 150, "0.20"), point("b", 160, "0.30")];
        let summaries = summaries(&points, stretch(100, 200));
        assert_eq!((summaries[0].mean, summaries[0].changes), ("0.10".parse().unwrap(), 0));
        assert_eq!((summaries[1].mean, summaries[1].changes), ("0.28".parse().unwrap(), 1));
    }
}
