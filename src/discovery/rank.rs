//! The order of offers: what was asked for, then price, type, region and market; always total.
//!
//! An offer of which the figure is not known comes after all others, also where the greatest is to come first.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::model::{Architecture, NotAValue};

use super::Figure;
use super::candidate::Candidate;
use super::device_choice::DeviceChoice;

/// What offers can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortColumn {
    /// The instance type's name.
    Type,
    /// What stands before the dot of it.
    Family,
    /// The region's code.
    Region,
    /// The first architecture, by its name.
    Architecture,
    /// The market.
    Market,
    /// The date of the price.
    AsOf,
    /// A figure.
    Figure(Figure),
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
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Type, Self::Family, Self::Region, Self::Architecture, Self::Market, Self::AsOf]
            .into_iter()
            .chain(Figure::ALL.map(Self::Figure))
    }

    /// Its name as it is typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Family => "family",
            Self::Region => "region",
            Self::Architecture => "arch",
            Self::Market => "market",
            Self::AsOf => "as-of",
            Self::Figure(figure) => figure.key(),
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
        let column = SortColumn::all().find(|column| column.as_str() == name);
        column.map(|column| Self { column, direction }).ok_or_else(|| {
            NotAValue::new(
                text,
                "a column to sort by: price, price-per-vcpu, price-per-gpu, type, family, region, arch, market, as-of, or the \
                 name of any flag that takes a range, such as vcpus or gpu-memory",
            )
        })
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

/// The usual order: price, type, region, market, zone.
pub(super) fn compare_usually(one: &Candidate<'_>, other: &Candidate<'_>) -> Ordering {
    let price = |candidate: &Candidate<'_>| candidate.price.map(|price| price.amount.micros());
    compare_known(price(one), price(other), Direction::Ascending)
        .then_with(|| one.type_place.cmp(&other.type_place))
        .then_with(|| one.region_place.cmp(&other.region_place))
        .then_with(|| one.market.cmp(&other.market))
        .then_with(|| one.place.cmp(&other.place))
}

fn compare(one: &Candidate<'_>, other: &Candidate<'_>, keys: &[SortKey]) -> Ordering {
    keys.iter()
        .map(|key| compare_by(one, other, *key))
        .find(|ordering| ordering.is_ne())
        .unwrap_or_else(|| compare_usually(one, other))
}

fn compare_by(one: &Candidate<'_>, other: &Candidate<'_>, key: SortKey) -> Ordering {
    let ascending = match key.column {
        SortColumn::Type => one.type_place.cmp(&other.type_place),
        SortColumn::Family => {
            one.offering.instance_type().family().cmp(other.offering.instance_type().family())
        }
        SortColumn::Region => one.region_place.cmp(&other.region_place),
        SortColumn::Market => one.market.cmp(&other.market),
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

fn compare_known<T: Ord>(one: Option<T>, other: Option<T>, direction: Direction) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => direction.apply(one.cmp(&other)),
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
