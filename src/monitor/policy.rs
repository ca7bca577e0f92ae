//! The rules that a machine lives by, as its launch laid them down.
//!
//! No rule is judged here; that is [`decide`](super::decide)'s work.

use jiff::Timestamp;

use super::end::EndReason;
use super::idle::Thresholds;
use super::means;
use super::memory::Memory;
use super::rules::Rules;
use crate::model::agent::{AgentConfiguration, CostLimit, EndBy};
use crate::model::{EndAction, ShutdownBehavior, Span};

/// What users get after a boot or a resume past the deadline: time to see the warning, and to move the deadline. It is as
/// well what a machine without work has after a boot, a resume or a change of its rules.
pub const GRACE: Span = Span::from_seconds(600);
/// A tick that comes this much later than planned comes after a sleep of the machine.
pub const ASLEEP: Span = Span::from_seconds(60);
/// How long an accepted end may take before it is forced.
pub const PATIENCE: Span = Span::from_seconds(60);
/// How long before the end users are warned for the last time.
pub const LAST_WARNING: Span = Span::from_seconds(60);
/// How long before EC2 takes a spot machine its hooks have to be done.
pub const HOOKS_MARGIN: Span = Span::from_seconds(5);
/// How long after a first failure the end is tried again; it doubles up to [`PATIENCE`].
pub const FIRST_RETRY: Span = Span::from_seconds(5);

/// When a machine ends, what is done with it then, and how long before its users are told.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// A clock that is before this is wrong.
    pub launched_at: Timestamp,
    /// The deadline where no tag was ever read; none where the machine was launched without.
    pub deadline: Option<Timestamp>,
    /// The rules where no tag tells others.
    pub rules: Rules,
    /// What the machine may cost.
    pub cost_limit: Option<CostLimit>,
    /// How long after its work was said to be complete it ends.
    pub complete_delay: Span,
    /// How long its hooks may take.
    pub hook_limit: Span,
    /// How long before the end users are warned.
    pub warn_before: Span,
    /// What counts as work.
    pub thresholds: Thresholds,
    /// How it is ended.
    pub end_by: EndBy,
    /// What EC2 makes of a power-off.
    pub shutdown_behavior: ShutdownBehavior,
}

impl From<&AgentConfiguration> for Policy {
    fn from(configuration: &AgentConfiguration) -> Self {
        Self {
            launched_at: configuration.launched_at,
            deadline: configuration.deadline,
            rules: Rules {
                idle_timeout: configuration.idle_timeout,
                on_idle: Some(configuration.on_idle),
                on_deadline: Some(configuration.on_deadline),
                on_complete: Some(configuration.on_complete),
            },
            cost_limit: configuration.cost_limit,
            complete_delay: configuration.complete_delay,
            hook_limit: configuration.hook_limit,
            warn_before: configuration.warn_before,
            thresholds: configuration.thresholds,
            end_by: configuration.end_by,
            shutdown_behavior: configuration.shutdown_behavior,
        }
    }
}

impl Policy {
    /// The rules that hold: what the tags told last, else what the launch laid down, unless that was for another machine.
    #[must_use]
    pub fn rules_in_force(&self, memory: &Memory) -> Rules {
        let told = memory.rules.map(|known| known.rules).unwrap_or_default();
        if memory.is_copy { told } else { told.or(self.rules) }
    }

    /// What is done with the machine where it ends for a reason.
    #[must_use]
    pub fn action(&self, reason: EndReason, memory: &Memory) -> EndAction {
        let rules = self.rules_in_force(memory);
        let action = match reason {
            EndReason::Deadline | EndReason::CostLimit => rules.on_deadline,
            EndReason::Complete => rules.on_complete,
            EndReason::Idle => rules.on_idle,
            EndReason::Interruption => memory.interruption.map(|interruption| interruption.action),
        };
        action.unwrap_or_default()
    }

    /// What the machine may cost, unless that was laid down for another machine.
    #[must_use]
    pub fn cost_limit_in_force(&self, memory: &Memory) -> Option<CostLimit> {
        self.cost_limit.filter(|_| !memory.is_copy)
    }

    /// How long before its deadline the machine is ended, so that the timer does not do something else with it.
    #[must_use]
    pub fn lead(&self, on_deadline: EndAction) -> Span {
        means::lead(on_deadline, self.end_by, self.shutdown_behavior)
    }
}
