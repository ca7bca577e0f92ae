//! What to do now: a pure function of the readings, the policy, the memory and the time.
//!
//! It reads nothing, waits for nothing and does nothing. It judges levels, not events: asked again, after a restart or
//! after years, it comes to the same decision.
//!
//! The rules: nothing is done while the clock is before the launch. The deadline is what the tag tells, else what it told
//! last, else the configuration's, unless that was written for another machine. Where the machine booted or resumed after
//! the deadline, it ends ten minutes from then. Users are warned once of each end; an end that moves further away takes the warning back.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::memory::{Ending, Memory};
use super::policy::{ASLEEP, GRACE, PATIENCE, Policy};
use super::readings::{Boot, Identity, Reading, Readings};
use super::time::{earlier, later};
use crate::model::Span;

/// What a tick comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What to do.
    pub decision: Decision,
    /// The deadline that holds; none where none is known.
    pub deadline: Option<Deadline>,
    /// When the machine ends: the deadline, or later by a grace.
    pub ends_at: Option<Timestamp>,
    /// When there is something to do next, where that is known.
    pub next_at: Option<Timestamp>,
    /// What is to be remembered before anything is done.
    pub memory: Memory,
}

/// The one thing to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: the clock is wrong.
    ClockBeforeLaunch,
    /// Nothing: no deadline is known.
    NoDeadline,
    /// Nothing: the end is away.
    Wait,
    /// Tell users of the end at this time.
    Warn(Timestamp),
    /// Tell users that the end they were warned of does not come; this one does, if any.
    TakeBack(Option<Timestamp>),
    /// End the machine.
    End(Effort),
    /// Nothing: the end was asked for a moment ago.
    AwaitEnd,
}

/// How hard to end a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// In good order.
    Orderly,
    /// At any price, since in good order did not help.
    Forced,
}

/// A deadline and where it is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The deadline.
    pub at: Timestamp,
    /// Where it is known from.
    pub source: DeadlineSource,
}

/// Where a deadline is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeadlineSource {
    /// The machine's tag, read just now.
    Tag,
    /// The machine's tag as it was when it could last be read.
    Memory,
    /// The configuration that the machine was launched with.
    Configuration,
    /// Somebody on the machine, whom the tag does not know of.
    Machine,
}

/// Decides what to do now.
#[must_use]
pub fn decide(readings: &Readings, policy: &Policy, memory: &Memory, now: Timestamp) -> Decided {
    let mut memory = memory.clone();
    if let Reading::Known(identity) = &readings.identity {
        note_identity(identity, &mut memory);
    }
    let deadline = deadline(readings, policy, &mut memory);
    if now < policy.launched_at {
        let (decision, ends_at) = (Decision::ClockBeforeLaunch, deadline.map(|deadline| deadline.at));
        return Decided { decision, deadline, ends_at, next_at: None, memory };
    }
    note_waking(readings, &mut memory, now);
    let ends_at = deadline.map(|deadline| end_of(deadline.at, policy, &memory));
    let decision = match ends_at {
        Some(ends_at) if ends_at <= now => end(&mut memory, now),
        ends_at => {
            memory.ending = None;
            announce(ends_at, deadline, policy, &mut memory, now)
        }
    };
    let next_at = next(ends_at, policy, &memory, now);
    Decided { decision, deadline, ends_at, next_at, memory }
}

/// Remembers which machine this is. What is remembered of another one, whose disk this was made from, does not count, and
/// neither does its configuration: nobody wished this machine to end.
fn note_identity(identity: &Identity, memory: &mut Memory) {
    if memory.identity.as_ref().is_some_and(|remembered| remembered != identity) {
        let (boot, woke_at) = (memory.boot.take(), memory.woke_at);
        *memory = Memory { boot, woke_at, is_copy: true, ..Memory::new(&memory.launch) };
    }
    memory.identity = Some(identity.clone());
}

/// The deadline that holds. A tag that is gone says no more than one that can't be read.
fn deadline(readings: &Readings, policy: &Policy, memory: &mut Memory) -> Option<Deadline> {
    if let Reading::Known(Some(at)) = readings.deadline_tag {
        memory.note_tag(at);
    }
    if let Some(at) = memory.extended {
        return Some(Deadline { at, source: DeadlineSource::Machine });
    }
    if let Reading::Known(Some(at)) = readings.deadline_tag {
        return Some(Deadline { at, source: DeadlineSource::Tag });
    }
    let remembered = memory.deadline.map(|at| Deadline { at, source: DeadlineSource::Memory });
    let written_for_it = policy.deadline.filter(|_| !memory.is_copy);
    remembered.or(written_for_it.map(|at| Deadline { at, source: DeadlineSource::Configuration }))
}

/// Remembers when the machine booted or resumed. What was under way before that is over.
fn note_waking(readings: &Readings, memory: &mut Memory, now: Timestamp) {
    // The clock was ahead then, and was set right since.
    memory.woke_at = memory.woke_at.filter(|woke_at| *woke_at <= now);
    let booted = match &readings.boot {
        Reading::Known(boot) if memory.boot.as_ref() != Some(&boot.id) => Some(boot),
        _ => None,
    };
    let resumed = matches!(readings.overdue, Reading::Known(late) if late >= ASLEEP);
    if let Some(Boot { id, .. }) = booted {
        memory.boot = Some(id.clone());
        memory.ending = None;
    }
    if resumed || booted.is_some_and(|boot| boot.uptime < GRACE) {
        memory.woke_at = Some(now);
        memory.ending = None;
    }
}

/// When the machine ends: at the deadline, or after a grace where nobody could have been there at the deadline; both a
/// little earlier where the timer would do at that very time what is not wanted.
fn end_of(deadline: Timestamp, policy: &Policy, memory: &Memory) -> Timestamp {
    let end = match memory.woke_at {
        Some(woke_at) if deadline <= woke_at => later(woke_at, GRACE),
        _ => deadline,
    };
    earlier(end, policy.lead)
}

/// Asks for the end, again where it was asked for and the machine is still here.
fn end(memory: &mut Memory, now: Timestamp) -> Decision {
    // One that was asked for later than now was asked for by a wrong clock.
    let under_way = memory.ending.filter(|ending| ending.asked_at <= now);
    let again_at = later(now, PATIENCE);
    match under_way {
        Some(ending) if now < ending.next_at && ending.next_at <= again_at => return Decision::AwaitEnd,
        Some(ending) => memory.ending = Some(Ending { next_at: again_at, ..ending }),
        None => memory.ending = Some(Ending { asked_at: now, next_at: again_at, failures: 0 }),
    }
    let forced = under_way.is_some_and(|ending| later(ending.asked_at, PATIENCE) <= now);
    Decision::End(if forced { Effort::Forced } else { Effort::Orderly })
}

/// Warns of an end that is near, sooner than announced or after a grace; takes back what no longer holds.
fn announce(
    ends_at: Option<Timestamp>,
    deadline: Option<Deadline>,
    policy: &Policy,
    memory: &mut Memory,
    now: Timestamp,
) -> Decision {
    let warned = memory.warned;
    let Some(end) = ends_at else {
        memory.warned = None;
        return if warned.is_some() { Decision::TakeBack(None) } else { Decision::NoDeadline };
    };
    let in_grace = deadline.is_some_and(|deadline| deadline.at < later(end, policy.lead));
    let sooner = warned.is_some_and(|warned| end < warned);
    if warned == Some(end) {
        Decision::Wait
    } else if in_grace || sooner || earlier(end, policy.warn_before) <= now {
        memory.warned = Some(end);
        Decision::Warn(end)
    } else {
        memory.warned = None;
        if warned.is_some() { Decision::TakeBack(Some(end)) } else { Decision::Wait }
    }
}

/// The next instant at which the decision may be another one by itself.
fn next(ends_at: Option<Timestamp>, policy: &Policy, memory: &Memory, now: Timestamp) -> Option<Timestamp> {
    let warns_at = ends_at.map(|ends_at| earlier(ends_at, policy.warn_before));
    let again_at = memory.ending.map(|ending| ending.next_at);
    [warns_at, ends_at, again_at].into_iter().flatten().filter(|at| *at > now).min()
}

impl Decided {
    /// How long to wait from `now` until the next tick: no longer than `most`.
    #[must_use]
    pub fn wait(&self, now: Timestamp, most: Span) -> Duration {
        let most = most.to_duration();
        self.next_at.map_or(most, |at| {
            // Doing what was decided may have taken until the next instant, or past it.
            Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO).min(most)
        })
    }
}

#[cfg(test)]
mod tests;
