//! Answers a question from the catalog.
//!
//! First the filters that look at a type, once for each type; then types are looked up in the regions and markets; then
//! the filters that look at an offer. It can be told which filter left nothing, and of how many it is not known whether
//! they pass. An offer is built for what is printed and for nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::age::Freshness;
use crate::catalog::{Catalog, InstanceType, Region};
use crate::model::{DatedBy, Market};

use super::candidate::{Candidate, Place, Quoted, SpotPrices, is_sold};
use super::check::{Check, Checks, Verdict};
use super::live_prices::LivePrices;
use super::named::Named;
use super::{
    Answer, Counted, DiscoveryError, Emptied, Filter, NotKnown, Question, QuotaOrder, Subject, Unmatched,
    group, instead, rank, region_selection,
};

/// The label of prices that AWS itself just told.
const TOLD: &str = "api";

/// The offers that a catalog has for a question, best first.
///
/// # Errors
/// Where a region or a name is unknown.
pub fn search<'c>(catalog: &'c Catalog<'c>, question: &Question) -> Result<Answer<'c>, DiscoveryError> {
    search_with(catalog, question, None)
}

/// The same, with the spot prices that an account was just told, one offer a zone, where there are any.
///
/// # Errors
/// Where a region or a name is unknown.
pub fn search_with<'c>(
    catalog: &'c Catalog<'c>,
    question: &Question,
    live: Option<&'c LivePrices>,
) -> Result<Answer<'c>, DiscoveryError> {
    let regions = regions(catalog, question)?;
    let checks = Checks::new(catalog, &question.filters)?;
    let named: Vec<Named<'_, 'c>> =
        question.patterns.iter().map(|pattern| Named::find(catalog, pattern)).collect();
    let mut answer = Answer {
        unmatched: named
            .iter()
            .filter_map(|named| named.unmatched(catalog, &regions))
            .chain(denied_in_vain(catalog, &question.filters))
            .collect(),
        ..Answer::default()
    };
    let Some(types) = types(catalog, &named, &checks, &regions, &mut answer) else { return Ok(answer) };
    let mut candidates = candidates(&types, &regions, question, live);
    if candidates.is_empty() {
        answer.emptied_by = Some(not_sold(catalog, &types, &regions, question));
        answer.instead = instead::elsewhere(catalog, &types, &regions, question, &checks);
        return Ok(answer);
    }
    retain_offers(catalog, &mut candidates, &checks, &mut answer);
    note_prices(&candidates, &regions, question, &mut answer);
    rank_and_build(candidates, question, &mut answer);
    Ok(answer)
}

/// The patterns of denied types that fit none, so that nothing is denied by them.
fn denied_in_vain<'c>(catalog: &'c Catalog<'c>, filters: &[Filter]) -> impl Iterator<Item = Unmatched<'c>> {
    let denied = filters.iter().filter_map(|filter| match filter {
        Filter::Deny(patterns) => Some(patterns),
        _ => None,
    });
    denied.flatten().filter_map(|pattern| Named::find(catalog, pattern).no_such_type(catalog))
}

/// What is not known of the prices of offers.
fn note_prices<'c>(
    candidates: &[Candidate<'c>],
    regions: &[Region<'c>],
    question: &Question,
    answer: &mut Answer<'c>,
) {
    let unpriced = || candidates.iter().filter(|one| one.price.is_none());
    answer.unpriced = unpriced().count();
    let spot: BTreeSet<usize> =
        unpriced().filter(|one| one.market == Market::Spot).map(|one| one.region_place).collect();
    let spot = spot.into_iter().filter_map(|place| regions.get(place));
    let without = spot.filter(|region| SpotPrices::of(**region, question.os) == SpotPrices::Unknown);
    answer.without_spot_prices = without.map(|region| region.code()).collect();
}

fn rank_and_build<'c>(mut candidates: Vec<Candidate<'c>>, question: &Question, answer: &mut Answer<'c>) {
    if let Some(group_by) = question.group_by {
        rank::best(&mut candidates, &question.sort, None);
        answer.groups = group::groups(&candidates, group_by, &question.sort);
        answer.total = answer.groups.len();
        answer.groups.truncate(question.limit.unwrap_or(usize::MAX));
    } else {
        answer.total = candidates.len();
        rank::best(&mut candidates, &question.sort, question.limit);
        answer.quota_order = QuotaOrder::of(&candidates, &question.sort);
        let freshness = question.today.map(Freshness::on);
        answer.offers = candidates.iter().map(|one| one.offer(freshness.as_ref())).collect();
    }
}

/// The regions that are asked about, by code, each once.
fn regions<'c>(catalog: &'c Catalog<'c>, question: &Question) -> Result<Vec<Region<'c>>, DiscoveryError> {
    let mut codes: Vec<&str> = question.regions.iter().map(String::as_str).collect();
    codes.sort_unstable();
    codes.dedup();
    let region = |code: &str| catalog.region(code).ok_or_else(|| region_selection::unknown(catalog, code));
    codes.into_iter().map(region).collect()
}

/// The types that are asked for and pass every filter on types, by name; none where nothing is left.
fn types<'c>(
    catalog: &'c Catalog<'c>,
    named: &[Named<'_, 'c>],
    checks: &Checks<'_, 'c>,
    regions: &[Region<'c>],
    answer: &mut Answer<'c>,
) -> Option<Vec<InstanceType<'c>>> {
    let of = catalog.types().len();
    let emptied =
        |subject, wanted, removed| Emptied { subject, wanted, removed, of, counted: Counted::Types };
    let mut types = Named::any_of(catalog, named);
    if types.is_empty() {
        let patterns: Vec<&str> = named.iter().map(Named::pattern).collect();
        answer.emptied_by = Some(emptied(Subject::Name, patterns.join(" "), of));
        return None;
    }
    let mut sieve = Sieve::new(&checks.of_types);
    types.retain(|one| {
        let is_offered = || regions.iter().any(|region| region.offering(one.name()).is_some());
        sieve.passes(|check| check.of_type(*one, &checks.devices), is_offered)
    });
    answer.not_known.extend(sieve.not_known(Counted::Types));
    if types.is_empty() {
        if let Some((before, check, removed)) = sieve.last() {
            answer.emptied_by = Some(emptied(check.subject(), check.wanted(), removed));
            let all = Named::any_of(catalog, named).into_iter();
            answer.instead = instead::of_types(catalog, check, before, all, regions, checks);
        }
        return None;
    }
    Some(types)
}

/// Each of the types in each of the regions and markets that it is sold in.
pub(super) fn candidates<'c>(
    types: &[InstanceType<'c>],
    regions: &[Region<'c>],
    question: &Question,
    live: Option<&'c LivePrices>,
) -> Vec<Candidate<'c>> {
    let markets = markets(question);
    let os = question.os;
    let mut candidates = Vec::new();
    for (region_place, region) in regions.iter().enumerate() {
        let spot =
            if markets.contains(&Market::Spot) { SpotPrices::of(*region, os) } else { SpotPrices::Known };
        // Both are sorted by the type's name, so one walk along the two finds what they have in common.
        let mut offerings = region.offerings().peekable();
        for (type_place, instance_type) in types.iter().enumerate() {
            let name = instance_type.name();
            while offerings.next_if(|offering| offering.instance_type().name() < name).is_some() {}
            let Some(offering) = offerings.next_if(|offering| offering.instance_type().name() == name) else {
                continue;
            };
            for market in markets.iter().copied() {
                let price = offering.price(market, os).map(Quoted::from);
                let place = Place::Everywhere;
                let of_region = Candidate { offering, market, os, price, place, type_place, region_place };
                match live.and_then(|live| told(live, of_region)) {
                    Some(of_zones) => candidates.extend(of_zones),
                    None if is_sold(offering, market, os, spot) => candidates.push(of_region),
                    None => {}
                }
            }
        }
    }
    candidates
}

/// A candidate for each zone of which an account was told a price; nothing where its region was not told of.
fn told<'c>(
    live: &'c LivePrices,
    of_region: Candidate<'c>,
) -> Option<impl Iterator<Item = Candidate<'c>> + use<'c>> {
    if of_region.market != Market::Spot {
        return None;
    }
    let prices = live.of(of_region.offering.region().code(), of_region.offering.instance_type().name())?;
    Some(prices.iter().map(move |zone| Candidate {
        price: Some(Quoted {
            amount: zone.price,
            source: TOLD,
            as_of: live.as_of(),
            dated_by: DatedBy::Said,
        }),
        place: Place::Zone(zone.zone_id.as_deref()),
        ..of_region
    }))
}

/// The markets that are asked about, each once.
fn markets(question: &Question) -> Vec<Market> {
    let mut markets = question.markets.clone();
    markets.sort_unstable();
    markets.dedup();
    if markets.is_empty() { vec![Market::default()] } else { markets }
}

/// Why there is no candidate: the types are not offered in the regions, or not sold in the markets there.
fn not_sold(
    catalog: &Catalog<'_>,
    types: &[InstanceType<'_>],
    regions: &[Region<'_>],
    question: &Question,
) -> Emptied {
    let is_offered =
        |one: &&InstanceType<'_>| regions.iter().any(|region| region.offering(one.name()).is_some());
    let of = catalog.types().len();
    let offered = types.iter().filter(is_offered).count();
    let (subject, wanted, removed) = if offered == 0 {
        (Subject::Region, question.regions.join(" "), types.len())
    } else {
        let markets: Vec<String> = markets(question).iter().map(ToString::to_string).collect();
        (Subject::Market, markets.join(" "), offered)
    };
    Emptied { subject, wanted, removed, of, counted: Counted::Types }
}

fn retain_offers<'c>(
    catalog: &'c Catalog<'c>,
    candidates: &mut Vec<Candidate<'c>>,
    checks: &Checks<'_, 'c>,
    answer: &mut Answer<'c>,
) {
    if checks.of_offers.is_empty() {
        return;
    }
    let all = candidates.clone();
    let mut sieve = Sieve::new(&checks.of_offers);
    candidates
        .retain(|candidate| sieve.passes(|check| check.of_candidate(candidate, &checks.devices), || true));
    answer.not_known.extend(sieve.not_known(Counted::Offers));
    if let Some((before, check, removed)) = sieve.last().filter(|_| candidates.is_empty()) {
        let (subject, wanted, of) = (check.subject(), check.wanted(), all.len());
        answer.emptied_by = Some(Emptied { subject, wanted, removed, of, counted: Counted::Offers });
        answer.instead = instead::of_offers(catalog, check, before, all, checks);
    }
}

/// Lets pass what passes every check, and counts what each of them holds back.
struct Sieve<'s, 'q, 'c> {
    checks: &'s [Check<'q, 'c>],
    removed: Vec<usize>,
    not_known: BTreeMap<Subject, usize>,
}

impl<'s, 'q, 'c> Sieve<'s, 'q, 'c> {
    fn new(checks: &'s [Check<'q, 'c>]) -> Self {
        Self { checks, removed: vec![0; checks.len()], not_known: BTreeMap::new() }
    }

    /// Whether every check says yes. Where one can't say and no other says no, that counts if it `matters`.
    fn passes(&mut self, verdict: impl Fn(&Check<'q, 'c>) -> Verdict, matters: impl Fn() -> bool) -> bool {
        let mut verdicts = self.checks.iter().map(verdict).enumerate();
        let Some((place, first)) = verdicts.find(|(_, verdict)| *verdict != Verdict::Yes) else {
            return true;
        };
        let is_only_unknown =
            first == Verdict::Unknown && verdicts.all(|(_, verdict)| verdict != Verdict::No) && matters();
        if let (Some(removed), Some(check)) = (self.removed.get_mut(place), self.checks.get(place)) {
            *removed += 1;
            if is_only_unknown {
                *self.not_known.entry(check.subject()).or_default() += 1;
            }
        }
        false
    }

    fn not_known(&self, counted: Counted) -> impl Iterator<Item = NotKnown> {
        self.not_known.iter().map(move |(subject, count)| NotKnown {
            subject: *subject,
            count: *count,
            counted,
        })
    }

    /// The check that removed the last, behind those before it, and how many there still were.
    fn last(&self) -> Option<(&'s [Check<'q, 'c>], &'s Check<'q, 'c>, usize)> {
        let place = self.removed.iter().rposition(|removed| *removed > 0)?;
        Some((self.checks.get(..place)?, self.checks.get(place)?, *self.removed.get(place)?))
    }
}
