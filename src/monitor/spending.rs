//! What the machine has cost: the time that it ran and the time that it was off, counted across restarts.
//!
//! The prices are those that the launch knew. Nothing is ended here; when the limit is reached is told as an instant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::time::{earlier, later, whole};
use crate::model::agent::CostLimit;
use crate::model::{Money, Span};

/// So often what the machine has cost is brought up to date, and with it the memory on disk.
const STEP: Span = Span::from_seconds(60);

/// The time that a machine has been paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// For how many seconds it ran.
    running_seconds: u64,
    /// For how many it was stopped or hibernated, with its volumes paid for.
    resting_seconds: u64,
    /// The instant up to which that is counted.
    pub until: Timestamp,
}

/// Whether the machine was off since the last tick, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absence {
    /// It was on.
    None,
    /// It has booted, this long ago.
    Booted(Span),
    /// It slept for this long.
    Slept(Span),
}

impl Spending {
    /// That of a machine launched at an instant.
    #[must_use]
    pub const fn since(launched_at: Timestamp) -> Self {
        Self { running_seconds: 0, resting_seconds: 0, until: launched_at }
    }

    /// Counts the time up to now. A clock that went back counts nothing.
    pub fn advance(&mut self, absence: Absence, now: Timestamp) {
        let passed = Span::between(self.until, now);
        if absence == Absence::None && passed < STEP {
            return;
        }
        let rested = match absence {
            Absence::None => 0,
            Absence::Booted(uptime) => passed.seconds().saturating_sub(uptime.seconds()),
            Absence::Slept(span) => span.min(passed).seconds(),
        };
        self.resting_seconds = self.resting_seconds.saturating_add(rested);
        self.running_seconds = self.running_seconds.saturating_add(passed.seconds() - rested);
        self.until = later(self.until, passed);
    }

    /// How long it ran.
    #[must_use]
    pub const fn running(&self) -> Span {
        Span::from_seconds(self.running_seconds)
    }

    /// How long it was off.
    #[must_use]
    pub const fn resting(&self) -> Span {
        Span::from_seconds(self.resting_seconds)
    }

    /// What it has cost by then, at these prices.
    #[must_use]
    pub fn cost(&self, limit: &CostLimit) -> Money {
        let resting =
            limit.usd_hour_stopped.map_or(Money::default(), |price| price.per_hour_for(self.resting()));
        limit.usd_hour.per_hour_for(self.running()).plus(resting)
    }

    /// When it will have cost its limit where it goes on running; none where it never will.
    #[must_use]
    pub fn reaches(&self, limit: &CostLimit) -> Option<Timestamp> {
        let per_hour = u128::from(limit.usd_hour.micros());
        let rested = limit.usd_hour_stopped.map_or(0, |price| price.per_hour_for(self.resting()).micros());
        let left = u128::from(limit.usd.micros().saturating_sub(rested));
        let seconds = (per_hour > 0).then(|| (left * 3600).div_ceil(per_hour))?;
        let in_all = Span::from_seconds(u64::try_from(seconds).unwrap_or(u64::MAX));
        // Counted from where the counted time would have begun, so that it is the same instant at every tick.
        let begun = earlier(self.until, self.running());
        Some(whole(later(begun, in_all)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAUNCH: i64 = 100_000;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn span(seconds: u64) -> Span {
        Span::from_seconds(seconds)
    }

    fn limit(usd: &str) -> CostLimit {
        CostLimit {
            usd: usd.parse().unwrap(),
            usd_hour: "0.60".parse().unwrap(),
            usd_hour_stopped: Some("0.06".parse().unwrap()),
        }
    }

    #[test]
    fn time_is_counted_once_and_what_the_machine_was_off_costs_less() {
        let mut spending = Spending::since(at(LAUNCH));
        spending.advance(Absence::None, at(LAUNCH + 59));
        assert_eq!(spending, Spending::since(at(LAUNCH)), "less than a minute is not worth a write");
        spending.advance(Absence::None, at(LAUNCH + 3600));
        spending.advance(Absence::Booted(span(600)), at(LAUNCH + 3600 + 4200));
        assert_eq!((spending.running(), spending.resting()), (span(4200), span(3600)));
        spending.advance(Absence::Slept(span(100)), at(LAUNCH + 7800 + 130));
        assert_eq!((spending.running(), spending.resting()), (span(4230), span(3700)));
        assert_eq!(spending.cost(&limit("5")), "0.766667".parse().unwrap());
    }

    #[test]
    fn a_clock_that_goes_back_counts_nothing_and_nothing_twice() {
        let mut spending = Spending::since(at(LAUNCH));
        for (now, running) in [(1000, 1000), (200, 1000), (1000, 1000), (1100, 1100)] {
            spending.advance(Absence::None, at(LAUNCH + now));
            assert_eq!(spending.running(), span(running), "at {now}");
        }
    }

    #[test]
    fn the_instant_of_the_limit_is_the_same_at_every_tick_and_moves_while_the_machine_is_off() {
        let mut spending = Spending::since(at(LAUNCH));
        let reached = Some(at(LAUNCH + 7200));
        for now in [0, 61, 125, 3600, 3660, 7199, 9000] {
            spending.advance(Absence::None, at(LAUNCH + now));
            assert_eq!(spending.reaches(&limit("1.2")), reached, "at {now}");
        }
        let mut spending = Spending::since(at(LAUNCH));
        spending.advance(Absence::None, at(LAUNCH + 3600));
        spending.advance(Absence::Booted(span(0)), at(LAUNCH + 7200));
        assert_eq!(
            spending.reaches(&limit("1.2")),
            Some(at(LAUNCH + 7200 + 3240)),
            "its volume was paid for"
        );
        let free = CostLimit { usd_hour: Money::default(), ..limit("1.2") };
        assert_eq!(spending.reaches(&free), None);
    }
}
