//! Offers put together by region, type or family: a row a group.
//!
//! A group stands where its first offer would stand, but for what its own row shows: there that counts.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::model::{Market, Money, NotAValue};

use super::candidate::Candidate;
use super::rank::{compare_by, compare_known, compare_usually};
use super::{Figure, SortColumn, SortKey};

/// The value of a group's `schema` field.
const SCHEMA: &str = "cloudkit.offer-group/v1";

/// What offers are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupBy {
    /// The region's code.
    Region,
    /// The instance type's name.
    Type,
    /// What stands before the dot of it.
    Family,
}

/// The offers that have something in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferGroup<'c> {
    /// Always `cloudkit.offer-group/v1`.
    pub schema: &'static str,
    /// What they have in common.
    pub group_by: GroupBy,
    /// Which one.
    pub group: Cow<'c, str>,
    /// How many they are.
    pub offers: usize,
    /// Of how many instance types.
    pub types: usize,
    /// In how many regions.
    pub regions: usize,
    /// The cheapest; absent where no price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cheapest: Option<Cheapest<'c>>,
    /// The price of the dearest; absent where no price is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dearest_usd_hour: Option<Money>,
    /// How many of the offers have a price that is not known.
    pub unpriced: usize,
}

/// The cheapest offer of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cheapest<'c> {
    /// The instance type.
    pub instance_type: Cow<'c, str>,
    /// The region's code.
    pub region: Cow<'c, str>,
    /// How it is sold.
    pub market: Market,
    /// US dollars an hour.
    pub price_usd_hour: Money,
}

impl GroupBy {
    /// Everything that offers are put together by.
    pub const ALL: [Self; 3] = [Self::Region, Self::Type, Self::Family];

    /// Its name as it is typed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Type => "type",
            Self::Family => "family",
        }
    }

    fn of<'c>(self, candidate: &Candidate<'c>) -> &'c str {
        match self {
            Self::Region => candidate.offering.region().code(),
            Self::Type => candidate.offering.instance_type().name(),
            Self::Family => candidate.offering.instance_type().family(),
        }
    }
}

impl fmt::Display for GroupBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for GroupBy {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
        known.ok_or_else(|| NotAValue::new(text, "something to group by: region, type or family"))
    }
}

/// The groups of candidates that are in their order by these keys.
pub(super) fn groups<'c>(
    candidates: &[Candidate<'c>],
    group_by: GroupBy,
    keys: &[SortKey],
) -> Vec<OfferGroup<'c>> {
    let mut members: Vec<Vec<&Candidate<'c>>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for candidate in candidates {
        let place = *places.entry(group_by.of(candidate)).or_insert(members.len());
        match members.get_mut(place) {
            Some(group) => group.push(candidate),
            None => members.push(vec![candidate]),
        }
    }
    let ranked = |members: &Vec<&'_ Candidate<'c>>| {
        Some(Ranked { first: **members.first()?, group: group(members, group_by)? })
    };
    let mut ranked: Vec<Ranked<'c>> = members.iter().filter_map(ranked).collect();
    ranked.sort_by(|one, other| {
        let orderings = keys.iter().map(|key| one.compare(other, *key));
        orderings.fold(Ordering::Equal, Ordering::then)
    });
    ranked.into_iter().map(|ranked| ranked.group).collect()
}

/// A group, and the first of its offers in their order.
struct Ranked<'c> {
    first: Candidate<'c>,
    group: OfferGroup<'c>,
}

impl Ranked<'_> {
    fn compare(&self, other: &Self, key: SortKey) -> Ordering {
        let SortKey { column, direction } = key;
        match column {
            SortColumn::Group(column) => column.compare(&self.group, &other.group, direction),
            SortColumn::Figure(Figure::Price) => {
                let price = |of: &Self| Some(of.group.cheapest.as_ref()?.price_usd_hour);
                compare_known(price(self), price(other), direction)
            }
            SortColumn::Market => {
                let market = |of: &Self| Some(of.group.cheapest.as_ref()?.market);
                compare_known(market(self), market(other), direction)
            }
            _ => compare_by(&self.first, &other.first, key),
        }
    }
}

fn group<'c>(members: &[&Candidate<'c>], group_by: GroupBy) -> Option<OfferGroup<'c>> {
    let prices = || members.iter().filter_map(|one| one.price).map(|price| price.amount);
    let cheapest = members.iter().min_by(|one, other| compare_usually(one, other))?;
    let distinct = |place: fn(&Candidate<'_>) -> usize| {
        members.iter().map(|one| place(one)).collect::<BTreeSet<_>>().len()
    };
    Some(OfferGroup {
        schema: SCHEMA,
        group_by,
        group: Cow::Borrowed(group_by.of(cheapest)),
        offers: members.len(),
        types: distinct(|one| one.type_place),
        regions: distinct(|one| one.region_place),
        cheapest: cheapest.price.map(|price| Cheapest {
            instance_type: Cow::Borrowed(cheapest.offering.instance_type().name()),
            region: Cow::Borrowed(cheapest.offering.region().code()),
            market: cheapest.market,
            price_usd_hour: price.amount,
        }),
        dearest_usd_hour: prices().max(),
        unpriced: members.len() - prices().count(),
    })
}
