//! How findings look to a person: the state first, then what was checked, and the command that mends it on a line of its own.
//!
//! Their fields in the other formats are [`crate::provision::preflight`]'s.

use std::borrow::Cow;
use std::fmt::Write;

use super::document::{Column, Record};
use crate::provision::preflight::{Finding, Fix, State};

impl Record for Finding {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("STATE", 100, |row| Some(row.state.as_str().to_owned())),
            Column::<Self>::text("CHECK", 100, |row| Some(row.check.as_str().to_owned())),
            Column::<Self>::text("SUBJECT", 80, |row| row.subject.clone()).shrinkable(12),
            Column::<Self>::text("DETAIL", 90, |row| Some(row.detail.clone())).shrinkable(20),
            Column::<Self>::text("FIX", 70, |row| row.fix.first().map(Fix::hint)).shrinkable(20),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.check.as_str())
    }
}

/// All findings, a line each, what mends them below.
#[must_use]
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { check, subject, state, detail, fix, .. } in findings {
        let subject = subject.as_ref().map_or_else(String::new, |subject| format!("{subject}: "));
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:7}  {:11}  {subject}{detail}", state.as_str(), check.as_str());
        for Fix { what, command } in fix {
            let _ = writeln!(text, "{:22}{what}{}", "", if command.is_some() { ":" } else { "" });
            command.iter().for_each(|command| {
                let _ = writeln!(text, "{:24}{command}", "");
            });
        }
    }
    text
}

/// How many there are of each state.
#[must_use]
pub fn summary(findings: &[Finding]) -> String {
    let of = |state| findings.iter().filter(|finding| finding.state == state).count();
    format!("{} to fix, {} not known, {} ok", of(State::Fix), of(State::Unknown), of(State::Ok))
}
