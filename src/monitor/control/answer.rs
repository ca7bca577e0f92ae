//! What the daemon answers, as documents that a program can read.
//!
//! The words for people are output's; only a refusal brings its own, since it is told as an error.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::EndAction;
use crate::model::deadline::Direction;
use crate::monitor::end::EndReason;
use crate::monitor::idle::Signal;
use crate::monitor::status::Status;

/// The value of the `schema` field of [`Why`].
pub const WHY_SCHEMA: &str = "cloudkit.agent-why/v1";
/// The value of the `schema` field of [`Extended`].
pub const EXTENDED_SCHEMA: &str = "cloudkit.agent-extended/v1";
/// The value of the `schema` field of [`Noted`].
pub const NOTED_SCHEMA: &str = "cloudkit.agent-noted/v1";

/// What comes back for a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// What the daemon last saw and decided.
    Status(Box<Status>),
    /// What keeps the machine, and what ends it.
    Why(Box<Why>),
    /// The deadline is another one.
    Extended(Box<Extended>),
    /// It is done, or will be at the next look.
    Noted(Noted),
    /// It is not done.
    Refused(Refusal),
}

/// Why the machine does not end now, and when it would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// Always [`WHY_SCHEMA`].
    pub schema: String,
    /// When this was judged.
    pub at: Timestamp,
    /// Each signal of work as it was last judged; empty where idleness does not count.
    pub readings: Vec<Signal>,
    /// How long the machine has had no work, where idleness counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WhyWindow>,
    /// Until when idleness and completion do not end the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// All that would end the machine, the soonest first.
    pub ends: Vec<WhyEnd>,
}

/// How long a machine has had no work, of how long it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyWindow {
    /// For how many seconds every signal has been quiet.
    pub quiet_seconds: u64,
    /// How many make the machine idle.
    pub needed_seconds: u64,
    /// How many are left.
    pub left_seconds: u64,
}

/// Something that would end the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyEnd {
    /// What it is.
    pub reason: EndReason,
    /// When, where that is known: for idleness, if the machine stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What is done with the machine then.
    pub action: EndAction,
    /// What else there is to say, such as where the deadline is known from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// A deadline that was moved on the machine itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extended {
    /// Always [`EXTENDED_SCHEMA`].
    pub schema: String,
    /// The deadline now.
    pub deadline: Timestamp,
    /// How it lies to the one before.
    pub direction: Direction,
    /// Whether the machine's tag says so.
    pub tag: Protection,
    /// Whether the dead-man timer is set to it.
    pub timer: Protection,
}

/// A keeper of the deadline outside the daemon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// It knows of the deadline.
    Knows,
    /// There is none.
    Absent,
    /// It does not know of it, for this reason.
    DoesNotKnow(String),
}

/// Something that was asked for and is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Always [`NOTED_SCHEMA`].
    pub schema: String,
    /// What it is.
    pub what: What,
}

/// What was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The machine's work is complete.
    Complete,
    /// Idleness and completion do not end the machine until then.
    PausedUntil(Timestamp),
    /// They do again.
    Resumed,
    /// They did all along.
    WasNotPaused,
    /// The configuration was read again, and holds.
    Reloaded,
}

/// Something that was asked for and is not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Of what kind.
    pub kind: RefusalKind,
    /// Why, as a sentence without an end.
    pub message: String,
}

/// Kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The line is no request.
    NotUnderstood,
    /// The machine would end sooner than now, and nobody has agreed to that.
    WouldEndSooner,
    /// It can't be.
    Impossible,
    /// The daemon has not looked at the machine yet.
    NotYet,
    /// The daemon has too much to do.
    Busy,
    /// It was tried and has failed.
    Failed,
}

impl Answer {
    /// A refusal.
    #[must_use]
    pub fn refused(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self::Refused(Refusal { kind, message: message.into() })
    }

    /// It is noted.
    #[must_use]
    pub fn noted(what: What) -> Self {
        Self::Noted(Noted { schema: NOTED_SCHEMA.to_owned(), what })
    }
}

impl std::fmt::Display for Answer {
    /// For a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(_) | Self::Why(_) => f.write_str("told"),
            Self::Extended(extended) => {
                write!(f, "the machine ends at {}, {}", extended.deadline, extended.direction)
            }
            Self::Noted(Noted { what, .. }) => match what {
                What::Complete => f.write_str("the work is complete"),
                What::PausedUntil(until) => write!(f, "paused until {until}"),
                What::Resumed => f.write_str("resumed"),
                What::WasNotPaused => f.write_str("was not paused"),
                What::Reloaded => f.write_str("read and in force"),
            },
            Self::Refused(refusal) => write!(f, "refused: {}", refusal.message),
        }
    }
}
