//! What the agent reads off its machine in a tick, as plain data.
//!
//! What could not be read is a value of its own, never a guess. How readings are taken is told in `observe`; what follows
//! from them in [`decide`](super::decide).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::control::completion::Completion;
use super::idle::Sample;
use super::rules::Rules;
use crate::model::{EndAction, Span};

/// Something that was read, or that could not be: why is told as trouble by who reads. What a look at the machine's work
/// reads keeps its reason, since that is shown beside the reading ([`idle::Reading`](super::idle::Reading)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading<T> {
    /// It was read.
    Known(T),
    /// It could not be read this time; that says nothing about what it is.
    Unknown,
}

/// What one tick knows of the machine. Not every tick asks for everything: what was not asked for is unknown as well.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// The deadline that the machine's tag tells; none where it has no such tag.
    pub deadline_tag: Reading<Option<Timestamp>>,
    /// What its other tags tell of how it ends.
    pub rules: Reading<Rules>,
    /// Which machine this is.
    pub identity: Reading<Identity>,
    /// The boot that the system runs since.
    pub boot: Reading<Boot>,
    /// How much later than it was planned this tick comes, by the wall clock.
    pub overdue: Reading<Span>,
    /// A look at what the machine is doing, where one was taken.
    pub sample: Option<Sample>,
    /// Whether somebody has said that the machine's work is complete.
    pub completion: Reading<Option<Completion>>,
    /// Whether EC2 has given notice to a spot machine.
    pub interruption: Reading<Option<Interruption>>,
    /// When EC2 recommended to leave a spot machine, where it did.
    pub rebalance: Reading<Option<Timestamp>>,
    /// What EC2 plans to do with the machine.
    pub maintenance: Reading<Vec<Maintenance>>,
    /// What there is to run before the end, and how far that is.
    pub hooks: Reading<HooksState>,
}

impl Readings {
    /// Those of a tick that could read nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            deadline_tag: Reading::Unknown,
            rules: Reading::Unknown,
            identity: Reading::Unknown,
            boot: Reading::Unknown,
            overdue: Reading::Unknown,
            sample: None,
            completion: Reading::Unknown,
            interruption: Reading::Unknown,
            rebalance: Reading::Unknown,
            maintenance: Reading::Unknown,
            hooks: Reading::Unknown,
        }
    }
}

/// EC2 takes a spot machine back.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruption {
    /// What EC2 does with it.
    pub action: EndAction,
    /// When.
    pub at: Timestamp,
}

/// Something that EC2 plans to do with the machine.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instances-status-check_sched.html>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// EC2's id of it.
    pub id: String,
    /// What kind it is: `instance-stop`, `system-reboot`, ….
    pub code: String,
    /// EC2's words for it.
    pub description: String,
    /// When it comes at the earliest, where EC2 says.
    pub not_before: Option<Timestamp>,
}

/// What there is to run before the end, and how far that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HooksState {
    /// There is nothing to run.
    None,
    /// They are not running.
    Resting,
    /// They are running.
    Running,
}

/// Which machine this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The id of the instance.
    pub instance_id: String,
    /// The region that it is in.
    pub region: String,
}

/// One start of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// The system's own id of it, another one after each start.
    pub id: String,
    /// How long ago it was, the time asleep included.
    pub uptime: Span,
}

/// A tag whose value is not a deadline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// It is no absolute time.
    #[error("the tag {key} holds {value:?}, which is not a time such as 2026-01-31T18:00:00Z")]
    NotATime {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
    },
    /// It is a time before there was a machine, such as the zero of some programs' clocks.
    #[error("the tag {key} holds {value}, which is before the machine was launched")]
    BeforeLaunch {
        /// The key.
        key: &'static str,
        /// Its value.
        value: Timestamp,
    },
}

/// The deadline in a tag's value.
///
/// # Errors
/// Where it is not an absolute time after the launch.
pub fn deadline_in(key: &'static str, value: &str, launched_at: Timestamp) -> Result<Timestamp, TagError> {
    let time: Timestamp =
        value.parse().map_err(|_| TagError::NotATime { key, value: value.escape_default().to_string() })?;
    if time > launched_at { Ok(time) } else { Err(TagError::BeforeLaunch { key, value: time }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tag::DEADLINE;

    #[test]
    fn only_an_absolute_time_after_the_launch_is_a_deadline() {
        let launched_at: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let read = |text| deadline_in(DEADLINE, text, launched_at);
        let expected: Timestamp = "2026-11-21T20:00:00Z".parse().unwrap();
        for text in ["2026-11-21T20:00:00Z", "2026-11-21T20:00:00.000Z", "2026-11-21T21:00:00+01:00"] {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        for text in ["", "8h", "tomorrow", "1763755200", "2026-11-21", "2026-11-21T20:00:00", "\u{1b}[2J"] {
            assert!(matches!(read(text), Err(TagError::NotATime { .. })), "{text}");
        }
        for text in ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-11-21T12:00:00Z"] {
            assert!(matches!(read(text), Err(TagError::BeforeLaunch { .. })), "{text}");
        }
    }
}
