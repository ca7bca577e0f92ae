//! An end that is to come: why, when, and what is done with the machine then.
//!
//! Which of several comes first is decided elsewhere.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::EndAction;

/// Why a machine ends. Of two that come at the same time, the one that stands first here counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// EC2 takes the spot machine back.
    Interruption,
    /// Its deadline is reached.
    Deadline,
    /// It has cost what it may.
    CostLimit,
    /// Its work is complete.
    Complete,
    /// It has had no work for long enough.
    Idle,
}

/// An end that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Why.
    pub reason: EndReason,
    /// When.
    pub at: Timestamp,
    /// What is done with the machine then.
    pub action: EndAction,
}

/// An end that users were warned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warned {
    /// Why the machine ends.
    pub reason: EndReason,
    /// When it ends.
    pub at: Timestamp,
    /// The warning that they had.
    pub stage: Stage,
}

/// Which of the two warnings of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The first: there is time to do something.
    First,
    /// The last, a minute before.
    Last,
}

impl Warned {
    /// Whether it is this end that users were warned of.
    #[must_use]
    pub fn is_of(&self, end: &End) -> bool {
        (self.reason, self.at) == (end.reason, end.at)
    }
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 5] =
        [Self::Interruption, Self::Deadline, Self::CostLimit, Self::Complete, Self::Idle];

    /// Why, as a clause: `the machine ends at 18:00: it has been idle`.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Interruption => "EC2 takes this spot machine back",
            Self::Deadline => "its deadline",
            Self::CostLimit => "its cost limit",
            Self::Complete => "its work is complete",
            Self::Idle => "it has no work",
        }
    }

    /// Its spelling in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interruption => "interruption",
            Self::Deadline => "deadline",
            Self::CostLimit => "cost-limit",
            Self::Complete => "complete",
            Self::Idle => "idle",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl End {
    /// What is done, to the machine, in the words of a sentence about it: `ends`, `stops`, `hibernates`.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self.action {
            EndAction::Terminate => "ends",
            EndAction::Stop => "stops",
            EndAction::Hibernate => "hibernates",
        }
    }
}
