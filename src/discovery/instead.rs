//! What to ask instead where a question has no answer: other regions, other markets, and the values that there are.
//!
//! Looked up only once nothing was found; whether it is said, and where, is the edge's business.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::catalog::{Catalog, Feature, InstanceType, Region};
use crate::model::range::Ranges;
use crate::model::{Market, Money};

use super::candidate::{Candidate, SpotPrices, is_sold};
use super::check::{Check, Checks, Verdict};
use super::filter::feature_title;
use super::search::candidates;
use super::{Counted, Figure, Filter, Label, Question, Subject};

/// How many regions are named.
const MOST_REGIONS: usize = 5;
/// How many types are named.
const MOST_TYPES: usize = 5;
/// How many values are named; of more only the nearest are.
const MOST_VALUES: usize = 6;

/// What there is instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead<'c> {
    /// Other regions that sell it.
    Regions {
        /// Their codes, the cheapest first, those whose price is not known last.
        codes: Vec<&'c str>,
        /// Whether the price of any is known.
        is_any_priced: bool,
        /// How many more there are.
        more: usize,
    },
    /// Other markets that the regions asked about sell it in.
    Markets(Vec<Market>),
    /// The region that a zone is of.
    ZoneOf {
        /// The zone's id.
        zone: &'c str,
        /// The region's code.
        region: &'c str,
    },
    /// Types of the same families that are as a filter of yes or no asks, and pass the others too.
    OfFamilies {
        /// What is asked about.
        feature: Feature,
        /// What the answer is to be.
        wanted: bool,
        /// How many families.
        families: usize,
        /// The types, the smallest first; there may be none.
        types: Vec<&'c str>,
        /// How many more there are.
        more: usize,
    },
    /// What the filter that left nothing could have asked for.
    Values {
        /// What it looks at.
        subject: Subject,
        /// The values that there are, or those nearest to what was asked for.
        values: Vec<String>,
        /// Whether there are others.
        has_more: bool,
        /// Among how many.
        among: usize,
        /// What is counted.
        counted: Counted,
    },
}

impl fmt::Display for Instead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Regions { codes, is_any_priced, more } => {
                let order = if *is_any_priced { ", cheapest first" } else { "" };
                write!(f, "sold in other regions{order}: --region {}", codes.join(","))?;
                if *more > 0 { write!(f, " (and in {more} more)") } else { Ok(()) }
            }
            Self::Markets(markets) => {
                let markets: Vec<String> = markets.iter().map(ToString::to_string).collect();
                write!(f, "sold there as {}: cloudkit find search", joined(&markets))
            }
            Self::ZoneOf { zone, region } => write!(f, "{zone} is a zone of {region}: --region {region}"),
            Self::OfFamilies { feature, wanted, families, types, more } => {
                let title = feature_title(*feature);
                let families = if *families == 1 { "family" } else { "families" };
                let (with, none_has) = if *wanted { ("with", "no type") } else { ("without", "every type") };
                if types.is_empty() {
                    return write!(
                        f,
                        "{none_has} of the same {families} has {title} there: leave that out, or ask for other types"
                    );
                }
                write!(f, "{with} {title}, of the same {families}: {}", types.join(", "))?;
                if *more > 0 { write!(f, " (and {more} more)") } else { Ok(()) }
            }
            Self::Values { subject, values, has_more, among, counted } => {
                let noun = match counted {
                    Counted::Types => "type",
                    Counted::Offers => "offer",
                };
                let plural = if *among == 1 { "" } else { "s" };
                let nearest = if *has_more { ", nearest to that" } else { "" };
                let subject = subject.in_the_singular();
                write!(f, "{subject} of the {among} {noun}{plural} left{nearest}: {}", joined(values))
            }
        }
    }
}

/// `1, 4 or 8`.
fn joined(values: &[String]) -> String {
    match values.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Where types are sold that the regions of a question do not sell in its markets, or as what they are sold there.
pub(super) fn elsewhere<'c>(
    catalog: &'c Catalog<'c>,
    types: &[InstanceType<'c>],
    regions: &[Region<'c>],
    question: &Question,
    checks: &Checks<'_, 'c>,
) -> Option<Instead<'c>> {
    let is_asked = |region: &Region<'c>| question.regions.iter().any(|code| code == region.code());
    let others: Vec<Region<'c>> = catalog.regions().filter(|region| !is_asked(region)).collect();
    let mut found = candidates(types, &others, question, None);
    let passes = |one: &Candidate<'c>| all_say_yes(&checks.of_offers, one, checks);
    if found.iter().any(passes) {
        found.retain(passes);
    }
    let mut prices: BTreeMap<&'c str, Option<Money>> = BTreeMap::new();
    for one in &found {
        let price = one.price.map(|price| price.amount);
        let cheapest = prices.entry(one.offering.region().code()).or_insert(price);
        *cheapest = cheapest.iter().chain(&price).min().copied();
    }
    let mut codes: Vec<&str> = prices.keys().copied().collect();
    codes.sort_by_key(|code| prices.get(code).map(|price| (price.is_none(), *price)));
    let more = codes.len().saturating_sub(MOST_REGIONS);
    codes.truncate(MOST_REGIONS);
    if codes.is_empty() {
        return other_markets(types, regions, question).map(Instead::Markets);
    }
    let is_any_priced = prices.values().any(Option::is_some);
    Some(Instead::Regions { codes, is_any_priced, more })
}

fn other_markets(
    types: &[InstanceType<'_>],
    regions: &[Region<'_>],
    question: &Question,
) -> Option<Vec<Market>> {
    let offered =
        || types.iter().flat_map(|one| regions.iter().filter_map(|region| region.offering(one.name())));
    let is_sold_as = |market: &Market| {
        offered().any(|one| is_sold(one, *market, question.os, SpotPrices::of(one.region(), question.os)))
    };
    let markets: Vec<Market> = Market::ALL.into_iter().filter(is_sold_as).collect();
    Some(markets).filter(|markets| !markets.is_empty())
}

/// The values that the types have which passed every check before one that left nothing.
pub(super) fn of_types<'c>(
    catalog: &'c Catalog<'c>,
    check: &Check<'_, 'c>,
    before: &[Check<'_, 'c>],
    types: impl Iterator<Item = InstanceType<'c>>,
    regions: &[Region<'c>],
    checks: &Checks<'_, 'c>,
) -> Option<Instead<'c>> {
    let passed = |one: &InstanceType<'_>| {
        before.iter().all(|check| check.of_type(*one, &checks.devices) == Verdict::Yes)
    };
    let is_offered =
        |one: &InstanceType<'_>| regions.iter().any(|region| region.offering(one.name()).is_some());
    let mut left: Vec<InstanceType<'c>> = types.filter(passed).collect();
    if left.iter().any(is_offered) {
        left.retain(is_offered);
    }
    let values = match check.filter {
        Filter::Feature(feature, wanted) => {
            let (families, mut types) = of_families(catalog, &left, is_offered, checks);
            let more = types.len().saturating_sub(MOST_TYPES);
            types.truncate(MOST_TYPES);
            return Some(Instead::OfFamilies { feature: *feature, wanted: *wanted, families, types, more });
        }
        Filter::Figure(figure, ranges) => figures(
            *figure,
            ranges,
            left.iter().filter_map(|one| figure.of_type(*one, &checks.devices).value()),
        ),
        // A generation is not looked up by type.
        Filter::Label(label, _) if *label != Label::ProcessorGeneration => {
            let names = RefCell::new(BTreeSet::new());
            for one in &left {
                label.any(*one, &|name| {
                    names.borrow_mut().insert(name.to_owned());
                    false
                });
            }
            all_named(names.into_inner())
        }
        _ => None,
    };
    values.map(|values| values.of(check.subject(), left.len(), Counted::Types))
}

/// How many families those that were left are of, and the types of these that pass every check, the smallest first.
fn of_families<'c>(
    catalog: &'c Catalog<'c>,
    left: &[InstanceType<'c>],
    is_offered: impl Fn(&InstanceType<'c>) -> bool,
    checks: &Checks<'_, 'c>,
) -> (usize, Vec<&'c str>) {
    let families: BTreeSet<&str> = left.iter().map(|one| one.family()).collect();
    let passes = |one: &InstanceType<'c>| {
        families.contains(one.family())
            && is_offered(one)
            && checks.of_types.iter().all(|check| check.of_type(*one, &checks.devices) == Verdict::Yes)
    };
    let mut types: Vec<InstanceType<'c>> = catalog.types().filter(passes).collect();
    types.sort_by_key(|one| (one.vcpus(), one.name()));
    (families.len(), types.into_iter().map(InstanceType::name).collect())
}

/// The same of offers.
pub(super) fn of_offers<'c>(
    catalog: &'c Catalog<'c>,
    check: &Check<'_, 'c>,
    before: &[Check<'_, 'c>],
    mut left: Vec<Candidate<'c>>,
    checks: &Checks<'_, 'c>,
) -> Option<Instead<'c>> {
    left.retain(|one| all_say_yes(before, one, checks));
    let values = match check.filter {
        Filter::Label(Label::Zone, _) => {
            let is_asked =
                |region: &Region<'_>| left.iter().any(|one| one.offering.region().code() == region.code());
            let of_other = |zone: &&'c str| {
                let has_it = |region: &Region<'c>| region.zones().any(|one| one == *zone);
                let region = catalog.regions().find(has_it).filter(|region| !is_asked(region))?;
                Some(Instead::ZoneOf { zone, region: region.code() })
            };
            if let Some(of_other) = check.names().iter().find_map(of_other) {
                return Some(of_other);
            }
            all_named(left.iter().flat_map(Candidate::zones).map(str::to_owned).collect())
        }
        Filter::Figure(figure, ranges) => {
            let value = |one: &Candidate<'_>| figure.of_candidate(one, &checks.devices).value();
            figures(*figure, ranges, left.iter().filter_map(value))
        }
        _ => None,
    };
    values.map(|values| values.of(check.subject(), left.len(), Counted::Offers))
}

fn all_say_yes<'c>(checks: &[Check<'_, 'c>], one: &Candidate<'c>, all: &Checks<'_, 'c>) -> bool {
    checks.iter().all(|check| check.of_candidate(one, &all.devices) == Verdict::Yes)
}

/// Values to be named.
struct Values {
    values: Vec<String>,
    has_more: bool,
}

impl Values {
    fn of<'c>(self, subject: Subject, among: usize, counted: Counted) -> Instead<'c> {
        Instead::Values { subject, values: self.values, has_more: self.has_more, among, counted }
    }
}

fn all_named(mut names: BTreeSet<String>) -> Option<Values> {
    names.retain(|name| !name.is_empty());
    let is_list = (1..=2 * MOST_VALUES).contains(&names.len());
    is_list.then(|| Values { values: names.into_iter().collect(), has_more: false })
}

/// The values of a figure; of many, those next to the ranges that were asked for.
fn figures(figure: Figure, ranges: &Ranges<u64>, values: impl Iterator<Item = u64>) -> Option<Values> {
    let values: BTreeSet<u64> = values.collect();
    let has_more = values.len() > MOST_VALUES;
    let below = |from: u64| values.range(..from).next_back();
    let above = |to: u64| values.range(to..).find(|value| **value > to);
    let named: BTreeSet<u64> = if has_more {
        let next_to = |ends: (Option<u64>, Option<u64>)| {
            ends.0.and_then(below).into_iter().chain(ends.1.and_then(above))
        };
        ranges.iter().flat_map(|range| next_to((range.from, range.to))).copied().collect()
    } else {
        values.clone()
    };
    let values: Vec<String> = named.into_iter().map(|value| figure.unit().show(value)).collect();
    (!values.is_empty()).then_some(Values { values, has_more })
}
