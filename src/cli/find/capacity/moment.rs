//! A moment as people type it: a date, or an RFC 3339 time.
//!
//! A date is the whole day, in UTC.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::NotAValue;

/// A day or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Its beginning.
    pub(super) begins: Timestamp,
    /// Its end.
    pub(super) ends: Timestamp,
}

impl FromStr for Moment {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse =
            || NotAValue::new(text, "a date such as 2027-01-10 or a time such as 2027-01-10T11:30:00Z");
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(Self { begins: at, ends: at });
        }
        // The parser of dates would take the date out of a time that it does not understand.
        let date: Date = text.parse().ok().filter(|_| text.len() == 10).ok_or_else(refuse)?;
        let midnight = |date: Date| Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
        let begins = midnight(date).ok_or_else(refuse)?;
        let ends = date.tomorrow().ok().and_then(midnight).ok_or_else(refuse)?;
        Ok(Self { begins, ends })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_and_a_time_an_instant() {
        let day: Moment = "2027-01-10".parse().unwrap();
        assert_eq!(
            (day.begins.to_string(), day.ends.to_string()),
            ("2027-01-10T00:00:00Z".to_owned(), "2027-01-11T00:00:00Z".to_owned())
        );
        let instant: Moment = "2027-01-10T11:30:00+02:00".parse().unwrap();
        assert_eq!(
            (instant.begins.to_string(), instant.ends),
            ("2027-01-10T09:30:00Z".to_owned(), instant.begins)
        );
        for text in ["tomorrow", "2027-01-10T11:30", "10.1.2027", "2027-13-01"] {
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}
