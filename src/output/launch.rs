//! How plans, machines and leftovers look to a person.
//!
//! Their fields in the other formats are the report types' own.

mod fleet;
mod network;
mod without_account;

use std::borrow::Cow;

mod user_parts;

use super::document::{Column, Record};
use super::ending;
use super::launch_image::{notes, other_image, start_text};
use super::lines::{cost_of_hour, cost_parts, line};
use crate::provision::cost::Cost;
use crate::provision::plan::{Candidate, Plan, Step, refused_lines};
use crate::provision::report::{Launched, Leftover, LeftoverKind};

pub use without_account::plan_text_without_account;

impl Record for Leftover {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("KIND", 90, |row| Some(kind(row.kind).to_owned())),
            Column::<Self>::text("ID", 100, |row| Some(row.id.clone())).shrinkable(24),
            Column::<Self>::text("REGION", 80, |row| Some(row.region.clone())),
            Column::<Self>::text("LAUNCH", 50, |row| row.launch.clone()),
            Column::<Self>::number("GIB", 65, |row| row.gib.map(|gib| gib.to_string())).only_where_known(),
            Column::<Self>::number("USD/HOUR", 60, |row| row.usd_hour.map(|usd| usd.to_string()))
                .only_where_known(),
            Column::<Self>::text("REMOVED", 70, |row| {
                Some(if row.removed { "yes" } else { "no" }.to_owned())
            }),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
}

/// What a leftover is, in words.
#[must_use]
pub const fn kind(kind: LeftoverKind) -> &'static str {
    match kind {
        LeftoverKind::LaunchTemplate => "launch template",
        LeftoverKind::SecurityGroup => "security group",
        LeftoverKind::Network => "network",
        LeftoverKind::InternetGateway => "internet gateway",
        LeftoverKind::Bucket => "bucket",
        LeftoverKind::Object => "object",
        LeftoverKind::Role => "role",
        LeftoverKind::Volume => "volume",
        LeftoverKind::Address => "elastic address",
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
    let first = plan.candidates.first();
    fleet::several(plan).iter().for_each(|(label, content)| line(&mut text, label, content));
    for (rank, candidate) in fleet::ranks(plan) {
        line(&mut text, rank, &format!("{}{}", machine(&candidate), other_image(plan, &candidate)));
        // Those of one market cost about the same; of another one they may not.
        if first.is_some_and(|first| first.market != candidate.market) {
            line(&mut text, "", &cost(&candidate.cost));
        }
    }
    for refused in refused_lines(&plan.refused) {
        line(&mut text, "not", &refused);
    }
    for note in &plan.notes {
        line(&mut text, "note", note);
    }
    if let Some(first) = plan.candidates.first() {
        start_text(first).iter().for_each(|(label, content)| line(&mut text, label, content));
        line(&mut text, "cost", &format!("{}{}", fleet::each(plan), cost(&first.cost)));
        cost_parts(&mut text, &first.cost);
    }
    fleet::in_all(plan).iter().for_each(|content| line(&mut text, "in all", content));
    notes(plan).iter().for_each(|note| line(&mut text, "note", note));
    ending::lines(plan).iter().for_each(|(label, content)| line(&mut text, label, content));
    if plan.candidates.first().is_some_and(|first| first.agent.is_none()) {
        line(&mut text, "agent", no_agent(plan));
    }
    if let Some(user) = &plan.user {
        user_parts::lines(user).iter().for_each(|(label, content)| line(&mut text, label, content));
    }
    line(&mut text, "lets in", &network::lets_in(plan));
    network::key_lines(plan).iter().for_each(|(label, content)| line(&mut text, label, content));
    if let Some(first) = plan.candidates.first() {
        fleet::steps(plan, first).iter().for_each(|step| line(&mut text, "step", step));
    }
    text
}

/// What a machine without an agent goes without.
#[must_use]
pub fn no_agent(plan: &Plan) -> &'static str {
    match plan.deadline {
        Some(_) => {
            "none: the timer alone ends the machine, at its deadline; nothing sees whether it is idle, and nothing keeps its status"
        }
        None => "none, and no deadline either: nothing ends the machine but you",
    }
}

fn machine(candidate: &Candidate) -> String {
    let Candidate { instance_type, region, market, .. } = candidate;
    let place = candidate.zone.as_ref().map_or_else(String::new, |zone| format!(" ({zone})"));
    let size = match (candidate.vcpus, candidate.memory_mib) {
        (Some(vcpus), Some(memory)) => format!(", {vcpus} vCPUs, {memory}"),
        _ => String::new(),
    };
    let reservation = candidate.reservation.as_ref().map_or_else(String::new, |id| format!(" {id}"));
    let highest = candidate.max_price_usd_hour;
    let highest = highest.map_or_else(String::new, |price| format!(" at most {price} USD an hour"));
    format!("{instance_type} in {region}{place}, {market}{reservation}{highest}{size}")
}

/// The cost in a sentence; what is not known of it is named.
#[must_use]
pub fn cost(cost: &Cost) -> String {
    let hour = cost_of_hour(cost);
    match (cost.usd_hour, cost.usd_until_deadline) {
        (Some(_), Some(total)) => format!("{hour}, {} USD until the deadline", total.to_cents()),
        (Some(_), None) => format!("{hour}, for as long as it runs"),
        (None, _) => hour,
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
            let megabytes = bytes.div_ceil(1_000_000);
            format!("upload the agent to {bucket} ({megabytes} MB before compression)")
        }
        Step::UploadBundle { bucket, bytes, .. } => {
            format!("upload the bundle to {bucket} ({bytes} bytes)")
        }
        Step::UploadUserFiles { bucket, bytes, .. } => {
            format!("upload what the machine fetches at its start to {bucket} ({bytes} bytes)")
        }
        Step::MakeLaunchTemplate { template, .. } => format!("make launch template {template}"),
        Step::Network(step) => network::step_text(step),
        Step::MakeGroup { group, port, admits, opens, .. } => {
            let opens: String = opens.iter().map(|open| format!(", {open}")).collect();
            format!("make security group {group} (port {port} from {admits}{opens})")
        }
    }
}
