//! How often each question is asked.
//!
//! Time is the system's steady clock, which no correction of the wall clock moves.

use std::time::{Duration, Instant};

/// When each question was asked last.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The tag of the deadline, which somebody may have just moved.
    pub(super) deadline: Every,
    /// The other tags: a change is seen within a minute.
    pub(super) rules: Every,
    /// Planned maintenance, which is announced days ahead.
    pub(super) maintenance: Every,
}

/// Something that is done every so often.
#[derive(Debug)]
pub(super) struct Every {
    interval: Duration,
    last: Option<Instant>,
}

impl Default for Schedule {
    fn default() -> Self {
        let every = |seconds| Every::new(Duration::from_secs(seconds));
        Self { deadline: every(15), rules: every(50), maintenance: every(60) }
    }
}

/// What it is time to ask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) deadline: bool,
    pub(super) rules: bool,
    pub(super) maintenance: bool,
}

impl Schedule {
    /// What it is time for; it is then taken for done.
    pub(super) fn due(&mut self) -> Due {
        Due {
            deadline: self.deadline.is_due(),
            rules: self.rules.is_due(),
            maintenance: self.maintenance.is_due(),
        }
    }
}

impl Every {
    pub(super) const fn new(interval: Duration) -> Self {
        Self { interval, last: None }
    }

    /// It is time again, whenever it was done last.
    pub(super) fn again(&mut self) {
        self.last = None;
    }

    /// Whether it is time; it is then taken for done.
    pub(super) fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let is_due = self.last.is_none_or(|last| now.duration_since(last) >= self.interval);
        if is_due {
            self.last = Some(now);
        }
        is_due
    }
}
