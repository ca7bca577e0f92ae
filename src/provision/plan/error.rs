//! Why there is no plan.
//!
//! What to type next is said with each machine that can't be, and at the edge.

use super::refused::{Refused, reasons};
use crate::cloudinit::RenderError;
use crate::model::Span;

/// There is nothing to plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// None of the machines that were wished can be.
    #[error("{}", describe(refused))]
    NothingLeft {
        /// Each of them and why.
        refused: Vec<Refused>,
    },
    /// Those that could be would be refused for certain.
    #[error("{}", describe(refused))]
    CertainToFail {
        /// Each of them and why.
        refused: Vec<Refused>,
    },
    /// What the machine is told at its boot can't be written.
    #[error("cannot write the user data")]
    UserData(#[from] RenderError),
    /// The deadline has passed.
    #[error("the deadline {at} has passed: it is {now}")]
    Past {
        /// The deadline.
        at: jiff::Timestamp,
        /// The present.
        now: jiff::Timestamp,
    },
    /// The instance profile is not this account's.
    #[error("instance profile {name} belongs to account {account}")]
    ForeignProfile {
        /// Its name.
        name: String,
        /// The account in its ARN.
        account: String,
    },
    /// The instance profile holds no role.
    #[error("instance profile {name} holds no role, so EC2 does not launch with it")]
    ProfileWithoutRole {
        /// Its name.
        name: String,
    },
    /// The deadline lies beyond the end of time.
    #[error("a lifetime of {0} ends after the last date that can be written")]
    BeyondTime(Span),
}

fn describe(refused: &[Refused]) -> String {
    match refused {
        [only] => format!("{} cannot be launched: {}", only.machine(), only.reason),
        several => format!("none of these can be launched:{}", reasons(several)),
    }
}
