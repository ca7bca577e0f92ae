//! Answers a question from the catalog.
//!
//! Filters are applied in the order of [`Filter`] and one after the other, so that it can be told which one left nothing:
//! first those that look at a type, once for each type; then types are looked up in the regions; then prices are
//! compared. An offer is built for what is printed and for nothing else.

use std::borrow::Cow;

use crate::catalog::{Catalog, InstanceType, Region};
use crate::model::{Market, Offer, offer};

use super::named::Named;
use super::rank::{self, Candidate};
use super::type_filter::{self, TypeFilter};
use super::{Answer, Counted, DiscoveryError, Emptied, Filter, Question, region_selection};

/// The offers that a catalog has for a question, best first.
///
/// # Errors
/// Where a region or a GPU's name is unknown.
pub fn search<'c>(catalog: &'c Catalog<'c>, question: &Question) -> Result<Answer<'c>, DiscoveryError> {
    let regions = regions(catalog, question)?;
    let filters = type_filter::filters(catalog, question)?;
    let named: Vec<Named<'_, 'c>> =
        question.patterns.iter().map(|pattern| Named::find(catalog, pattern)).collect();
    let mut answer = Answer {
        unmatched: named.iter().filter_map(|named| named.unmatched(catalog, &regions)).collect(),
        ..Answer::default()
    };
    let types = match types(catalog, &named, &filters) {
        Ok(types) => types,
        Err(emptied) => return Ok(Answer { emptied_by: Some(emptied), ..answer }),
    };
    let mut candidates = candidates(&types, &regions, question);
    answer.emptied_by = emptied_by_region(catalog, &types, &candidates, question);
    drop_dear(&mut candidates, question, &mut answer);
    answer.total = candidates.len();
    rank::best(&mut candidates, &question.sort, question.limit);
    answer.offers = candidates.into_iter().map(|candidate| offer_of(candidate, question)).collect();
    Ok(answer)
}

/// The regions that are asked about, by code, each once.
fn regions<'c>(catalog: &'c Catalog<'c>, question: &Question) -> Result<Vec<Region<'c>>, DiscoveryError> {
    let mut codes: Vec<&str> = question.regions.iter().map(String::as_str).collect();
    codes.sort_unstable();
    codes.dedup();
    let region = |code: &str| catalog.region(code).ok_or_else(|| region_selection::unknown(catalog, code));
    codes.into_iter().map(region).collect()
}

/// The types that are asked for and pass every filter on types, by name; or what removed the last of them.
fn types<'c>(
    catalog: &'c Catalog<'c>,
    named: &[Named<'_, 'c>],
    filters: &[TypeFilter<'_>],
) -> Result<Vec<InstanceType<'c>>, Emptied> {
    let of = catalog.types().len();
    let emptied = |filter, wanted: &str, removed| Emptied {
        filter,
        wanted: wanted.to_owned(),
        removed,
        of,
        counted: Counted::Types,
    };
    let mut types = Named::any_of(catalog, named);
    if types.is_empty() {
        let patterns: Vec<&str> = named.iter().map(Named::pattern).collect();
        return Err(emptied(Filter::Name, &patterns.join(" "), of));
    }
    for filter in filters {
        let before = types.len();
        types.retain(|one| (filter.keeps)(*one));
        if types.is_empty() {
            return Err(emptied(filter.filter, &filter.wanted, before));
        }
    }
    Ok(types)
}

/// Each of the types in each of the regions that offers it.
fn candidates<'c>(
    types: &[InstanceType<'c>],
    regions: &[Region<'c>],
    question: &Question,
) -> Vec<Candidate<'c>> {
    let mut candidates = Vec::new();
    for (region_place, region) in regions.iter().enumerate() {
        // Both are sorted by the type's name, so one walk along the two finds what they have in common.
        let mut offerings = region.offerings().peekable();
        for (type_place, instance_type) in types.iter().enumerate() {
            let name = instance_type.name();
            while offerings.next_if(|offering| offering.instance_type().name() < name).is_some() {}
            if let Some(offering) = offerings.next_if(|offering| offering.instance_type().name() == name) {
                let price = offering.price(question.market, question.os);
                candidates.push(Candidate { offering, price, type_place, region_place });
            }
        }
    }
    candidates
}

fn emptied_by_region(
    catalog: &Catalog<'_>,
    types: &[InstanceType<'_>],
    candidates: &[Candidate<'_>],
    question: &Question,
) -> Option<Emptied> {
    candidates.is_empty().then(|| Emptied {
        filter: Filter::Region,
        wanted: question.regions.join(" "),
        removed: types.len(),
        of: catalog.types().len(),
        counted: Counted::Types,
    })
}

/// Drops what costs more than the highest price, and what may.
fn drop_dear(candidates: &mut Vec<Candidate<'_>>, question: &Question, answer: &mut Answer<'_>) {
    let Some(max_price) = question.max_price else { return };
    let before = candidates.len();
    answer.unpriced = candidates.iter().filter(|candidate| candidate.price.is_none()).count();
    candidates.retain(|candidate| candidate.price.is_some_and(|price| price.amount <= max_price));
    if before > 0 && candidates.is_empty() {
        answer.emptied_by = Some(Emptied {
            filter: Filter::Price,
            wanted: max_price.to_string(),
            removed: before,
            of: before,
            counted: Counted::Offers,
        });
    }
}

fn offer_of<'c>(candidate: Candidate<'c>, question: &Question) -> Offer<'c> {
    let Question { market, os, .. } = *question;
    let Candidate { offering, price, .. } = candidate;
    let instance_type = offering.instance_type();
    let on_demand = match market {
        Market::OnDemand => price,
        Market::Spot | Market::CapacityBlock | Market::Reservation => offering.price(Market::OnDemand, os),
    };
    let interruption = (market == Market::Spot).then(|| offering.interruption(os)).flatten();
    Offer {
        schema: Cow::Borrowed(offer::SCHEMA),
        instance_type: Cow::Borrowed(instance_type.name()),
        region: Cow::Borrowed(offering.region().code()),
        zones: offering.zones().map(Cow::Borrowed).collect(),
        market,
        architectures: instance_type.architectures().collect(),
        vcpus: instance_type.vcpus(),
        memory_mib: instance_type.memory(),
        gpus: instance_type.gpus().map(Into::into).collect(),
        accelerators: instance_type.accelerators().map(Into::into).collect(),
        os,
        price_usd_hour: price.map(|price| price.amount),
        on_demand_usd_hour: on_demand.map(|price| price.amount),
        price_source: price.map(|price| Cow::Borrowed(price.source.label())),
        price_as_of: price.map(|price| Cow::Borrowed(price.source.as_of())),
        interruption: interruption.map(|rate| rate.band),
        reservation_id: None,
        available_count: None,
        block: None,
        quota: None,
    }
}
