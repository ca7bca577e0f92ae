//! How the answer to "can I have one now" looks to a person.
//!
//! Its fields in the other formats are [`crate::discovery::account::check`]'s.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::discovery::account::check::{Answer, CapacityCheck, Signal};

impl Record for CapacityCheck {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPES", 100, |row| Some(row.instance_types.join(" "))).shrinkable(12),
            Column::<Self>::text("REGIONS", 90, |row| Some(row.regions.join(" "))).shrinkable(12),
            Column::<Self>::number("COUNT", 80, |row| Some(row.count.to_string())),
            Column::<Self>::text("ANSWER", 95, |row| Some(row.answer.as_str().to_owned())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.answer.as_str())
    }
}

/// The answer and the signs for it as a person reads them.
#[must_use]
pub fn text(check: &CapacityCheck) -> String {
    let mut text = format!("{}\n", sentence(check));
    let mut place = (None, None);
    let only_type = match check.instance_types.as_slice() {
        [only] => Some(only.as_str()),
        _ => None,
    };
    for signal in &check.signals {
        let what = signal.instance_type.as_deref().or(only_type).unwrap_or("any of them");
        let its = (Some(signal.region.as_str()), Some(what));
        if place != its {
            place = its;
            text.push_str(&format!("\n{what} in {}\n", signal.region));
        }
        text.push_str(&line(signal));
    }
    text
}

fn line(signal: &Signal) -> String {
    let Signal { signal, answer, detail, source, as_of, .. } = signal;
    let said_by: Vec<&str> = [source, as_of].into_iter().flatten().map(String::as_str).collect();
    let said_by = if said_by.is_empty() { String::new() } else { format!(" ({})", said_by.join(", ")) };
    let answer = if *answer == Answer::Unknown { "missing" } else { answer.as_str() };
    format!("  {signal:<15}  {answer:<8}  {detail}{said_by}\n")
}

fn sentence(check: &CapacityCheck) -> String {
    let CapacityCheck { instance_types, regions, count, .. } = check;
    let what = format!("{count} x {} in {}", instance_types.join(" or "), regions.join(" or "));
    match check.answer {
        Answer::Yes => format!("yes: {what} can be had now"),
        Answer::No => format!("no: every way to {what} is closed"),
        Answer::Possible | Answer::Unknown => {
            format!("not known: no sign says that {what} can be had now, and not every way is closed")
        }
    }
}
