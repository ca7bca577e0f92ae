//! How several machines, and what is asked for together, look to a person.
//!
//! Pools that differ in their zones alone are one line.

use super::{cost, step_text};
use crate::model::Market;
use crate::provision::cost::Cost;
use crate::provision::plan::{Candidate, Plan, Step};

/// How many machines, and what they are called.
pub(super) fn several(plan: &Plan) -> Vec<(&'static str, String)> {
    let Some(several) = &plan.several else { return Vec::new() };
    let least = if several.min_count == several.count {
        "all of them or none".to_owned()
    } else {
        format!("at least {}, or none", several.min_count)
    };
    let mut lines = vec![("count", format!("{} machines, {least}", several.count))];
    if let [first, .., last] = several.names.as_slice() {
        lines.push(("names", format!("{first} to {last}")));
    }
    lines
}

/// The candidates with their ranks; those of one request that differ in their zones alone are one, with all its zones.
pub(super) fn ranks(plan: &Plan) -> Vec<(&'static str, Candidate)> {
    let alike = |one: &Candidate, other: &Candidate| {
        one.fleet.is_some()
            && one.fleet == other.fleet
            && one.instance_type == other.instance_type
            && one.zone.is_some()
            && other.zone.is_some()
    };
    let mut before: Option<&Candidate> = None;
    let mut ranked = Vec::new();
    for pools in plan.candidates.chunk_by(alike) {
        let Some(first) = pools.first() else { continue };
        let zones: Vec<&str> = pools.iter().filter_map(|pool| pool.zone.as_deref()).collect();
        let zone = (!zones.is_empty()).then(|| zones.join(", "));
        let rank = match before {
            None => "machine",
            // EC2 chooses among spot pools by itself.
            Some(other) if first.market == Market::Spot && is_one_request(first, other) => "or",
            Some(_) => "or else",
        };
        ranked.push((rank, Candidate { zone, ..first.clone() }));
        before = Some(first);
    }
    ranked
}

fn is_one_request(one: &Candidate, other: &Candidate) -> bool {
    one.fleet.is_some() && one.fleet == other.fleet
}

/// Whose cost it is.
pub(super) fn each(plan: &Plan) -> &'static str {
    if plan.several.is_some() { "each " } else { "" }
}

/// What all of several machines cost where each is the dearest of the plan, or one whose price is not known.
pub(super) fn in_all(plan: &Plan) -> Option<String> {
    let count = plan.several.as_ref()?.count as usize;
    let costs = || plan.candidates.iter().map(|one| &one.cost);
    let unknown = costs().find(|cost| cost.usd_hour.is_none());
    let dearest = match unknown {
        Some(unknown) => unknown,
        None => costs().max_by_key(|cost| cost.known_usd_hour)?,
    };
    let differ = costs().any(|cost| cost.known_usd_hour != dearest.known_usd_hour);
    let at_most = if differ && unknown.is_none() { "at most " } else { "" };
    Some(format!("{at_most}{}", cost(&Cost::of_all(std::iter::repeat_n(dearest, count)))))
}

/// What is done for the first request, and the request.
pub(super) fn steps(plan: &Plan, first: &Candidate) -> Vec<String> {
    let together: Vec<&Candidate> =
        plan.candidates.iter().take_while(|one| is_one_request(first, one)).collect();
    let preparation = if together.is_empty() { vec![first] } else { together.clone() };
    let mut steps: Vec<String> = Vec::new();
    for step in preparation.iter().flat_map(|one| &one.preparation) {
        let text = step_text(step);
        if !steps.contains(&text) {
            steps.push(text);
        }
    }
    let Candidate { instance_type, region, .. } = first;
    let what = match plan.several.as_ref().map(|several| several.count) {
        Some(count) => format!("{count} machines"),
        None => "one machine".to_owned(),
    };
    steps.push(match (&first.fleet, &plan.several) {
        (Some(_), _) => format!("launch {what} in {region}, by one request"),
        (None, Some(_)) => format!("launch {what} of {instance_type} in {region}"),
        (None, None) => format!("launch {instance_type} in {region}"),
    });
    let is_template = |step: &&Step| matches!(step, Step::MakeLaunchTemplate { .. });
    match preparation.iter().flat_map(|one| &one.preparation).filter(is_template).count() {
        _ if first.fleet.is_none() => {}
        0 | 1 => steps.push("remove the launch template again".to_owned()),
        _ => steps.push("remove the launch templates again".to_owned()),
    }
    steps
}
