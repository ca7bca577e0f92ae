//! How machines that are there look to a person.
//!
//! Their fields in the other formats are the report types' own.

use std::borrow::Cow;
use std::fmt::Write;

use super::agent_word;
use super::document::{Column, Record};
use super::lines::{cost_of_hour, cost_parts, line};
use crate::model::{Money, Span};
use crate::provision::cost::Cost;
use crate::provision::report::MachineRow;
use crate::provision::spend::MachineCost;
use crate::provision::status::MachineStatus;

impl Record for MachineRow {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 90, |row| row.name.clone()).shrinkable(12),
            Column::<Self>::text("ID", 100, |row| Some(row.instance_id.clone())),
            Column::<Self>::text("TYPE", 80, |row| Some(row.instance_type.clone())),
            Column::<Self>::text("REGION", 75, |row| Some(row.region.clone())),
            Column::<Self>::text("ZONE", 20, |row| row.zone.clone()).only_wide(),
            Column::<Self>::text("MARKET", 40, |row| Some(row.market.to_string())),
            Column::<Self>::text("STATE", 95, |row| Some(row.state.to_string())),
            Column::<Self>::text("AGE", 45, age),
            Column::<Self>::text("ENDS IN", 85, ends_in),
            Column::<Self>::text("ENDS", 20, |row| row.deadline.map(|at| at.to_string())).only_wide(),
            Column::<Self>::text("IDLE FOR", 70, idle).only_where_known(),
            Column::<Self>::text("AGENT SAYS", 50, |row| row.agent_status.clone()).only_wide(),
            Column::<Self>::number("USD/HOUR", 20, |row| row.usd_hour.map(|usd| usd.to_string())).only_wide(),
            Column::<Self>::number("SPENT USD", 60, |row| row.spent_usd.map(Money::to_cents)),
            Column::<Self>::text("ADDRESS", 35, |row| row.address.clone()),
            Column::<Self>::text("OWNER", 30, |row| row.owner.clone()).shrinkable(8),
            Column::<Self>::text("LAUNCH", 10, |row| row.launch.clone()).only_wide(),
            Column::<Self>::text("WHY", 20, |row| row.state_reason.clone()).only_wide(),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_id)
    }
}

/// How long ago it was last started.
fn age(row: &MachineRow) -> Option<String> {
    row.launched_at.map(|at| Span::between(at, row.read_at).rough().to_string())
}

/// How long it has had no work, where its agent has said so.
fn idle(row: &MachineRow) -> Option<String> {
    row.idle_seconds.map(|seconds| Span::from_seconds(seconds).rough().to_string())
}

/// How long until its deadline; a deadline that has passed is told as such, since a stopped machine can't act on it.
fn ends_in(row: &MachineRow) -> Option<String> {
    let at = row.deadline.filter(|_| !row.state.is_ended())?;
    Some(if at > row.read_at {
        Span::between(row.read_at, at).rough().to_string()
    } else {
        "overdue".to_owned()
    })
}

impl Record for MachineStatus {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 90, |row| row.machine.name.clone()),
            Column::<Self>::text("ID", 100, |row| Some(row.machine.instance_id.clone())),
            Column::<Self>::text("STATE", 95, |row| Some(row.machine.state.to_string())),
            Column::<Self>::text("ENDS IN", 85, |row| ends_in(&row.machine)),
            Column::<Self>::number("USD/HOUR", 60, |row| row.running.usd_hour.map(|usd| usd.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.machine.instance_id)
    }
}

impl Record for MachineCost {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 90, |row| row.name.clone()),
            Column::<Self>::text("ID", 100, |row| Some(row.instance_id.clone())),
            Column::<Self>::text("STATE", 95, |row| Some(row.state.to_string())),
            Column::<Self>::number("USD/HOUR", 85, |row| row.running.usd_hour.map(|usd| usd.to_string())),
            Column::<Self>::number("SPENT USD", 80, |row| row.spent_usd.map(Money::to_cents)),
            Column::<Self>::number("UNTIL ITS END", 70, |row| row.until_deadline_usd.map(Money::to_cents)),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_id)
    }
}

/// What machines cost as a person reads it: each with its parts, and the sum of what is paid by the hour now.
#[must_use]
pub fn costs_text(costs: &[MachineCost]) -> String {
    let mut text = String::new();
    for one in costs {
        let name = one.name.as_deref().unwrap_or("without a name");
        let _ = writeln!(text, "{name} ({}), {}, {}", one.instance_id, one.region, one.state);
        let now = cost_now(one);
        line(&mut text, "now", &now.map_or_else(|| "unknown".to_owned(), cost_of_hour));
        now.into_iter().for_each(|now| cost_parts(&mut text, now));
        optional(
            &mut text,
            "spent",
            one.spent_usd.map(|usd| format!("about {} USD since it was last started", usd.to_cents())),
        );
        optional(
            &mut text,
            "to come",
            one.until_deadline_usd.map(|usd| format!("about {} USD until its deadline", usd.to_cents())),
        );
    }
    if costs.len() > 1 {
        let known = costs.iter().filter_map(cost_now).map(|now| now.known_usd_hour);
        let sum = known.fold(Money::default(), Money::plus);
        let whole = costs.iter().all(|one| cost_now(one).is_some_and(|now| now.usd_hour.is_some()));
        let unknown = if whole { "" } else { " and what is not known" };
        let _ = writeln!(text, "all {} together: {sum} USD an hour{unknown}", costs.len());
    }
    text
}

/// What is paid in the state that a machine is in.
fn cost_now(one: &MachineCost) -> Option<&Cost> {
    if one.state.is_at_rest() { one.stopped.as_ref() } else { Some(&one.running) }
}

/// A machine's status as a person reads it.
#[must_use]
pub fn status_text(status: &MachineStatus) -> String {
    let machine = &status.machine;
    let name = machine.name.as_deref().unwrap_or("without a name");
    let mut text = format!("{name} ({})\n", machine.instance_id);
    let zone = machine.zone.as_ref().map_or_else(String::new, |zone| format!(" ({zone})"));
    line(
        &mut text,
        "machine",
        &format!("{}, {}, {}{zone}", machine.instance_type, machine.market, machine.region),
    );
    let why = machine.state_reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    line(&mut text, "state", &format!("{}{why}", machine.state));
    optional(
        &mut text,
        "started",
        machine.launched_at.map(|at| format!("{at} ({} ago)", Span::between(at, machine.read_at).rough())),
    );
    optional(&mut text, "address", machine.address.clone());
    optional(&mut text, "owner", machine.owner.clone());
    optional(&mut text, "launch", machine.launch.clone());
    if !machine.state.is_ended() {
        line(&mut text, "ends", &ends(status));
        let word = agent_word::lines(&status.agent);
        word.iter().for_each(|(label, content)| line(&mut text, label, content));
        shutdown(&mut text, status);
        costs(&mut text, status);
    }
    text
}

fn ends(status: &MachineStatus) -> String {
    let machine = &status.machine;
    if let Some(unreadable) = &status.unreadable_deadline {
        return format!(
            "its deadline's tag is {unreadable:?}, which is no time; the agent keeps the last one that it read"
        );
    }
    let Some(at) = machine.deadline else {
        return "when somebody ends it: it has no deadline".to_owned();
    };
    let when = if at > machine.read_at {
        format!("{at} (in {})", Span::between(machine.read_at, at).rough())
    } else {
        format!("{at}, which has passed")
    };
    if machine.state.is_at_rest() {
        return format!("{when}; while it is stopped it can't end itself");
    }
    when
}

fn shutdown(text: &mut String, status: &MachineStatus) {
    let shutdown = match status.ends_at_shutdown {
        Some(true) => "ends the machine",
        Some(false) => "stops the machine, and its disks cost on",
        None => "does what EC2 did not tell",
    };
    line(text, "off", &format!("a power-off from inside {shutdown}"));
    if status.protected_against_termination == Some(true) {
        line(text, "guarded", "against terminate; a power-off from inside is not held back by that");
    }
    if status.protected_against_stop == Some(true) {
        line(text, "guarded", "against stop");
    }
    if status.can_hibernate {
        line(text, "sleeps", "it can hibernate");
    }
    if !status.disks_that_stay.is_empty() {
        line(
            text,
            "stays",
            &format!("when it has ended, still paid for: {}", status.disks_that_stay.join(", ")),
        );
    }
}

fn costs(text: &mut String, status: &MachineStatus) {
    line(text, "runs for", &cost_of_hour(&status.running));
    cost_parts(text, &status.running);
    if let Some(stopped) = &status.stopped {
        line(text, "stopped", &format!("would still cost {}", cost_of_hour(stopped)));
    }
    optional(
        text,
        "spent",
        status
            .machine
            .spent_usd
            .map(|usd| format!("about {} USD since it was last started, its disks apart", usd.to_cents())),
    );
}

fn optional(text: &mut String, label: &str, content: Option<String>) {
    if let Some(content) = content {
        line(text, label, &content);
    }
}
