//! `--until`: an instant, or a time of the clock on the wall here.
//!
//! A time that has passed is refused, not taken for tomorrow's.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::model::NotAValue;

/// When a machine is to end, as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Until {
    /// An instant.
    At(Timestamp),
    /// A day and a time here.
    Here(DateTime),
    /// A time here, today.
    Today(Time),
}

/// A time that no machine can end at.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum UntilError {
    #[error("the time zone of this computer is not known")]
    NoZone,
    #[error("there is no such time here: {0}")]
    NoSuchTime(DateTime),
    #[error("--until is {at}, which has passed: it is {now:.0}")]
    Past { at: Timestamp, now: Timestamp, tomorrow: Option<DateTime> },
}

impl Until {
    /// The instant; `zone` is the one here, where it is known.
    pub(in crate::cli) fn resolve(
        self,
        now: Timestamp,
        zone: Option<TimeZone>,
    ) -> Result<Timestamp, UntilError> {
        let here = |local: DateTime, zone: TimeZone| {
            local.to_zoned(zone).map(|zoned| zoned.timestamp()).map_err(|_| UntilError::NoSuchTime(local))
        };
        let (at, tomorrow) = match self {
            Self::At(at) => (at, None),
            Self::Here(local) => (here(local, zone.ok_or(UntilError::NoZone)?)?, None),
            Self::Today(time) => {
                let zone = zone.ok_or(UntilError::NoZone)?;
                let today = now.to_zoned(zone.clone()).date();
                let tomorrow = today.tomorrow().ok().map(|date| date.to_datetime(time));
                (here(today.to_datetime(time), zone)?, tomorrow)
            }
        };
        if at <= now { Err(UntilError::Past { at, now, tomorrow }) } else { Ok(at) }
    }
}

impl FromStr for Until {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || {
            NotAValue::new(
                text,
                "a time such as 18:00 or '2026-11-22 18:00' here, or 2026-11-22T18:00:00Z anywhere",
            )
        };
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self::At(at));
        }
        // The parsers of jiff take more than this, and a date alone is no time.
        let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
        let shape = shape.collect::<Vec<u8>>();
        match shape.as_slice() {
            b"00:00" | b"00:00:00" => text.parse().map(Self::Today).map_err(|_| refuse()),
            b"0000-00-00 00:00" | b"0000-00-00 00:00:00" | b"0000-00-00T00:00" | b"0000-00-00T00:00:00" => {
                text.parse().map(Self::Here).map_err(|_| refuse())
            }
            _ => Err(refuse()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<String, String> {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        let until: Until = text.parse().map_err(|error: NotAValue| error.to_string())?;
        until.resolve(now, Some(zone)).map(|at| at.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_time_is_an_instant_or_one_of_the_clock_here() {
        for (text, at) in [
            ("2026-11-22T18:00:00Z", "2026-11-22T18:00:00Z"),
            ("2026-11-22T18:00:00+02:00", "2026-11-22T16:00:00Z"),
            ("18:00", "2026-11-22T17:00:00Z"),
            ("13:00:01", "2026-11-22T12:00:01Z"),
            ("2026-11-23 08:30", "2026-11-23T07:30:00Z"),
            ("2027-07-01T08:30", "2027-07-01T06:30:00Z"),
        ] {
            assert_eq!(resolve(text).as_deref(), Ok(at), "{text}");
        }
    }

    #[test]
    fn what_has_passed_and_what_is_no_time_are_refused() {
        for text in ["13:00", "12:00", "2026-11-22T12:00:00Z", "2020-01-01 00:00"] {
            assert!(resolve(text).unwrap_err().contains("has passed"), "{text}");
        }
        for text in ["", "tomorrow", "8h", "6pm", "25:00", "2026-11-22", "2026-13-01 10:00", "1800", "8:00"] {
            assert!(resolve(text).unwrap_err().contains("is not a time"), "{text}");
        }
        let until: Until = "18:00".parse().unwrap();
        assert!(matches!(until.resolve(Timestamp::UNIX_EPOCH, None), Err(UntilError::NoZone)));
    }
}
