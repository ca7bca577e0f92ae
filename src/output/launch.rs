//! How plans, machines and leftovers look to a person.
//!
//! Their fields in the other formats are the report types' own.

use std::borrow::Cow;
use std::fmt::Write;

use super::document::{Column, Record};
use super::ending;
use crate::provision::cost::Cost;
use crate::provision::plan::{Candidate, Plan, Step};
use crate::provision::report::{Launched, Leftover, LeftoverKind, MachineRow};

impl Record for MachineRow {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 90, |row| row.name.clone()).shrinkable(12),
            Column::<Self>::text("ID", 100, |row| Some(row.instance_id.clone())),
            Column::<Self>::text("TYPE", 80, |row| Some(row.instance_type.clone())),
            Column::<Self>::text("REGION", 70, |row| Some(row.region.clone())),
            Column::<Self>::text("ZONE", 20, |row| row.zone.clone()).only_wide(),
            Column::<Self>::text("MARKET", 20, |row| Some(row.market.to_string())).only_wide(),
            Column::<Self>::text("STATE", 95, |row| Some(row.state.to_string())),
            Column::<Self>::text("ENDS", 85, |row| row.deadline.map(|at| at.to_string())),
            Column::<Self>::text("ADDRESS", 50, |row| row.address.clone()),
            Column::<Self>::text("OWNER", 30, |row| row.owner.clone()).shrinkable(8),
            Column::<Self>::text("WHY", 20, |row| row.state_reason.clone()).only_wide(),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_id)
    }
}

impl Record for Leftover {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("KIND", 90, |row| Some(kind(row.kind).to_owned())),
            Column::<Self>::text("ID", 100, |row| Some(row.id.clone())),
            Column::<Self>::text("REGION", 80, |row| Some(row.region.clone())),
            Column::<Self>::text("LAUNCH", 50, |row| row.launch.clone()),
            Column::<Self>::text("REMOVED", 70, |row| {
                Some(if row.removed { "yes" } else { "no" }.to_owned())
            }),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

const fn kind(kind: LeftoverKind) -> &'static str {
    match kind {
        LeftoverKind::SecurityGroup => "security group",
        LeftoverKind::Bucket => "bucket",
        LeftoverKind::Role => "role",
    }
}

impl Record for Launched {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 90, |row| Some(row.name.clone())).shrinkable(12),
            Column::<Self>::text("ID", 100, |row| Some(row.instance_id.clone())),
            Column::<Self>::text("TYPE", 80, |row| Some(row.instance_type.clone())),
            Column::<Self>::text("REGION", 70, |row| Some(row.region.clone())),
            Column::<Self>::text("STATE", 60, |row| Some(row.state.to_string())),
            Column::<Self>::text("ADDRESS", 85, |row| row.address.clone()),
            Column::<Self>::text("ENDS", 75, |row| row.deadline.map(|at| at.to_string())),
            Column::<Self>::number("USD/HOUR", 65, |row| row.cost.usd_hour.map(|money| money.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_id)
    }
}

impl Record for Plan {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("LAUNCH", 100, |plan| Some(plan.launch.clone())),
            Column::<Self>::text("NAME", 90, |plan| Some(plan.name.clone())),
            Column::<Self>::text("ACCOUNT", 80, |plan| Some(plan.account.clone())),
            Column::<Self>::text("ENDS", 70, |plan| plan.deadline.map(|at| at.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.launch)
    }
}

/// A plan as a person reads it.
#[must_use]
pub fn plan_text(plan: &Plan) -> String {
    let mut text = format!("Plan of launch {} in account {}\n", plan.launch, plan.account);
    for (index, candidate) in plan.candidates.iter().enumerate() {
        let rank = if index == 0 { "machine" } else { "or else" };
        line(&mut text, rank, &machine(candidate));
    }
    for refused in &plan.refused {
        line(
            &mut text,
            "not",
            &format!("{} in {}: {}", refused.instance_type, refused.region, refused.reason),
        );
    }
    if let Some(first) = plan.candidates.first() {
        let name = first.image.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
        line(&mut text, "image", &format!("{}{name}", first.image.id));
        line(&mut text, "cost", &cost(&first.cost));
        for part in &first.cost.parts {
            let price =
                part.usd_hour.map_or_else(|| "unknown".to_owned(), |price| format!("{price} USD an hour"));
            let source = part.source.as_ref().map_or_else(String::new, |source| format!(" ({source})"));
            line(&mut text, "", &format!("{}: {price}{source}", part.what));
        }
    }
    ending::lines(plan).iter().for_each(|(label, content)| line(&mut text, label, content));
    line(&mut text, "lets in", &format!("SSH (port {}) from {}", plan.ssh_port, plan.ssh_from));
    if let Some(first) = plan.candidates.first() {
        first.preparation.iter().for_each(|step| line(&mut text, "step", &step_text(step)));
        line(&mut text, "step", &format!("launch {} in {}", first.instance_type, first.region));
    }
    text
}

fn line(text: &mut String, label: &str, content: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "  {label:8} {content}");
}

fn machine(candidate: &Candidate) -> String {
    let Candidate { instance_type, region, market, .. } = candidate;
    let place = candidate.zone.as_ref().map_or_else(String::new, |zone| format!(" ({zone})"));
    let size = match (candidate.vcpus, candidate.memory_mib) {
        (Some(vcpus), Some(memory)) => format!(", {vcpus} vCPUs, {memory}"),
        _ => String::new(),
    };
    format!("{instance_type} in {region}{place}, {market}{size}")
}

/// The cost in a sentence; what is not known of it is named.
#[must_use]
pub fn cost(cost: &Cost) -> String {
    match (cost.usd_hour, cost.usd_until_deadline) {
        (Some(hourly), Some(total)) => {
            format!("{hourly} USD an hour, {} USD until the deadline", total.to_cents())
        }
        (Some(hourly), None) => format!("{hourly} USD an hour, for as long as it runs"),
        (None, _) => {
            let unknown = cost.unknown_parts().collect::<Vec<_>>().join(", ");
            format!("{} USD an hour and the unknown price of: {unknown}", cost.known_usd_hour)
        }
    }
}

/// A step in words.
#[must_use]
pub fn step_text(step: &Step) -> String {
    match step {
        Step::MakeRole { role, .. } => format!("make role {role}"),
        Step::MakeProfile { profile, .. } => format!("make instance profile {profile}"),
        Step::MakeBucket { bucket, .. } => format!("make bucket {bucket}"),
        Step::UploadAgent { bucket, bytes, .. } => {
            format!("upload the agent to {bucket} ({} MB)", bytes.div_ceil(1_000_000))
        }
        Step::MakeGroup { group, port, admits, .. } => {
            format!("make security group {group} (port {port} from {admits})")
        }
    }
}
