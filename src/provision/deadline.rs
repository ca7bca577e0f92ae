//! The deadline of a machine that is there, and how it is moved.
//!
//! The new deadline is always an absolute time; writing it down is the caller's affair.

use jiff::Timestamp;

use crate::aws::types::Machine;
use crate::model::{deadline, tag};

pub use crate::model::deadline::{Direction, Move, MoveError, Moved};

/// What a machine's tag says of its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deadline {
    /// It ends at this time.
    At(Timestamp),
    /// It has none: it ends when somebody ends it.
    None,
    /// The tag holds something else; the agent keeps the deadline that it last knew.
    Unreadable(String),
}

impl Deadline {
    /// What a machine's tags say.
    #[must_use]
    pub fn of(machine: &Machine) -> Self {
        let text = machine.tag(tag::DEADLINE).or_else(|| machine.tag(tag::OLDER_DEADLINE));
        let Some(text) = text else { return Self::None };
        text.parse().map_or_else(|_| Self::Unreadable(text.to_owned()), Self::At)
    }

    /// The time, where there is one.
    #[must_use]
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(*at),
            Self::None | Self::Unreadable(_) => None,
        }
    }
}

/// Moves a deadline.
///
/// # Errors
/// Where the new one would lie in the past or beyond the end of time.
pub fn moved(old: &Deadline, how: Move, now: Timestamp) -> Result<Moved, MoveError> {
    deadline::moved(old.at(), how, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shown(old: &Deadline, how: Move) -> (String, Direction) {
        let moved = moved(old, how, at("2026-11-22T12:00:00.5Z")).unwrap();
        (moved.to.to_string(), moved.direction)
    }

    #[test]
    fn later_counts_from_the_deadline_while_it_is_ahead_and_else_from_now() {
        let hour = Move::Later(Span::from_seconds(3600));
        let ahead = Deadline::At(at("2026-11-22T18:00:00Z"));
        let passed = Deadline::At(at("2026-11-22T11:00:00Z"));
        assert_eq!(
            shown(&ahead, hour),
            ("2026-11-22T19:00:00Z".to_owned(), Direction::Later(Span::from_seconds(3600)))
        );
        assert_eq!(
            shown(&passed, hour),
            ("2026-11-22T13:00:00Z".to_owned(), Direction::Later(Span::from_seconds(7200)))
        );
        assert_eq!(shown(&Deadline::None, hour), ("2026-11-22T13:00:00Z".to_owned(), Direction::First));
    }

    #[test]
    fn sooner_is_told_and_the_past_is_refused() {
        let ahead = Deadline::At(at("2026-11-22T18:00:00Z"));
        let sooner = shown(&ahead, Move::To(at("2026-11-22T17:00:00Z")));
        assert_eq!(sooner.1, Direction::Sooner(Span::from_seconds(3600)));
        assert_eq!(shown(&ahead, Move::To(at("2026-11-22T18:00:00Z"))).1, Direction::Same);
        let error = moved(&ahead, Move::To(at("2026-11-22T11:00:00Z")), at("2026-11-22T12:00:00Z"));
        assert!(matches!(error, Err(MoveError::Past(_))));
        let error = moved(&ahead, Move::Later(Span::from_seconds(u64::MAX)), at("2026-11-22T12:00:00Z"));
        assert!(matches!(error, Err(MoveError::BeyondTime(_))));
    }

    #[test]
    fn a_tag_that_is_no_time_is_not_taken_for_none() {
        let machine =
            |value: &str| Machine { tags: vec![tag::Tag::new(tag::DEADLINE, value)], ..Machine::default() };
        assert_eq!(Deadline::of(&machine("8h")), Deadline::Unreadable("8h".to_owned()));
        assert_eq!(Deadline::of(&Machine::default()), Deadline::None);
        assert!(Deadline::of(&machine("2026-11-22T18:00:00Z")).at().is_some());
    }
}
