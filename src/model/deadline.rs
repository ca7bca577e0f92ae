//! How a deadline is moved: always to an absolute time, and told by how much.
//!
//! Where a deadline is kept, and who has to agree that it comes sooner, is not known here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Span;

/// How a deadline is to be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// By this much later; from now on, where it has passed or there is none.
    Later(Span),
    /// To this time.
    To(Timestamp),
}

/// A deadline that is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The new one, in whole seconds.
    pub to: Timestamp,
    /// How it lies to the old one.
    pub direction: Direction,
}

/// How a new deadline lies to the old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// The machine lives longer.
    Later(Span),
    /// The machine ends sooner.
    Sooner(Span),
    /// The machine, which had no end that is known, now has one.
    First,
    /// Nothing changes.
    Same,
}

/// A deadline that can't be.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The time has passed.
    #[error("{0} has passed")]
    Past(Timestamp),
    /// It lies beyond the end of time.
    #[error("{0} later is after the last date that can be written")]
    BeyondTime(Span),
}

/// Moves a deadline, or sets the first one.
///
/// # Errors
/// Where the new one would lie in the past or beyond the end of time.
pub fn moved(old: Option<Timestamp>, how: Move, now: Timestamp) -> Result<Moved, MoveError> {
    let to = match how {
        Move::Later(span) => {
            let from = old.filter(|at| *at > now).unwrap_or(now);
            span.after(from).ok_or(MoveError::BeyondTime(span))?
        }
        Move::To(at) => at,
    };
    let to = Timestamp::from_second(to.as_second()).unwrap_or(to);
    if to <= now {
        return Err(MoveError::Past(to));
    }
    let direction = match old {
        None => Direction::First,
        Some(old) if to > old => Direction::Later(Span::between(old, to)),
        Some(old) if to < old => Direction::Sooner(Span::between(to, old)),
        Some(_) => Direction::Same,
    };
    Ok(Moved { to, direction })
}

impl Direction {
    /// Whether somebody has to agree: the machine would end sooner than it does now.
    #[must_use]
    pub const fn ends_sooner(self) -> bool {
        matches!(self, Self::Sooner(_) | Self::First)
    }
}

impl std::fmt::Display for Direction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Later(span) => write!(f, "{span} later than before"),
            Self::Sooner(span) => write!(f, "{span} SOONER than before"),
            Self::First => f.write_str("where before it had no deadline"),
            Self::Same => f.write_str("as before"),
        }
    }
}
