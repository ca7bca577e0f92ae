//! Arithmetic on instants that stops at the ends of time.
//!
//! It never asks what time it is.

use jiff::{SignedDuration, Timestamp};

use crate::model::Span;

/// The instant that lies a span after another one.
pub(super) fn later(start: Timestamp, span: Span) -> Timestamp {
    span.after(start).unwrap_or(Timestamp::MAX)
}

/// The instant without what is less than a second: what people are told of.
pub(super) fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The instant that lies a span before another one.
pub(super) fn earlier(end: Timestamp, span: Span) -> Timestamp {
    let seconds = i64::try_from(span.seconds()).unwrap_or(i64::MAX);
    end.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN)
}
