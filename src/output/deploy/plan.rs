//! The plan of a deployment as a person reads it.
//!
//! Each region's own launch is told in short; all of it is in the other formats.

use std::borrow::Cow;

use super::super::document::{Column, Record};
use super::super::launch::step_text;
use super::super::lines::{cost_of_hour, line};
use crate::deployment::plan::{DeploymentPlan, RegionPlan};
use crate::provision::cost::HOURS_PER_MONTH;

/// The whole of it.
#[must_use]
pub fn plan_text(plan: &DeploymentPlan) -> String {
    let machines = if plan.count == 1 { "1 machine".to_owned() } else { format!("{} machines", plan.count) };
    let mut text = format!("Plan of deployment {} in account {}: {machines}\n", plan.name, plan.account);
    for region in &plan.regions {
        line(&mut text, "region", &machines_of(region));
    }
    for passed in &plan.passed_over {
        line(&mut text, "not", &format!("{}: {}", passed.region, passed.because));
    }
    plan.notes.iter().for_each(|note| line(&mut text, "note", note));
    for region in &plan.regions {
        let notes = region.plan.notes.iter();
        notes.for_each(|note| line(&mut text, "note", &format!("{}: {note}", region.region)));
    }
    line(&mut text, "cost", &cost(plan));
    most(plan).iter().for_each(|most| line(&mut text, "at most", most));
    let ends = plan.ends_at.map_or_else(|| "kept until destroyed".to_owned(), |at| format!("ends {at}"));
    line(&mut text, "end", &ends);
    let bundle = plan.bundle.get(..12).unwrap_or(&plan.bundle);
    line(&mut text, "bundle", &format!("{bundle}, {} bytes", plan.bundle_bytes));
    line(&mut text, "record", &format!("in bucket {}, made where it is missing", plan.home_bucket));
    for region in &plan.regions {
        let Some(first) = region.plan.candidates.first() else { continue };
        for step in &first.preparation {
            line(&mut text, "step", &format!("{}: {}", region.region, step_text(step)));
        }
    }
    text
}

/// `2 of m7i.large, else m6i.large, in us-east-1, spot: 0.2 USD an hour`.
fn machines_of(region: &RegionPlan) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for candidate in &region.plan.candidates {
        let most = candidate.max_price_usd_hour;
        let most = most.map_or_else(String::new, |most| format!(" for at most {most} USD an hour"));
        let kind = format!("{} {}{most}", candidate.instance_type, candidate.market);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let cost = cost_of_hour(&region.cost);
    format!("{}: {} of {}; {cost}", region.region, region.count, kinds.join(", else "))
}

fn cost(plan: &DeploymentPlan) -> String {
    let month = plan.known_usd_month.to_cents();
    // What is not known comes on top, and is named.
    let least = if plan.cost.usd_hour.is_none() { "at least " } else { "" };
    let until = plan.cost.usd_until_deadline;
    let until = until.map_or_else(String::new, |usd| format!("; {} USD until the end", usd.to_cents()));
    format!("{}; {least}{month} USD a month of {HOURS_PER_MONTH} hours{until}", cost_of_hour(&plan.cost))
}

/// What it may come to where that is more than what is asked for first.
fn most(plan: &DeploymentPlan) -> Option<String> {
    let hour = plan.most_usd_hour.filter(|most| plan.cost.usd_hour.is_none_or(|usd| usd < *most))?;
    let month = hour.times(HOURS_PER_MONTH).to_cents();
    let of_machines = |what: &&str| plan.regions.iter().any(|region| region.has_type(what));
    let unknown: Vec<&str> = plan.cost.unknown_parts().filter(|what| !of_machines(what)).collect();
    let besides = if unknown.is_empty() {
        String::new()
    } else {
        format!(" besides the unknown price of: {}", unknown.join(", "))
    };
    Some(format!(
        "{hour} USD an hour, {month} USD a month{besides}; where only the dearest of these is to be had"
    ))
}

impl Record for DeploymentPlan {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 100, |plan| Some(plan.name.clone())),
            Column::<Self>::text("ACCOUNT", 80, |plan| Some(plan.account.clone())),
            Column::<Self>::number("MACHINES", 90, |plan| Some(plan.count.to_string())),
            Column::<Self>::number("USD/HOUR", 85, |plan| plan.cost.usd_hour.map(|usd| usd.to_string())),
            Column::<Self>::text("ENDS", 70, |plan| plan.ends_at.map(|at| at.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
