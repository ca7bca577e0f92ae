//! How the setting up of a machine looks to a person.
//!
//! Its fields in the other formats are [`crate::apply::progress`]'s.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::apply::progress::{Progress, StepState};
use crate::model::Span;

/// The same in lines.
#[must_use]
pub fn apply_lines(progress: &Progress) -> Vec<String> {
    let bundle = progress.bundle.get(..12).unwrap_or(&progress.bundle);
    let at = progress.finished_at.unwrap_or(progress.started_at);
    let word = progress.state.as_str();
    let mut lines = vec![format!("{word} at {at}: bundle {bundle}")];
    for step in &progress.steps {
        let word = match step.state {
            StepState::Unchanged => "unchanged",
            StepState::Waiting => "waiting",
            StepState::Running => "running",
            StepState::Done => "done",
            StepState::Failed => "failed",
        };
        let took = match (step.started_at, step.finished_at) {
            (Some(from), Some(to)) => format!(" ({})", Span::between(from, to)),
            _ => String::new(),
        };
        lines.push(format!("  {word:<9}  {}{took}", step.name));
    }
    lines.extend(progress.notes.iter().map(|note| format!("note: {note}")));
    if let Some(failure) = &progress.failure {
        lines.push(format!("{} failed: {}", failure.step, failure.reason));
        lines.extend(failure.tail.lines().map(|line| format!("  | {line}")));
    }
    if let Some(health) = &progress.health {
        lines.push(format!("{} at {}", health.state.as_str(), health.asked_at));
        lines.extend(health.complaints.iter().map(|complaint| format!("  {complaint}")));
    }
    lines
}

impl Record for Progress {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("STATE", 100, |row| Some(row.state.as_str().to_owned())),
            Column::<Self>::text("BUNDLE", 90, |row| Some(row.bundle.clone())),
            Column::<Self>::text("STARTED", 70, |row| Some(row.started_at.to_string())),
            Column::<Self>::text("HEALTH", 85, |row| {
                row.health.as_ref().map(|health| health.state.as_str().to_owned())
            }),
            Column::<Self>::text("FAILED", 80, |row| {
                row.failure.as_ref().map(|failure| failure.step.clone())
            }),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bundle)
    }
}
