//! The wall clock.
//!
//! Nothing else asks what time it is; what decides is handed an instant, so that a test can hold the clock.

/// The current time.
#[must_use]
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
