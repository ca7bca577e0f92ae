//! How the machine ends: at a deadline, after a while without work, or whichever comes first, with what it costs until then.
//!
//! The cost is that of the machines alone; the plan adds their volumes and their addresses.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::answers::{Deadline, EndingAnswer};
use super::row::Row;
use crate::cli::launch::arguments::Until;
use crate::model::{Money, Span};

/// What an hour costs in the day.
const DAY: Span = Span::from_seconds(24 * 3600);

/// What this question needs to know.
pub(super) struct Endings {
    /// The dearest hour of a machine as it is to be bought, where it is known.
    pub(super) usd_hour: Option<Money>,
    /// How many machines there are to be.
    pub(super) machines: u32,
    /// How long it lives where nobody says.
    pub(super) ttl: Span,
    /// How long it may be without work; none where nobody would see, or nobody wants it.
    pub(super) idle: Option<Span>,
    pub(super) now: Timestamp,
    pub(super) zone: Option<TimeZone>,
}

impl Endings {
    /// The ways to end, by the deadline that is typed or else the usual one.
    pub(super) fn rows(&self, typed: &str) -> Vec<Row<EndingAnswer>> {
        let typed = typed.trim();
        let deadline =
            if typed.is_empty() { Ok((Deadline::After(self.ttl), self.ttl)) } else { self.read(typed) };
        let (deadline, span) = match deadline {
            Ok(deadline) => deadline,
            Err(note) => return vec![Row::note(note)],
        };
        let when = match &deadline {
            Deadline::After(span) => format!("after {span}"),
            Deadline::At(time) => format!("at {time}"),
        };
        let cost = self.hour_of_all().map_or_else(
            || "cost not known".to_owned(),
            |hourly| format!("at most {} USD for {}", hourly.per_hour_for(span).to_cents(), self.what()),
        );
        let row = |deadline: Option<Deadline>, idle, text: String, cost| {
            let title = capitalised(&text);
            Row::new(EndingAnswer { deadline, idle }, text, vec![title, cost])
        };
        let mut rows = Vec::new();
        if let Some(idle) = self.idle {
            let text = format!("{when}, or after {idle} without work");
            rows.push(row(Some(deadline.clone()), Some(idle), text, cost.clone()));
        }
        rows.push(row(Some(deadline), None, when, cost));
        if let Some(idle) = self.idle.filter(|_| typed.is_empty()) {
            let text = format!("after {idle} without work, no deadline");
            rows.push(row(None, Some(idle), text, self.without_end()));
            // docs/ending.md: the agent is told of it and shows it.
            rows.push(Row::note("a machine that is never idle goes on: only a deadline is sure to end it"));
        }
        rows
    }

    fn without_end(&self) -> String {
        self.hour_of_all().map_or_else(
            || "cost not known, and no limit".to_owned(),
            |hourly| {
                format!(
                    "{} USD a day for {}, without limit",
                    hourly.per_hour_for(DAY).to_cents(),
                    self.what()
                )
            },
        )
    }

    fn hour_of_all(&self) -> Option<Money> {
        self.usd_hour.map(|hourly| hourly.times(self.machines.into()))
    }

    /// What the cost is of: the plan comes to more, and this says why.
    fn what(&self) -> String {
        if self.machines == 1 { "the machine".to_owned() } else { format!("{} machines", self.machines) }
    }

    /// A span or a time, and how long that is from now.
    fn read(&self, typed: &str) -> Result<(Deadline, Span), String> {
        let span_error = match typed.parse::<Span>() {
            Ok(span) => return Ok((Deadline::After(span), span)),
            Err(error) => error,
        };
        let Ok(until) = typed.parse::<Until>() else {
            return Err(format!("{span_error}; or a time such as 18:00"));
        };
        match until.resolve(self.now, self.zone.clone()) {
            Ok(at) => Ok((Deadline::At(typed.to_owned()), Span::between(self.now, at))),
            Err(error) => Err(error.to_string().replacen("--until", typed, 1)),
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endings(usd_hour: Option<u64>) -> Endings {
        Endings {
            usd_hour: usd_hour.map(Money::from_micros),
            machines: 1,
            ttl: Span::from_seconds(8 * 3600),
            idle: Some(Span::from_seconds(3600)),
            now: "2026-11-22T10:00:00Z".parse().unwrap(),
            zone: Some(TimeZone::UTC),
        }
    }

    fn lines(endings: &Endings, typed: &str) -> Vec<String> {
        endings.rows(typed).into_iter().map(|row| row.cells.join("  ")).collect()
    }

    #[test]
    fn a_deadline_comes_first_and_each_way_has_its_cost() {
        insta::assert_snapshot!(lines(&endings(Some(100_000)), "").join("\n"), @"
        After 8h, or after 1h without work  at most 0.80 USD for the machine
        After 8h  at most 0.80 USD for the machine
        After 1h without work, no deadline  2.40 USD a day for the machine, without limit
        (a machine that is never idle goes on: only a deadline is sure to end it)
        ");
        assert!(lines(&endings(None), "")[0].ends_with("cost not known"));
    }

    #[test]
    fn several_machines_cost_so_many_times_as_much() {
        let five = Endings { machines: 5, ..endings(Some(100_000)) };
        insta::assert_snapshot!(lines(&five, "").join("\n"), @"
        After 8h, or after 1h without work  at most 4.00 USD for 5 machines
        After 8h  at most 4.00 USD for 5 machines
        After 1h without work, no deadline  12.00 USD a day for 5 machines, without limit
        (a machine that is never idle goes on: only a deadline is sure to end it)
        ");
    }

    #[test]
    fn another_deadline_is_typed_as_a_span_or_a_time() {
        let endings = endings(Some(100_000));
        assert_eq!(lines(&endings, "2d")[1], "After 2d  at most 4.80 USD for the machine");
        assert_eq!(lines(&endings, "18:00")[1], "At 18:00  at most 0.80 USD for the machine");
        let answer = endings.rows("18:00").remove(1).answer.unwrap();
        assert_eq!(answer.deadline, Some(Deadline::At("18:00".to_owned())));
    }

    #[test]
    fn what_is_neither_is_said_while_it_is_typed() {
        let endings = endings(Some(100_000));
        for wrong in ["7 days", "7", "0s", "25:00", "09:00"] {
            let rows = endings.rows(wrong);
            assert!(rows.len() == 1 && rows[0].answer.is_none(), "{wrong}: {rows:?}");
        }
        assert!(lines(&endings, "09:00")[0].contains("has passed"), "{:?}", lines(&endings, "09:00"));
    }

    #[test]
    fn without_an_agent_nobody_sees_idleness() {
        let endings = Endings { idle: None, ..endings(None) };
        assert_eq!(endings.rows("").len(), 1);
        assert_eq!(endings.rows("").remove(0).answer.unwrap().idle, None);
    }
}
