//! `find capacity --blocks`: the capacity blocks that can be bought, and what lies near where there is none.
//!
//! Nothing is bought here.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{AccountArguments, Answer, counted, joined};
use crate::aws::Session;
use crate::catalog::Catalog;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::region_failures;
use crate::discovery::account::blocks::{BlockQuestion, SaleFailure, Sales, for_sale, offers};
use crate::discovery::account::nearby::{Change, Nearby, Proposal, nearby};
use crate::discovery::capacity::TypeWish;
use crate::model::{BlockDuration, Market, Offer, RegionName};

/// What is asked of blocks, but for the places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    count: u32,
    duration: BlockDuration,
    starts_after: Option<jiff::Timestamp>,
    ends_by: Option<jiff::Timestamp>,
}

impl Asked {
    /// What the flags ask, if they do. Dates between which no such block fits are refused before any call.
    pub(super) fn of(arguments: &AccountArguments) -> Result<Option<Self>, CommandError> {
        let Some(duration) = arguments.duration.filter(|_| arguments.blocks) else { return Ok(None) };
        let starts_after = arguments.start_after.map(|moment| moment.begins);
        let ends_by = arguments.end_by.map(|moment| moment.ends);
        if let (Some(start), Some(end)) = (starts_after, ends_by)
            && end.as_second() - start.as_second() < i64::from(duration.hours()) * 3600
        {
            return Err(CommandError::usage(format!(
                "no block of {duration} fits between --start-after {start} and --end-by {end}"
            )));
        }
        Ok(Some(Self { count: arguments.count, duration, starts_after, ends_by }))
    }

    fn question(self, places: BTreeMap<RegionName, Vec<String>>) -> BlockQuestion {
        let Self { count, duration, starts_after, ends_by } = self;
        BlockQuestion { places, count, duration, starts_after, ends_by }
    }
}

/// Asks for blocks and adds what was found, or what is near.
pub(super) async fn add(
    context: &Context<'_>,
    session: &Session,
    regions: &[RegionName],
    wish: &TypeWish,
    asked: Asked,
    answer: &mut Answer,
) {
    let catalog = context.catalog();
    let (places, notes) = places(catalog, regions, wish);
    answer.notes.extend(notes);
    let mut question = asked.question(places);
    if question.requests() == 0 {
        answer.notes.push("so AWS was not asked for capacity blocks".to_owned());
        return;
    }
    let Sales { answers, failures } = for_sale(session, &question).await;
    let (found, left_out) = offers(catalog, &answers);
    if left_out > 0 {
        let blocks = counted(left_out, "capacity block");
        answer.notes.push(format!("{blocks} left out, because the price is not in US dollars"));
    }
    if found.is_empty() && left_out == 0 && !answers.is_empty() {
        forget_unanswered(&mut question, &failures);
        answer.notes.push(format!("AWS offers no capacity block at this moment for {question}"));
        answer.notes.extend(nearby_notes(&nearby(session, &question).await));
    }
    answer.notes.extend(found.first().and_then(|offer| how_to_buy(offer, asked)));
    answer.offers.extend(found);
    answer.unasked_blocks.extend(failures);
}

/// What buys the first of the blocks: EC2 has it only as the answer to this very question.
fn how_to_buy(offer: &Offer<'_>, asked: Asked) -> Option<String> {
    let Asked { count, duration, .. } = asked;
    let (id, name, region) = (&offer.block.as_ref()?.offering_id, &offer.instance_type, &offer.region);
    Some(format!(
        "the first of them is bought by: cloudkit launch buy-block {id} -t {name} --count {count} --duration {duration} -r {region}"
    ))
}

/// Leaves the places of which AWS has said that it offers nothing there.
fn forget_unanswered(question: &mut BlockQuestion, failures: &[SaleFailure]) {
    for SaleFailure { region, instance_types, .. } in failures {
        let types = question.places.get_mut(region);
        types.into_iter().for_each(|types| types.retain(|name| !instance_types.contains(name)));
    }
    question.places.retain(|_, types| !types.is_empty());
}

/// Names what could not be asked; the class is that of the worst failure.
pub(super) fn tell_unasked(context: &Context<'_>, failures: &[SaleFailure]) -> ExitClass {
    let lacks = failures.iter().map(|failure| (&failure.instance_types, &failure.region, &failure.source));
    region_failures::tell_lacks(context, lacks, |types, regions| {
        let types = types.join(", ");
        format!("{regions} could not be asked for capacity blocks of {types}, so what is there is not shown")
    })
}

/// The types to ask for in each region, as far as the catalog knows where there are any; and what is not asked for.
pub(super) fn places(
    catalog: &Catalog<'_>,
    regions: &[RegionName],
    wish: &TypeWish,
) -> (BTreeMap<RegionName, Vec<String>>, Vec<String>) {
    let (sold, unsold): (Vec<_>, Vec<_>) =
        wish.types(catalog).into_iter().partition(|one| one.markets().any(|m| m == Market::CapacityBlock));
    let mut notes = Vec::new();
    if !wish.patterns.is_empty() && !unsold.is_empty() {
        let names: Vec<&str> = unsold.iter().map(|one| one.name()).collect();
        notes.push(format!("not sold in capacity blocks, by the catalog: {}", names.join(", ")));
    }
    let offered_in = |region: &RegionName| -> Vec<String> {
        let known = catalog.region(region.as_str());
        // Of a region without data nothing is known, so there everything is asked.
        let may_be = |name: &str| known.is_none_or(|region| region.offering(name).is_some());
        sold.iter().map(|one| one.name()).filter(|name| may_be(name)).map(str::to_owned).collect()
    };
    let places: BTreeMap<_, _> = regions.iter().map(|region| (region.clone(), offered_in(region))).collect();
    let (places, without): (BTreeMap<_, _>, BTreeMap<_, _>) =
        places.into_iter().partition(|(_, types)| !types.is_empty());
    if !without.is_empty() && !sold.is_empty() {
        let regions: Vec<RegionName> = without.into_keys().collect();
        notes.push(format!("without any such type, by the catalog: {}", joined(&regions)));
    }
    (places, notes)
}

fn nearby_notes(near: &Nearby) -> Vec<String> {
    let asked = counted(near.requests, "further question");
    let mut notes: Vec<String> = near.proposals.iter().map(proposal_note).collect();
    if notes.is_empty() && near.failure.is_none() {
        notes.push(format!(
            "{asked} about fewer machines, other durations, both or other dates found none either; offers come and go"
        ));
    } else {
        notes.push(format!("AWS was asked {asked} to find that"));
    }
    if near.cut_short {
        notes.push("more was not asked at once; name fewer types or regions to look further".to_owned());
    }
    if let Some(failure) = &near.failure {
        notes.push(format!("looking further failed: {failure}"));
    }
    notes
}

fn proposal_note(proposal: &Proposal) -> String {
    let Proposal { change, blocks, cheapest, regions } = proposal;
    let change = match change {
        Change::Count(count) => format!("--count {count}"),
        Change::Duration(duration) => format!("--duration {duration}"),
        Change::CountAndDuration(count, duration) => format!("--count {count} --duration {duration}"),
        Change::AnyDates => "no --start-after and --end-by".to_owned(),
    };
    let price = cheapest.map(|price| format!(" from {price} USD up front")).unwrap_or_default();
    let regions: BTreeSet<&str> = regions.iter().map(RegionName::as_str).collect();
    let regions: Vec<&str> = regions.into_iter().collect();
    format!("with {change} there is: {}{price} in {}", counted(*blocks, "block"), regions.join(", "))
}
