//! What a tick's readings change of what is remembered. Nothing is decided here.

use jiff::Timestamp;

use super::{Deadline, DeadlineSource};
use crate::model::Span;
use crate::monitor::idle;
use crate::monitor::memory::{Completed, Memory};
use crate::monitor::policy::{ASLEEP, GRACE, Policy};
use crate::monitor::readings::{Boot, Identity, Reading, Readings};
use crate::monitor::rules::KnownRules;
use crate::monitor::spending::{Absence, Spending};
use crate::monitor::time::{earlier, later, whole};

/// An end for want of work that is foreseen within so much of what it was before is the same: clocks and looks are only
/// good to the second.
const SAME: Span = Span::from_seconds(10);
/// A notice of EC2 that is past by so much was not meant, or not done.
const STALE_NOTICE: Span = Span::from_seconds(600);

/// Remembers which machine this is. What is remembered of another one, whose disk this was made from, does not count, and
/// neither does its configuration: nobody wished this machine to end.
pub(super) fn identity(identity: &Identity, memory: &mut Memory) {
    if memory.identity.as_ref().is_some_and(|remembered| remembered != identity) {
        let (boot, woke_at) = (memory.boot.take(), memory.woke_at);
        *memory = Memory { boot, woke_at, is_copy: true, ..Memory::new(&memory.launch) };
    }
    memory.identity = Some(identity.clone());
}

/// The deadline that holds. A tag that is gone says no more than one that can't be read; one that was changed says more
/// than whoever set a deadline on the machine before.
pub(super) fn deadline(readings: &Readings, policy: &Policy, memory: &mut Memory) -> Option<Deadline> {
    let tag = match readings.deadline_tag {
        Reading::Known(tag) => tag,
        Reading::Unknown => None,
    };
    if let Some(at) = tag {
        memory.note_tag(at);
    }
    let of = |source| move |at| Deadline { at, source };
    let read = if tag.is_some() { DeadlineSource::Tag } else { DeadlineSource::Memory };
    let configured = policy.deadline.filter(|_| !memory.is_copy);
    let set = memory.extended.map(of(DeadlineSource::Machine));
    set.or(memory.deadline.map(of(read))).or(configured.map(of(DeadlineSource::Configuration)))
}

/// Remembers all that hangs on the time, which has to be right.
pub(super) fn all(readings: &Readings, policy: &Policy, memory: &mut Memory, now: Timestamp) {
    let absence = waking(readings, memory, now);
    rules(readings, policy, memory, now);
    work(readings, policy, memory, now);
    completion(readings, memory, now);
    interruption(readings, memory, now);
    if policy.cost_limit_in_force(memory).is_some() {
        memory.spending.get_or_insert(Spending::since(policy.launched_at)).advance(absence, now);
    }
}

/// Remembers when the machine booted or resumed. What was under way before that is over.
fn waking(readings: &Readings, memory: &mut Memory, now: Timestamp) -> Absence {
    // The clock was ahead then, and was set right since.
    memory.woke_at = memory.woke_at.filter(|woke_at| *woke_at <= now);
    let booted = match &readings.boot {
        Reading::Known(boot) if memory.boot.as_ref() != Some(&boot.id) => Some(boot),
        _ => None,
    };
    let slept = match readings.overdue {
        Reading::Known(late) if late >= ASLEEP => Some(late),
        _ => None,
    };
    let mut absence = slept.map_or(Absence::None, Absence::Slept);
    if let Some(Boot { id, uptime }) = booted {
        if memory.boot.is_some() {
            absence = Absence::Booted(*uptime);
        }
        memory.boot = Some(id.clone());
        memory.ending = None;
        memory.hooks = None;
        memory.interruption = None;
    }
    if slept.is_some() || booted.is_some_and(|boot| boot.uptime < GRACE) {
        memory.woke_at = Some(whole(now));
        memory.ending = None;
        memory.hooks = None;
        memory.idle = idle::Window::default();
        memory.idle_ends_at = None;
    }
    absence
}

fn rules(readings: &Readings, policy: &Policy, memory: &mut Memory, now: Timestamp) {
    let Reading::Known(told) = readings.rules else { return };
    let before = policy.rules_in_force(memory);
    let known = memory.rules;
    let rules = known.map_or(told, |known| told.or(known.rules));
    memory.rules = Some(KnownRules { rules, changed_at: known.and_then(|known| known.changed_at) });
    if policy.rules_in_force(memory) != before {
        memory.rules = Some(KnownRules { rules, changed_at: Some(whole(now)) });
        memory.idle_ends_at = None;
    }
}

/// Remembers for how long the machine has had no work, and when that comes to an end if it goes on so.
fn work(readings: &Readings, policy: &Policy, memory: &mut Memory, now: Timestamp) {
    let Some(sample) = readings.sample.clone() else { return };
    idle::advance(&mut memory.idle, sample, &policy.thresholds);
    let quiet = memory.idle.quiet_for();
    let timeout = policy.rules_in_force(memory).idle_timeout.filter(|_| quiet > Span::default());
    let foreseen = timeout.map(|timeout| {
        later(whole(now), Span::from_seconds(timeout.seconds().saturating_sub(quiet.seconds())))
    });
    let is_same = |before: &Timestamp| {
        foreseen.is_some_and(|at| earlier(at, SAME) <= *before && *before <= later(at, SAME))
    };
    // Once the time is over it stays where it was, rather than moving on with the clock.
    let is_over = |before: &Timestamp| *before <= now && foreseen.is_some_and(|at| at <= now);
    let stays = memory.idle_ends_at.filter(|before| is_same(before) || is_over(before));
    memory.idle_ends_at = stays.or(foreseen);
}

fn completion(readings: &Readings, memory: &mut Memory, now: Timestamp) {
    let Reading::Known(found) = &readings.completion else { return };
    memory.completed = found.clone().map(|completion| {
        let at = memory.completed.take().map(|before| before.at).filter(|at| *at <= now);
        Completed { at: at.unwrap_or_else(|| whole(now)), completion }
    });
}

fn interruption(readings: &Readings, memory: &mut Memory, now: Timestamp) {
    if let Reading::Known(found) = readings.interruption {
        memory.interruption = found;
    }
    memory.interruption = memory.interruption.filter(|notice| now < later(notice.at, STALE_NOTICE));
}
