//! What to do now: a pure function of the readings, the policy, the memory and the time.
//!
//! It reads nothing, waits for nothing and does nothing. It judges levels, not events: asked again, after a restart or
//! after years, it comes to the same decision.
//!
//! The rules: nothing is done while the clock is before the launch. The end that comes first counts, and the deadline
//! before all others once it is due (`coming`). The deadline is what the tag tells, else what it told last, else the
//! configuration's, unless that was written for another machine. Users are warned twice of each end; an end that moves
//! further away takes the warning back. What the user has to be run before an end is run once, and never keeps a
//! machine past its deadline.

mod coming;
mod notices;
mod noting;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::coming::Coming;
use super::end::{End, EndReason, Stage, Warned};
use super::memory::{Ending, HooksRun, Memory};
use super::policy::{HOOKS_MARGIN, LAST_WARNING, PATIENCE, Policy};
use super::readings::{HooksState, Reading, Readings};
use super::time::{earlier, later};
use crate::model::Span;

pub use notices::Notice;

/// What a tick comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What to do.
    pub decision: Decision,
    /// The deadline that holds; none where none is known.
    pub deadline: Option<Deadline>,
    /// The end that comes first; none where none is foreseen.
    pub end: Option<End>,
    /// Whether that end is later than its reason, since the machine was asleep or off when it would have come.
    pub in_grace: bool,
    /// When there is something to do next, where that is known.
    pub next_at: Option<Timestamp>,
    /// What is to be remembered before anything is done.
    pub memory: Memory,
}

/// The one thing to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Nothing: the clock is wrong.
    ClockBeforeLaunch,
    /// Nothing: no end is foreseen.
    NoEnd,
    /// Nothing: the end is away.
    Wait,
    /// Tell users of this end.
    Warn(End),
    /// Tell users that the end they were warned of does not come; this one does, if any.
    TakeBack(Option<End>),
    /// Tell users what EC2 has announced.
    Tell(Notice),
    /// Run what is to be run before this end, within this time.
    RunHooks(End, Span),
    /// Nothing: what is run before the end is still running.
    AwaitHooks,
    /// End the machine.
    End(End, Effort),
    /// Nothing: the end was asked for a moment ago, or is EC2's own.
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
    /// Somebody on the machine, whom the tag does not know of.
    Machine,
    /// The configuration that the machine was launched with.
    Configuration,
}

/// Decides what to do now.
#[must_use]
pub fn decide(readings: &Readings, policy: &Policy, memory: &Memory, now: Timestamp) -> Decided {
    let mut memory = memory.clone();
    if let Reading::Known(identity) = &readings.identity {
        noting::identity(identity, &mut memory);
    }
    let deadline = noting::deadline(readings, policy, &mut memory);
    if now < policy.launched_at {
        let end = deadline.map(|deadline| coming::at_deadline(deadline, policy, &memory).end);
        let decision = Decision::ClockBeforeLaunch;
        return Decided { decision, deadline, end, in_grace: false, next_at: None, memory };
    }
    noting::all(readings, policy, &mut memory, now);
    let coming = coming::first(policy, &memory, deadline, now);
    let decision = due(readings, policy, coming.as_ref(), &mut memory, now).unwrap_or_else(|| {
        memory.ending = None;
        announce(coming.as_ref(), &mut memory, now)
    });
    let decision = match decision {
        Decision::Wait | Decision::NoEnd => {
            notices::untold(readings, &mut memory).map_or(decision, Decision::Tell)
        }
        decision => decision,
    };
    let next_at = next(coming.as_ref(), policy, &memory, now);
    let in_grace = coming.as_ref().is_some_and(|coming| coming.in_grace);
    Decided { decision, deadline, end: coming.map(|coming| coming.end), in_grace, next_at, memory }
}

/// What is to be done for the end that comes first, where it is time for that: its hooks, then the end itself.
fn due(
    readings: &Readings,
    policy: &Policy,
    coming: Option<&Coming>,
    memory: &mut Memory,
    now: Timestamp,
) -> Option<Decision> {
    let Some(coming) = coming.filter(|coming| hooks_at(&coming.end, policy) <= now) else {
        memory.hooks = None;
        return None;
    };
    // Nobody's work is interrupted unannounced, however short the notice, nor for an end that no look has confirmed yet.
    let is_announced = memory.warned.is_some_and(|warned| warned.is_of(&coming.end));
    let cannot_wait = matches!(coming.end.reason, EndReason::Deadline | EndReason::Interruption);
    if is_announced
        && (coming.is_due || cannot_wait)
        && let Some(decision) = hooks(readings, policy, coming, memory, now)
    {
        return Some(decision);
    }
    coming.is_due.then(|| end(&coming.end, memory, now))
}

/// Starts what is to be run before an end, once, or waits for it; never past the deadline, at which the timer powers off.
fn hooks(
    readings: &Readings,
    policy: &Policy,
    coming: &Coming,
    memory: &mut Memory,
    now: Timestamp,
) -> Option<Decision> {
    let end = coming.end;
    if let Some(run) = memory.hooks.as_mut().filter(|run| run.reason == end.reason && run.started_at <= now) {
        let are_done = matches!(readings.hooks, Reading::Known(HooksState::Resting | HooksState::None));
        run.is_over = run.is_over || are_done || run.over_at <= now;
        let may_run = !run.is_over;
        return (coming.is_due && may_run && end.reason != EndReason::Deadline)
            .then_some(Decision::AwaitHooks);
    }
    let over_at = match end.reason {
        EndReason::Deadline => end.at,
        EndReason::Interruption => earlier(end.at, HOOKS_MARGIN),
        EndReason::CostLimit | EndReason::Complete | EndReason::Idle => later(now, policy.hook_limit),
    };
    let there_are = matches!(readings.hooks, Reading::Known(HooksState::Resting | HooksState::Running));
    if !there_are || over_at <= now {
        return None;
    }
    memory.hooks = Some(HooksRun { reason: end.reason, started_at: now, over_at, is_over: false });
    Some(Decision::RunHooks(end, Span::between(now, over_at)))
}

/// When what is to be run before an end is started: in time where the end can't wait for it, else when it is due.
fn hooks_at(end: &End, policy: &Policy) -> Timestamp {
    match end.reason {
        EndReason::Deadline => earlier(end.at, policy.hook_limit),
        EndReason::Interruption => Timestamp::MIN,
        EndReason::CostLimit | EndReason::Complete | EndReason::Idle => end.at,
    }
}

/// Asks for the end, again where it was asked for and the machine is still here.
fn end(end: &End, memory: &mut Memory, now: Timestamp) -> Decision {
    if end.reason == EndReason::Interruption {
        return Decision::AwaitEnd;
    }
    // One that was asked for later than now was asked for by a wrong clock.
    let is_this = |ending: &Ending| ending.asked_at <= now && ending.reason == end.reason;
    let under_way = memory.ending.filter(is_this);
    let again_at = later(now, PATIENCE);
    match under_way {
        Some(ending) if now < ending.next_at && ending.next_at <= again_at => return Decision::AwaitEnd,
        Some(ending) => memory.ending = Some(Ending { next_at: again_at, ..ending }),
        None => {
            let reason = end.reason;
            memory.ending = Some(Ending { reason, asked_at: now, next_at: again_at, failures: 0 });
        }
    }
    let forced = under_way.is_some_and(|ending| later(ending.asked_at, PATIENCE) <= now);
    Decision::End(*end, if forced { Effort::Forced } else { Effort::Orderly })
}

/// Warns of an end that is near, sooner than announced or after a grace; takes back what no longer holds.
fn announce(coming: Option<&Coming>, memory: &mut Memory, now: Timestamp) -> Decision {
    let warned = memory.warned;
    let Some(coming) = coming else {
        memory.warned = None;
        return if warned.is_some() { Decision::TakeBack(None) } else { Decision::NoEnd };
    };
    let end = coming.end;
    let stage = if earlier(end.at, LAST_WARNING) <= now { Stage::Last } else { Stage::First };
    let near = coming.in_grace || earlier(end.at, coming.warn_before) <= now;
    let warns = match warned {
        Some(warned) if warned.is_of(&end) && stage <= warned.stage => return Decision::Wait,
        Some(warned) => near || end.at < warned.at,
        None => near,
    };
    if warns {
        memory.warned = Some(Warned { reason: end.reason, at: end.at, stage });
        Decision::Warn(end)
    } else {
        memory.warned = None;
        if warned.is_some() { Decision::TakeBack(Some(end)) } else { Decision::Wait }
    }
}

/// The next instant at which the decision may be another one by itself.
fn next(coming: Option<&Coming>, policy: &Policy, memory: &Memory, now: Timestamp) -> Option<Timestamp> {
    let of_end = coming.map_or([None; 4], |coming| {
        let end = coming.end;
        let warned = [earlier(end.at, coming.warn_before), earlier(end.at, LAST_WARNING)];
        [Some(warned[0]), Some(warned[1]), Some(hooks_at(&end, policy)), Some(end.at)]
    });
    let of_memory = [memory.ending.map(|ending| ending.next_at), memory.hooks.map(|hooks| hooks.over_at)];
    of_end.into_iter().chain(of_memory).flatten().filter(|at| *at > now).min()
}

impl Decision {
    /// Whether there may be more to do as soon as this is done.
    const fn leaves_more(&self) -> bool {
        matches!(self, Self::Warn(_) | Self::TakeBack(_) | Self::Tell(_) | Self::RunHooks(..))
    }
}

impl Decided {
    /// All ends that are foreseen, the first one first.
    #[must_use]
    pub fn foreseen(&self, policy: &Policy, now: Timestamp) -> Vec<End> {
        let mut ends: Vec<End> =
            coming::all(policy, &self.memory, self.deadline, now).map(|coming| coming.end).collect();
        ends.sort_by_key(|end| (end.at, end.reason));
        ends
    }

    /// How long to wait from `now` until the next tick: no longer than `most`.
    #[must_use]
    pub fn wait(&self, now: Timestamp, most: Span) -> Duration {
        if self.decision.leaves_more() {
            return Duration::ZERO;
        }
        let most = most.to_duration();
        self.next_at.map_or(most, |at| {
            // Doing what was decided may have taken until the next instant, or past it.
            Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO).min(most)
        })
    }
}

#[cfg(test)]
mod tests;
