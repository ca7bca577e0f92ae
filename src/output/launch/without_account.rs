//! How a plan without an account looks: what is known, and by name what is not.
//!
//! It has no other format, since it is no plan that a program could follow.

use std::fmt::Write as _;

use super::{cost, line};
use crate::provision::plan::without_account::{CandidateByCatalog, NOT_KNOWN, PlanWithoutAccount};
use crate::provision::wish::Lifetime;

/// A plan without an account as a person reads it.
#[must_use]
pub fn plan_text_without_account(plan: &PlanWithoutAccount) -> String {
    let mut text = "Plan by the catalog alone: no account was asked\n".to_owned();
    for (index, candidate) in plan.candidates.iter().enumerate() {
        line(&mut text, if index == 0 { "machine" } else { "or else" }, &machine(candidate));
        line(&mut text, "cost", &cost(&candidate.cost));
        if let Some(known) = candidate.known_usd_until_deadline.filter(|_| candidate.cost.usd_hour.is_none())
        {
            line(&mut text, "", &format!("at least {} USD until the deadline", known.to_cents()));
        }
        for part in &candidate.cost.parts {
            let mut price =
                part.usd_hour.map_or_else(|| "unknown".to_owned(), |price| format!("{price} USD an hour"));
            if let Some(source) = &part.source {
                // Writing to a string does not fail.
                let _ = write!(price, " ({source})");
            }
            line(&mut text, "", &format!("{}: {price}", part.what));
        }
    }
    let ends = match plan.lifetime {
        Lifetime::For(span) => format!("{span} after the launch"),
        Lifetime::Until(at) => at.to_string(),
        Lifetime::UntilEnded => "when somebody ends it".to_owned(),
    };
    line(&mut text, "ends", &ends);
    if let Some(idle) = plan.idle_timeout {
        line(&mut text, "", &format!("or after {idle} without work"));
    }
    let labels = std::iter::once("unknown").chain(std::iter::repeat(""));
    labels.zip(NOT_KNOWN).for_each(|(label, what)| line(&mut text, label, what));
    text
}

fn machine(candidate: &CandidateByCatalog) -> String {
    let CandidateByCatalog { instance_type, region, market, vcpus, memory_mib, .. } = candidate;
    let size = match (vcpus, memory_mib) {
        (Some(vcpus), Some(memory)) => format!(", {vcpus} vCPUs, {memory}"),
        _ => String::new(),
    };
    format!("{instance_type} in {region}, {market}{size}")
}
