//! The order of offers: what was asked for, then price, type and region; always total.
//!
//! An offer whose price is unknown comes after all others, also where the dearest is to come first. What is sorted
//! is small and holds numbers alone; offers are built from what is left after the limit.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::catalog::{Offering, Price};
use crate::model::{DeviceCount, NotAValue};

/// What offers can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortColumn {
    /// The price of an hour.
    Price,
    /// The instance type's name.
    Type,
    /// The region's code.
    Region,
    /// Virtual processors.
    Vcpus,
    /// Main memory.
    Memory,
    /// GPUs in all.
    Gpus,
}

/// A column and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// The column.
    pub column: SortColumn,
    /// The direction.
    pub direction: Direction,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// The least.
    #[default]
    Ascending,
    /// The greatest.
    Descending,
}

impl SortColumn {
    /// Every column.
    pub const ALL: [Self; 6] = [Self::Price, Self::Type, Self::Region, Self::Vcpus, Self::Memory, Self::Gpus];

    /// Its name as it is typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Type => "type",
            Self::Region => "region",
            Self::Vcpus => "vcpus",
            Self::Memory => "memory",
            Self::Gpus => "gpus",
        }
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.direction == Direction::Descending { "-" } else { "" };
        write!(f, "{sign}{}", self.column.as_str())
    }
}

impl FromStr for SortKey {
    type Err = NotAValue;

    /// A column's name, behind a dash for the greatest first: `price`, `-memory`.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let (direction, name) = match text.strip_prefix('-') {
            Some(name) => (Direction::Descending, name),
            None => (Direction::Ascending, text),
        };
        let column = SortColumn::ALL.into_iter().find(|column| column.as_str() == name);
        column.map(|column| Self { column, direction }).ok_or_else(|| {
            NotAValue::new(text, "a column to sort by: price, type, region, vcpus, memory or gpus")
        })
    }
}

/// A type in a region before it is an offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'c> {
    pub(super) offering: Offering<'c>,
    pub(super) price: Option<Price<'c>>,
    /// Its type's place among types sorted by name.
    pub(super) type_place: usize,
    /// Its region's place among regions sorted by code.
    pub(super) region_place: usize,
}

impl Candidate<'_> {
    fn gpus(&self) -> DeviceCount {
        self.offering.instance_type().gpus().fold(DeviceCount::default(), |sum, gpu| sum.plus(gpu.count))
    }
}

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

fn compare(one: &Candidate<'_>, other: &Candidate<'_>, keys: &[SortKey]) -> Ordering {
    keys.iter()
        .map(|key| compare_by(one, other, *key))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| compare_by_price(one, other, Direction::Ascending))
        .then_with(|| one.type_place.cmp(&other.type_place))
        .then_with(|| one.region_place.cmp(&other.region_place))
}

fn compare_by(one: &Candidate<'_>, other: &Candidate<'_>, key: SortKey) -> Ordering {
    let (one_type, other_type) = (one.offering.instance_type(), other.offering.instance_type());
    let ascending = match key.column {
        SortColumn::Price => return compare_by_price(one, other, key.direction),
        SortColumn::Type => one.type_place.cmp(&other.type_place),
        SortColumn::Region => one.region_place.cmp(&other.region_place),
        SortColumn::Vcpus => one_type.vcpus().cmp(&other_type.vcpus()),
        SortColumn::Memory => one_type.memory().cmp(&other_type.memory()),
        SortColumn::Gpus => one.gpus().cmp(&other.gpus()),
    };
    key.direction.apply(ascending)
}

fn compare_by_price(one: &Candidate<'_>, other: &Candidate<'_>, direction: Direction) -> Ordering {
    match (one.price, other.price) {
        (Some(one), Some(other)) => direction.apply(one.amount.cmp(&other.amount)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

impl Direction {
    const fn apply(self, ascending: Ordering) -> Ordering {
        match self {
            Self::Ascending => ascending,
            Self::Descending => ascending.reverse(),
        }
    }
}
