//! How the answers of the daemon look to a person.
//!
//! Their fields in the other formats are [`crate::monitor::control::answer`]'s.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use super::agent::ends;
use super::document::{Column, Record};
use crate::model::Span;
use crate::model::deadline::Direction;
use crate::monitor::control::answer::{Extended, Noted, Protection, What, Why, WhyEnd};
use crate::monitor::end::EndReason;
use crate::monitor::idle::{Signal, State};

/// Which cloudkit this is, and which one looks after the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentVersion {
    schema: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<String>,
}

impl AgentVersion {
    /// This program's version, and that of the daemon which runs, if one does.
    #[must_use]
    pub const fn new(running: Option<String>) -> Self {
        Self { schema: "cloudkit.agent-version/v1", version: env!("CARGO_PKG_VERSION"), running }
    }

    /// The same in sentences.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let running = match &self.running {
            None => "no agent runs here".to_owned(),
            Some(running) if running == self.version => "the agent that runs here is the same".to_owned(),
            Some(running) => format!("the agent that runs here is {running}"),
        };
        vec![format!("cloudkit {}", self.version), running]
    }
}

impl Record for AgentVersion {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("VERSION", 100, |row| Some(row.version.to_owned())),
            Column::<Self>::text("RUNNING", 90, |row| row.running.clone()),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.version)
    }
}

impl Record for Why {
    fn columns() -> Vec<Column<Self>> {
        let soonest = |row: &Self| row.ends.first().and_then(|end| end.at).map(|at| at.to_string());
        vec![
            Column::<Self>::text("ENDS", 100, soonest),
            Column::<Self>::text("REASON", 90, |row| {
                row.ends.first().map(|end| reason(end.reason).to_owned())
            }),
            Column::<Self>::text("ACTIVE", 80, |row| Some(named(row, State::Active))),
            Column::<Self>::text("UNKNOWN", 70, |row| Some(named(row, State::Unknown))),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.ends.first().map_or("none", |end| reason(end.reason)))
    }
}

fn named(why: &Why, state: State) -> String {
    let named = why.readings.iter().filter(|reading| reading.state == state);
    named.map(|reading| reading.name.as_str()).collect::<Vec<_>>().join(" ")
}

/// Why a machine does not end now, and when it would, a sentence a line; `now` is when it is read.
#[must_use]
pub fn why_lines(why: &Why, now: Timestamp) -> Vec<String> {
    let mut lines: Vec<String> = why.ends.iter().map(|end| end_line(end, now)).collect();
    if lines.is_empty() {
        lines.push("nothing ends this machine".to_owned());
    }
    if let Some(until) = why.paused_until.filter(|until| *until > now) {
        let left = Span::between(now, until);
        lines.push(format!("paused until {until} (for {left}): neither idleness nor completion ends it"));
    }
    if let Some(window) = why.window {
        let (quiet, needed) =
            (Span::from_seconds(window.quiet_seconds), Span::from_seconds(window.needed_seconds));
        let left = Span::from_seconds(window.left_seconds);
        lines.push(match window.quiet_seconds {
            0 => format!("it is at work; it would be idle after {needed} without"),
            _ => format!("no work for {quiet} of {needed}: {left} left"),
        });
    }
    let width = why.readings.iter().map(|reading| reading.name.to_string().len()).max().unwrap_or_default();
    lines.extend(why.readings.iter().map(|reading| reading_line(reading, width)));
    lines
}

fn end_line(end: &WhyEnd, now: Timestamp) -> String {
    let at = end.at.map_or_else(
        || ", when is not known".to_owned(),
        |at| format!(" at {at} (in {})", Span::between(now, at)),
    );
    let words = end.words.as_ref().map_or_else(String::new, |words| format!(", {words}"));
    format!("{}: it {}{at}{words}", reason(end.reason), ends(end.action))
}

fn reading_line(reading: &Signal, width: usize) -> String {
    let state = match reading.state {
        State::Active => "active",
        State::Quiet => "quiet",
        State::Unknown => "UNKNOWN",
    };
    format!("  {:width$}  {state:7}  {}", reading.name, reading.words).trim_end().to_owned()
}

const fn reason(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Deadline => "deadline",
        EndReason::Idle => "idle",
        EndReason::Complete => "complete",
        EndReason::CostLimit => "cost limit",
        EndReason::Interruption => "spot interruption",
    }
}

impl Record for Extended {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("DEADLINE", 100, |row| Some(row.deadline.to_string())),
            Column::<Self>::text("TAG", 90, |row| Some(knows(&row.tag).to_owned())),
            Column::<Self>::text("TIMER", 80, |row| Some(knows(&row.timer).to_owned())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.deadline.to_string())
    }
}

const fn knows(protection: &Protection) -> &'static str {
    match protection {
        Protection::Knows => "knows",
        Protection::Absent => "absent",
        Protection::DoesNotKnow(_) => "does not know",
    }
}

/// What became of a deadline that was moved: what holds now, and who does not see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendedWords {
    /// What holds now.
    pub told: Vec<String>,
    /// Who does not see it, and what follows.
    pub warnings: Vec<String>,
}

/// The words for a deadline that was moved.
#[must_use]
pub fn extended_words(extended: &Extended, now: Timestamp) -> ExtendedWords {
    let (deadline, direction) = (extended.deadline, extended.direction);
    let left = Span::between(now, deadline);
    let mut told = vec![format!("this machine ends at {deadline} (in {left}), {direction}")];
    let mut warnings = Vec::new();
    match &extended.tag {
        Protection::Knows => told.push("its tag says so: cloudkit launch list shows it".to_owned()),
        Protection::Absent => {}
        Protection::DoesNotKnow(why) => warnings.push(format!(
            "its tag does not say so ({why}): cloudkit launch list, and whoever looks from outside, see what it said before"
        )),
    }
    match (&extended.timer, &extended.tag) {
        (Protection::Knows, _) => told.push("its dead-man timer is set to it".to_owned()),
        (Protection::Absent, _) => {
            warnings.push("it has no dead-man timer: without its agent nothing ends it then".to_owned());
        }
        (Protection::DoesNotKnow(why), Protection::Knows) => warnings.push(format!(
            "its dead-man timer is set to what was before ({why}); it asks the tag before it ends anything"
        )),
        (Protection::DoesNotKnow(why), _) => {
            let follows = match direction {
                Direction::Later(_) => "it ENDS THE MACHINE at the time that was before",
                Direction::Sooner(_) | Direction::First | Direction::Same => {
                    "without its agent it ends later"
                }
            };
            warnings.push(format!("its dead-man timer does not know of it ({why}): {follows}"));
        }
    }
    ExtendedWords { told, warnings }
}

impl Record for Noted {
    fn columns() -> Vec<Column<Self>> {
        vec![Column::<Self>::text("NOTED", 100, |row| Some(noted_words(row.what)))]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(noted_words(self.what))
    }
}

/// The words for what was noted.
#[must_use]
pub fn noted_words(what: What) -> String {
    match what {
        What::Complete => "noted: the work of this machine is complete".to_owned(),
        What::PausedUntil(until) => {
            format!(
                "paused until {until}: neither idleness nor completion ends this machine; its deadline and its cost limit do"
            )
        }
        What::Resumed => "resumed: idleness and completion count again".to_owned(),
        What::WasNotPaused => "it was not paused".to_owned(),
        What::Reloaded => "the configuration was read again and is in force".to_owned(),
    }
}
