//! Waiting for an event, with a limit: the one place where a test sleeps.
//!
//! What is waited for is asked again every few milliseconds; a limit that is reached fails the test and says what did not
//! come.

use std::thread;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(10);

/// Long enough for whatever a test waits for, also on a slow machine that does something else besides.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Asks until there is an answer, which it hands back.
pub(crate) fn until<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    within(LONG, &mut answer).unwrap_or_else(|| panic!("waited {LONG:?} in vain for {what}"))
}

/// Asks until there is an answer or the limit is reached.
pub(crate) fn within<T>(limit: Duration, mut answer: impl FnMut() -> Option<T>) -> Option<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = answer() {
            return Some(answer);
        }
        if started.elapsed() >= limit {
            return None;
        }
        thread::sleep(PAUSE);
    }
}
