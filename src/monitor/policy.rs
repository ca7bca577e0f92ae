//! The rules that a machine lives by, as its launch laid them down.
//!
//! No rule is judged here; that is [`decide`](super::decide)'s work.

use jiff::Timestamp;

use super::means::lead;
use crate::model::Span;
use crate::model::agent::AgentConfiguration;

/// What users get after a boot or a resume past the deadline: time to see the warning, and to move the deadline.
pub const GRACE: Span = Span::from_seconds(600);
/// A tick that comes this much later than planned comes after a sleep of the machine.
pub const ASLEEP: Span = Span::from_seconds(60);
/// How long an accepted end may take before it is forced.
pub const PATIENCE: Span = Span::from_seconds(60);
/// How long after a first failure the end is tried again; it doubles up to [`PATIENCE`].
pub const FIRST_RETRY: Span = Span::from_seconds(5);

/// When a machine ends, and how long before its users are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// A clock that is before this is wrong.
    pub launched_at: Timestamp,
    /// The deadline where no tag was ever read; none where the machine was launched without.
    pub deadline: Option<Timestamp>,
    /// How long before its deadline the machine is ended, so that the timer does not do it.
    pub lead: Span,
    /// How long before the end users are warned.
    pub warn_before: Span,
}

impl From<&AgentConfiguration> for Policy {
    fn from(configuration: &AgentConfiguration) -> Self {
        Self {
            launched_at: configuration.launched_at,
            deadline: configuration.deadline,
            lead: lead(configuration),
            warn_before: configuration.warn_before,
        }
    }
}
