//! How the agent's status looks to a person.
//!
//! Its fields in the other formats are [`crate::monitor::status`]'s.

use std::borrow::Cow;

use std::path::PathBuf;

use serde::Serialize;

use super::document::{Column, Record};
use crate::model::{Architecture, EndAction, Span};
use crate::monitor::end::EndReason;
use crate::monitor::status::{State, Status};

/// A released agent that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FetchedAgent {
    schema: &'static str,
    architecture: Architecture,
    version: &'static str,
    bytes: u64,
    sha256: String,
    path: PathBuf,
}

impl FetchedAgent {
    /// This version's agent for an architecture, stored at `path`.
    #[must_use]
    pub fn new(architecture: Architecture, path: PathBuf, bytes: u64, sha256: String) -> Self {
        let (schema, version) = ("cloudkit.fetched-agent/v1", env!("CARGO_PKG_VERSION"));
        Self { schema, architecture, version, bytes, sha256, path }
    }
}

impl Record for FetchedAgent {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("ARCHITECTURE", 100, |row| Some(row.architecture.to_string())),
            Column::<Self>::text("VERSION", 80, |row| Some(row.version.to_owned())),
            Column::<Self>::number("BYTES", 60, |row| Some(row.bytes.to_string())),
            Column::<Self>::text("FILE", 90, |row| Some(row.path.display().to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        self.path.to_string_lossy()
    }
}

impl Record for Status {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("MACHINE", 100, |row| row.instance_id.clone()),
            Column::<Self>::text("LAUNCH", 60, |row| Some(row.launch.clone())),
            Column::<Self>::text("ENDS", 90, |row| row.ends_at.map(|at| at.to_string())),
            Column::<Self>::text("WARNED", 70, |row| Some(if row.warned { "yes" } else { "no" }.to_owned())),
            Column::<Self>::text("LAST LOOK", 50, |row| Some(format!("{:.0}", row.last_tick))),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.instance_id.as_deref().unwrap_or(&self.launch))
    }
}

/// The status as a person reads it, a sentence a line.
#[must_use]
pub fn status_lines(status: &Status) -> Vec<String> {
    let machine = status.instance_id.as_deref().unwrap_or("a machine that is not identified yet");
    let mut lines = vec![format!("looking after {machine}, launch {}", status.launch)];
    let because = match status.ends_because {
        Some(EndReason::Deadline) | None => {
            status.deadline_source.map_or_else(String::new, |source| format!(", by {source}"))
        }
        Some(reason) => format!(": {}", reason.clause()),
    };
    lines.push(match (status.state, status.ends_at, status.ends_in_seconds) {
        (State::ClockBeforeLaunch, ..) => {
            "the clock is before the launch: nothing is ended until it is right".to_owned()
        }
        (State::Ending, ..) => "the machine is being ended".to_owned(),
        (_, Some(at), Some(seconds)) => {
            let action = status.ends_by.unwrap_or(status.on_deadline);
            format!("{} at {at} (in {}){because}", ends(action), Span::from_seconds(seconds))
        }
        _ => "there is no deadline to keep".to_owned(),
    });
    lines.extend(limits(status));
    if status.warned {
        lines.push("users have been warned".to_owned());
    }
    lines.push(format!("last look at {:.0}, version {}", status.last_tick, status.version));
    lines
}

/// What happens to the machine, as a verb.
pub(super) const fn ends(action: EndAction) -> &'static str {
    match action {
        EndAction::Terminate => "ends",
        EndAction::Stop => "stops",
        EndAction::Hibernate => "hibernates",
    }
}

/// What else was asked for at the launch.
fn limits(status: &Status) -> Vec<String> {
    let idle = status.idle_timeout_seconds.map(|seconds| {
        let so_far = match status.idle_seconds {
            0 => String::new(),
            idle => format!(" (none for {})", Span::from_seconds(idle).rough()),
        };
        format!("{} after {} without work{so_far}", ends(status.on_idle), Span::from_seconds(seconds))
    });
    let cost = status.cost_limit_usd.map(|limit| {
        let so_far =
            status.cost_usd.map_or_else(String::new, |cost| format!(" ({} so far)", cost.to_cents()));
        format!("{} when it has cost {limit} USD{so_far}", ends(status.on_deadline))
    });
    let paused = status
        .paused_until
        .map(|until| format!("paused until {until}: neither idleness nor completion ends it"));
    let complete = (status.on_complete != EndAction::default())
        .then(|| format!("{} when its work is complete", ends(status.on_complete)));
    [idle, cost, complete, paused].into_iter().flatten().collect()
}
