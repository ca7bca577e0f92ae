//! What offers and groups of them can be sorted by, and how that is typed.
//!
//! Any column may be typed as it stands over the table. What comes first is [`super::rank`]'s.

use std::fmt;
use std::str::FromStr;

use crate::model::NotAValue;

use super::{Figure, GroupColumn};

/// What offers can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortColumn {
    /// The instance type's name.
    Type,
    /// What stands before the dot of it.
    Family,
    /// The region's code.
    Region,
    /// The id of the zone that the price is of; not known of a price that is a whole region's.
    Zone,
    /// GPUs and other accelerators: how many, then their memory in all, then their names.
    Devices,
    /// The first architecture, by its name.
    Architecture,
    /// What the price is for; the same of all offers of an answer.
    OperatingSystem,
    /// The market.
    Market,
    /// The date of the price.
    AsOf,
    /// From whom the price is.
    Source,
    /// The room that the account's quota has; see [`super::QuotaOrder`].
    Quota,
    /// A figure.
    Figure(Figure),
    /// What only groups of offers have.
    Group(GroupColumn),
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

/// What could have been typed, to follow "is not".
const EXPECTED: &str = "a column to sort by: type, family, region, zone, devices, arch, os, market, as-of, source, quota, price, \
     price-per-vcpu, price-per-gpu, or the name of any flag that takes a range, such as vcpus or gpu-memory; with --group-by also \
     group, offers, types, regions, cheapest-type, in-region, up-to, unpriced";

impl SortColumn {
    /// Every column.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_offers = [
            Self::Type,
            Self::Family,
            Self::Region,
            Self::Zone,
            Self::Devices,
            Self::Architecture,
            Self::OperatingSystem,
            Self::Market,
            Self::AsOf,
            Self::Source,
            Self::Quota,
        ];
        of_offers.into_iter().chain(Figure::ALL.map(Self::Figure)).chain(GroupColumn::ALL.map(Self::Group))
    }

    /// Its name as it is typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Family => "family",
            Self::Region => "region",
            Self::Zone => "zone",
            Self::Devices => "devices",
            Self::Architecture => "arch",
            Self::OperatingSystem => "os",
            Self::Market => "market",
            Self::AsOf => "as-of",
            Self::Source => "source",
            Self::Quota => "quota",
            Self::Figure(figure) => figure.key(),
            Self::Group(column) => column.as_str(),
        }
    }

    /// The column of a name, or of what stands over it in a table: `as-of`, `AS OF`, `usd/hour`.
    fn named(text: &str) -> Option<Self> {
        let name = text.trim().to_ascii_lowercase().replace([' ', '_'], "-");
        match name.as_str() {
            "usd/hour" => Some(Self::Figure(Figure::Price)),
            "interrupted" => Some(Self::Figure(Figure::Interruption)),
            name => Self::all().find(|column| column.as_str() == name),
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
        let (direction, name) = match text.trim_start().strip_prefix('-') {
            Some(name) => (Direction::Descending, name),
            None => (Direction::Ascending, text),
        };
        let column = SortColumn::named(name);
        column.map(|column| Self { column, direction }).ok_or_else(|| NotAValue::new(text, EXPECTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_that_no_flag_is_called_like_is_among_those_that_are_told() {
        for column in SortColumn::all() {
            let is_of_flag = matches!(column, SortColumn::Figure(_));
            assert!(is_of_flag || EXPECTED.contains(&format!(" {}", column.as_str())), "{}", column.as_str());
            assert_eq!(SortColumn::named(column.as_str()), Some(column));
        }
    }
}
