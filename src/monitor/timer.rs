//! Has the dead-man timer set to another deadline.
//!
//! The timer's own script does it, as a unit of its own: the daemon's sandbox may not write the timer's files, and a script
//! that hangs must not hang the daemon. Whether a deadline is to be told is decided elsewhere.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::deadline::Direction;
use crate::platform::command::{self, CommandError};

const LIMIT: Duration = Duration::from_secs(30);
/// The script's exit code for a deadline that it does not take.
const REFUSED: i32 = 3;

/// A timer that was not set.
#[derive(Debug, thiserror::Error)]
pub enum TimerError {
    /// systemd was not there to be asked.
    #[error("systemd does not run the script")]
    Run(#[from] CommandError),
    /// The script does not take it: the deadline has passed, or the timer keeps a later one.
    #[error("it keeps a later deadline, or this one has passed")]
    Refused,
    /// The script, or systemd, could not do it.
    #[error("its script ended with {}{}", code.map_or_else(|| "a signal".to_owned(), |code| code.to_string()), said(stderr))]
    Failed {
        /// The exit code.
        code: Option<i32>,
        /// What was complained of.
        stderr: String,
    },
}

/// Sets the timer to a deadline. An earlier one than it keeps is taken where the direction says that this is meant.
///
/// `over` is what the machine's tag says where it does not know of this deadline: as long as it says so, it does not count
/// against it.
///
/// # Errors
/// Where the timer is not set to it; it then stands as it was.
pub async fn set(
    script: &str,
    to: Timestamp,
    direction: Direction,
    over: Option<Timestamp>,
) -> Result<(), TimerError> {
    let arguments = arguments(script, to, direction, over);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = command::said("systemd-run", &arguments, &[], LIMIT).await?;
    match said.code {
        Some(0) => Ok(()),
        Some(REFUSED) => Err(TimerError::Refused),
        code => Err(TimerError::Failed { code, stderr: said.stderr }),
    }
}

fn arguments(script: &str, to: Timestamp, direction: Direction, over: Option<Timestamp>) -> Vec<String> {
    // The first deadline of a machine is earlier than none at all.
    let meant = if direction.ends_sooner() { "sooner" } else { "later" };
    let mut arguments = [
        "--quiet",
        "--collect",
        "--wait",
        "--service-type=oneshot",
        "--property=TimeoutStartSec=25",
        "--description=Set the dead-man timer of this machine",
        "/bin/sh",
        script,
        "set",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.extend([to.as_second().to_string(), meant.to_owned()]);
    arguments.extend(over.map(|over| over.as_second().to_string()));
    arguments
}

fn said(stderr: &str) -> String {
    stderr.lines().next_back().map_or_else(String::new, |line| format!(": {}", line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    #[test]
    fn an_earlier_deadline_is_told_as_meant() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let hour = Span::from_seconds(3600);
        let tail =
            |direction, over| arguments("/s", at(1_800_000_000), direction, over).split_off(7).join(" ");
        assert_eq!(tail(Direction::Later(hour), None), "/s set 1800000000 later");
        assert_eq!(tail(Direction::Sooner(hour), None), "/s set 1800000000 sooner");
        assert_eq!(tail(Direction::First, Some(at(5))), "/s set 1800000000 sooner 5");
        assert_eq!(tail(Direction::Same, Some(at(5))), "/s set 1800000000 later 5");
    }
}
