//! The order of offers: what was asked for, then price, type, region and market; always total.
//!
//! An offer of which the figure is not known comes after all others, also where the greatest is to come first.

use std::cmp::Ordering;

use crate::catalog::InstanceType;
use crate::model::Architecture;

use super::candidate::{Candidate, Place};
use super::device_choice::DeviceChoice;
use super::figure::memory_of_all;
use super::{Direction, SortColumn, SortKey};

/// Puts the best candidates first and drops those behind the limit.
pub(super) fn best(candidates: &mut Vec<Candidate<'_>>, keys: &[SortKey], limit: Option<usize>) {
    let order = |one: &Candidate<'_>, other: &Candidate<'_>| compare(one, other, keys);
    if let Some(limit) = limit.filter(|limit| *limit < candidates.len()) {
        if limit > 0 {
            candidates.select_nth_unstable_by(limit - 1, order);
        }
        candidates.truncate(limit);
    }
    candidates.sort_unstable_by(order);
}

/// The usual order: price, type, region, market, zone.
pub(super) fn compare_usually(one: &Candidate<'_>, other: &Candidate<'_>) -> Ordering {
    let price = |candidate: &Candidate<'_>| candidate.price.map(|price| price.amount.micros());
    compare_known(price(one), price(other), Direction::Ascending)
        .then_with(|| one.type_place.cmp(&other.type_place))
        .then_with(|| one.region_place.cmp(&other.region_place))
        .then_with(|| one.market.cmp(&other.market))
        .then_with(|| one.place.cmp(&other.place))
}

/// Whether some of these keys tells the two apart.
pub(super) fn differ(one: &Candidate<'_>, other: &Candidate<'_>, keys: &[SortKey]) -> bool {
    keys.iter().any(|key| compare_by(one, other, *key).is_ne())
}

fn compare(one: &Candidate<'_>, other: &Candidate<'_>, keys: &[SortKey]) -> Ordering {
    keys.iter()
        .map(|key| compare_by(one, other, *key))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| compare_usually(one, other))
}

/// The order of two by a key. What is not a candidate's to know, as the quota, makes none.
pub(super) fn compare_by(one: &Candidate<'_>, other: &Candidate<'_>, key: SortKey) -> Ordering {
    let ascending = match key.column {
        SortColumn::Type => one.type_place.cmp(&other.type_place),
        SortColumn::Family => {
            one.offering.instance_type().family().cmp(other.offering.instance_type().family())
        }
        SortColumn::Region => one.region_place.cmp(&other.region_place),
        SortColumn::Market => one.market.cmp(&other.market),
        SortColumn::OperatingSystem => one.os.as_str().cmp(other.os.as_str()),
        SortColumn::Quota | SortColumn::Group(_) => Ordering::Equal,
        SortColumn::Devices => return compare_devices(one, other, key.direction),
        SortColumn::Zone => {
            let zone = |candidate: &Candidate<'_>| match candidate.place {
                Place::Zone(id) => id.map(str::to_owned),
                Place::Everywhere => None,
            };
            return compare_known(zone(one), zone(other), key.direction);
        }
        SortColumn::Source => {
            let source = |one: &Candidate<'_>| one.price.map(|price| price.source.to_owned());
            return compare_known(source(one), source(other), key.direction);
        }
        SortColumn::Architecture => {
            let first = |candidate: &Candidate<'_>| {
                candidate.offering.instance_type().architectures().map(Architecture::as_str).min()
            };
            return compare_known(first(one), first(other), key.direction);
        }
        SortColumn::AsOf => {
            let date = |one: &Candidate<'_>| one.price.map(|price| price.as_of.to_owned());
            return compare_known(date(one), date(other), key.direction);
        }
        SortColumn::Figure(figure) => {
            let all = DeviceChoice::default();
            let value = |candidate: &Candidate<'_>| figure.of_candidate(candidate, &all).value();
            return compare_known(value(one), value(other), key.direction);
        }
    };
    key.direction.apply(ascending)
}

/// How many devices there are, GPUs or not; then their memory in all, then what they are called.
fn compare_devices(one: &Candidate<'_>, other: &Candidate<'_>, direction: Direction) -> Ordering {
    let (one, other) = (one.offering.instance_type(), other.offering.instance_type());
    let count = |one: InstanceType<'_>| {
        one.is_described().then(|| one.devices().map(|one| u64::from(one.count.thousandths())).sum::<u64>())
    };
    let memory = |one: InstanceType<'_>| {
        one.devices().map(|one| Some(memory_of_all(one.count, one.memory?.0))).sum::<Option<u64>>()
    };
    let names = one.devices().map(|device| device.name).cmp(other.devices().map(|device| device.name));
    compare_known(count(one), count(other), direction)
        .then_with(|| compare_known(memory(one), memory(other), direction))
        .then_with(|| direction.apply(names))
}

/// The order of two values; one that is not known comes last in either direction.
pub(super) fn compare_known<T: Ord>(one: Option<T>, other: Option<T>, direction: Direction) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => direction.apply(one.cmp(&other)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

impl Direction {
    pub(super) const fn apply(self, ascending: Ordering) -> Ordering {
        match self {
            Self::Ascending => ascending,
            Self::Descending => ascending.reverse(),
        }
    }
}
