//! What groups of offers can be sorted by that no offer has.
//!
//! Each is a column of the table of groups.

use std::cmp::Ordering;

use super::rank::compare_known;
use super::{Cheapest, Direction, OfferGroup};

/// A column that only groups have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupColumn {
    /// Which region, type or family it is.
    Group,
    /// How many offers there are.
    Offers,
    /// Of how many instance types.
    Types,
    /// In how many regions.
    Regions,
    /// The type of the cheapest.
    CheapestType,
    /// The region of the cheapest.
    InRegion,
    /// The price of the dearest.
    UpTo,
    /// How many offers have no known price.
    Unpriced,
}

impl GroupColumn {
    /// Every column.
    pub(super) const ALL: [Self; 8] = [
        Self::Group,
        Self::Offers,
        Self::Types,
        Self::Regions,
        Self::CheapestType,
        Self::InRegion,
        Self::UpTo,
        Self::Unpriced,
    ];

    /// Its name as it is typed.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Offers => "offers",
            Self::Types => "types",
            Self::Regions => "regions",
            Self::CheapestType => "cheapest-type",
            Self::InRegion => "in-region",
            Self::UpTo => "up-to",
            Self::Unpriced => "unpriced",
        }
    }

    /// The order of two groups; what is not known comes last in either direction.
    pub(super) fn compare(
        self,
        one: &OfferGroup<'_>,
        other: &OfferGroup<'_>,
        direction: Direction,
    ) -> Ordering {
        let by = |value: fn(&OfferGroup<'_>) -> usize| direction.apply(value(one).cmp(&value(other)));
        let by_cheapest = |text: for<'g> fn(&'g Cheapest<'_>) -> &'g str| {
            compare_known(one.cheapest.as_ref().map(text), other.cheapest.as_ref().map(text), direction)
        };
        match self {
            Self::Group => direction.apply(one.group.cmp(&other.group)),
            Self::Offers => by(|group| group.offers),
            Self::Types => by(|group| group.types),
            Self::Regions => by(|group| group.regions),
            Self::CheapestType => by_cheapest(|cheapest| &cheapest.instance_type),
            Self::InRegion => by_cheapest(|cheapest| &cheapest.region),
            Self::UpTo => compare_known(one.dearest_usd_hour, other.dearest_usd_hour, direction),
            Self::Unpriced => by(|group| group.unpriced),
        }
    }
}
