//! Why a machine does not end now, and when it would: what was decided, as it is told to who asks.

use jiff::Timestamp;

use super::answer::{WHY_SCHEMA, Why, WhyEnd, WhyWindow};
use crate::monitor::decide::Decided;
use crate::monitor::end::{End, EndReason};
use crate::monitor::policy::Policy;

impl Why {
    /// The reasons of a decision.
    #[must_use]
    pub fn of(decided: &Decided, policy: &Policy, now: Timestamp) -> Self {
        let memory = &decided.memory;
        let verdict = memory.idle.verdict();
        let timeout = policy.rules_in_force(memory).idle_timeout;
        let quiet = memory.idle.quiet_for();
        let window = timeout.map(|timeout| WhyWindow {
            quiet_seconds: quiet.seconds(),
            needed_seconds: timeout.seconds(),
            left_seconds: timeout.seconds().saturating_sub(quiet.seconds()),
        });
        let end = |end: End| {
            let words = words(&end, decided, policy);
            WhyEnd { reason: end.reason, at: Some(end.at), action: end.action, words }
        };
        Self {
            schema: WHY_SCHEMA.to_owned(),
            at: verdict.map_or(now, |verdict| verdict.at),
            readings: verdict.map(|verdict| verdict.signals.clone()).unwrap_or_default(),
            window,
            paused_until: memory.paused_until.filter(|until| *until > now),
            ends: decided.foreseen(policy, now).into_iter().map(end).collect(),
        }
    }
}

/// What else there is to say of an end.
fn words(end: &End, decided: &Decided, policy: &Policy) -> Option<String> {
    let memory = &decided.memory;
    match end.reason {
        EndReason::Deadline => decided.deadline.map(|deadline| format!("by {}", deadline.source)),
        EndReason::CostLimit => {
            let limit = policy.cost_limit_in_force(memory)?;
            Some(format!("it has cost {} of {} USD", memory.spending?.cost(&limit), limit.usd))
        }
        EndReason::Complete => {
            let said = &memory.completed.as_ref()?.completion;
            let words: Vec<&str> =
                [&said.status, &said.message].into_iter().filter_map(Option::as_deref).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
        EndReason::Idle => Some("if it stays without work".to_owned()),
        EndReason::Interruption => Some("EC2 takes it back".to_owned()),
    }
}
