//! Which of the ends that a machine may come to is the first.
//!
//! One that is due counts before all that are not, and of those the hard before the soft: a stop for want of work that
//! fails for hours may not keep a machine past its deadline. Nothing is done here, nor remembered.

use jiff::Timestamp;

use super::Deadline;
use crate::model::Span;
use crate::monitor::end::{End, EndReason};
use crate::monitor::memory::Memory;
use crate::monitor::policy::{GRACE, Policy};
use crate::monitor::time::{earlier, later};

/// An end that may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coming {
    pub(super) end: End,
    /// Whether it is time.
    pub(super) is_due: bool,
    /// Whether it is put off, since nobody could have been there when it would have come.
    pub(super) in_grace: bool,
    /// How long before it users are warned first.
    pub(super) warn_before: Span,
}

/// The end that comes first.
pub(super) fn first(
    policy: &Policy,
    memory: &Memory,
    deadline: Option<Deadline>,
    now: Timestamp,
) -> Option<Coming> {
    all(policy, memory, deadline, now).min_by_key(|coming| (rank(coming), coming.end.at, coming.end.reason))
}

/// All ends that are foreseen.
pub(super) fn all(
    policy: &Policy,
    memory: &Memory,
    deadline: Option<Deadline>,
    now: Timestamp,
) -> impl Iterator<Item = Coming> {
    let candidates = [
        interruption(policy, memory),
        deadline.map(|deadline| at_deadline(deadline, policy, memory)),
        at_cost_limit(policy, memory),
        when_complete(policy, memory),
        when_idle(policy, memory, now),
    ];
    let in_time = move |coming: Coming| Coming { is_due: coming.is_due && coming.end.at <= now, ..coming };
    candidates.into_iter().flatten().map(in_time)
}

const fn rank(coming: &Coming) -> u8 {
    match (coming.is_due, coming.end.reason) {
        (true, EndReason::Deadline) => 0,
        (true, EndReason::CostLimit) => 1,
        (true, EndReason::Complete) => 2,
        (true, EndReason::Idle) => 3,
        (true, EndReason::Interruption) => 4,
        (false, _) => 5,
    }
}

/// At the deadline, or after a grace where nobody could have been there at the deadline; both a little earlier where the
/// timer would do at that very time what is not wanted.
pub(super) fn at_deadline(deadline: Deadline, policy: &Policy, memory: &Memory) -> Coming {
    let action = policy.action(EndReason::Deadline, memory);
    let (at, in_grace) = with_grace(deadline.at, memory);
    let at = earlier(at, policy.lead(action));
    let end = End { reason: EndReason::Deadline, at, action };
    Coming { end, is_due: true, in_grace, warn_before: policy.warn_before }
}

fn at_cost_limit(policy: &Policy, memory: &Memory) -> Option<Coming> {
    let limit = policy.cost_limit_in_force(memory)?;
    let (at, in_grace) = with_grace(memory.spending?.reaches(&limit)?, memory);
    let action = policy.action(EndReason::CostLimit, memory);
    let end = End { reason: EndReason::CostLimit, at, action };
    Some(Coming { end, is_due: true, in_grace, warn_before: policy.warn_before })
}

fn when_complete(policy: &Policy, memory: &Memory) -> Option<Coming> {
    let completed = memory.completed.as_ref()?;
    // What a machine has slept with, it may have been woken to take back.
    let (at, in_grace) = with_grace(later(completed.at, policy.complete_delay), memory);
    let at = at.max(paused_until(memory));
    let action = policy.action(EndReason::Complete, memory);
    let end = End { reason: EndReason::Complete, at, action };
    Some(Coming { end, is_due: true, in_grace, warn_before: policy.warn_before })
}

/// After so long without work. It is due when a look has found that, not when it was foreseen.
fn when_idle(policy: &Policy, memory: &Memory, now: Timestamp) -> Option<Coming> {
    let timeout = policy.rules_in_force(memory).idle_timeout?;
    let changed_at = memory.rules.and_then(|known| known.changed_at).filter(|at| *at <= now);
    let begun = memory.woke_at.max(changed_at);
    let graced = begun.map_or(Timestamp::MIN, |begun| later(begun, GRACE));
    let at = memory.idle_ends_at?.max(graced).max(paused_until(memory));
    let end = End { reason: EndReason::Idle, at, action: policy.action(EndReason::Idle, memory) };
    let warn_before = policy.warn_before.min(Span::from_seconds(timeout.seconds() / 2));
    let is_due = memory.idle.quiet_for() >= timeout;
    Some(Coming { end, is_due, in_grace: false, warn_before })
}

/// EC2's own doing: users are told as soon as it is known.
fn interruption(policy: &Policy, memory: &Memory) -> Option<Coming> {
    let interruption = memory.interruption?;
    let end = End {
        reason: EndReason::Interruption,
        at: interruption.at,
        action: policy.action(EndReason::Interruption, memory),
    };
    Some(Coming { end, is_due: true, in_grace: true, warn_before: policy.warn_before })
}

fn paused_until(memory: &Memory) -> Timestamp {
    memory.paused_until.unwrap_or(Timestamp::MIN)
}

/// An end that would have come before the machine booted or resumed comes ten minutes after that.
fn with_grace(at: Timestamp, memory: &Memory) -> (Timestamp, bool) {
    match memory.woke_at {
        Some(woke_at) if at <= woke_at => (later(woke_at, GRACE), true),
        _ => (at, false),
    }
}
