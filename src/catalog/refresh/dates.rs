//! From when a list's figures are, and what says so.
//!
//! A list's own date goes before all else, and it is not known here. No date is made up: the time of a file is that of its
//! copying, as often as not, and counts as that.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::RefreshError;
use crate::catalog::feeds::FeedKind;
use crate::model::DatedBy;

/// What is known, beside the list itself, of the day of its figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dates {
    /// When it was last changed, as the server that it is from says, or a record of what that server said.
    pub said: Option<Timestamp>,
    /// The latest publication of another list that lies beside it.
    pub beside: Option<Beside>,
    /// The time of the file.
    pub of_file: Option<Timestamp>,
}

/// A list with a date that lies beside one without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// When it was published.
    pub at: Timestamp,
    /// The file.
    pub origin: String,
}

/// The day of a list's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) date: Date,
    pub(super) by: DatedBy,
}

/// A list whose day is not known but guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The file.
    pub origin: String,
    /// Which list it is.
    pub feed: FeedKind,
    /// The day that its figures are taken to be of.
    pub date: Date,
    /// What that is guessed by.
    pub by: DatedBy,
    /// The list beside it whose date that is.
    pub beside: Option<String>,
}

impl Dates {
    /// The day of figures: that of the list itself (`published`), else what the server said, else what the user says
    /// (`as_of`), else that of a list beside it, and of the file where that is earlier. A day that lies ahead is today.
    pub(super) fn day(
        &self,
        published: Option<Timestamp>,
        as_of: Option<Date>,
        now: Timestamp,
    ) -> Result<Dated, RefreshError> {
        let day = |at: Timestamp| day_of(at.min(now));
        if let Some(date) = published.or(self.said).map(day).or(as_of) {
            return Ok(Dated { date, by: DatedBy::Said });
        }
        let beside = self.beside.as_ref().map(|beside| day(beside.at));
        match (beside, self.of_file.map(day)) {
            // It was there before the other list was: they are not of one capture.
            (Some(beside), Some(of_file)) if of_file < beside => {
                Ok(Dated { date: of_file, by: DatedBy::FileTime })
            }
            (Some(date), _) => Ok(Dated { date, by: DatedBy::ListBeside }),
            (None, Some(date)) => Ok(Dated { date, by: DatedBy::FileTime }),
            (None, None) => Err(RefreshError::Undated),
        }
    }
}

/// The day of an instant, in UTC.
fn day_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// `Thu, 06 Aug 2026 17:17:52 GMT` as an instant.
pub(super) fn instant_of(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text.trim()).ok()
}

/// What headers say of when a document was last changed; of several answers one behind the other the last one counts, as it
/// is the one that was kept.
pub(super) fn last_modified(headers: &str) -> Option<Timestamp> {
    let fields = headers.lines().filter_map(|line| line.split_once(':'));
    let mut named = fields.filter(|(name, _)| name.trim().eq_ignore_ascii_case("last-modified"));
    named.next_back().and_then(|(_, value)| instant_of(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-11-22T12:00:00Z";

    fn at(day: &str) -> Timestamp {
        format!("{day}T12:00:00Z").parse().unwrap()
    }

    #[test]
    fn the_best_witness_of_a_day_is_believed() {
        let beside = |day| Some(Beside { at: at(day), origin: "lists/index.json".to_owned() });
        let all = Dates {
            said: Some(at("2026-08-02")),
            beside: beside("2026-08-04"),
            of_file: Some(at("2026-11-20")),
        };
        let unsaid = Dates { said: None, ..all.clone() };
        let alone = Dates { beside: None, ..unsaid.clone() };
        let earlier = Dates { of_file: Some(at("2026-07-01")), ..unsaid.clone() };
        let ahead = Dates { of_file: Some(at("2027-01-01")), ..Dates::default() };
        let as_of = Some("2026-08-03".parse().unwrap());
        for (dates, published, as_of, date, by) in [
            (&all, Some(at("2026-08-01")), as_of, "2026-08-01", DatedBy::Said),
            (&all, None, as_of, "2026-08-02", DatedBy::Said),
            (&unsaid, None, as_of, "2026-08-03", DatedBy::Said),
            (&unsaid, None, None, "2026-08-04", DatedBy::ListBeside),
            (&earlier, None, None, "2026-07-01", DatedBy::FileTime),
            (&alone, None, None, "2026-11-20", DatedBy::FileTime),
            (&ahead, None, None, "2026-11-22", DatedBy::FileTime),
        ] {
            let day = dates.day(published, as_of, NOW.parse().unwrap()).unwrap();
            assert_eq!((day.date.to_string().as_str(), day.by), (date, by), "{dates:?}");
        }
        let none = Dates::default().day(None, None, NOW.parse().unwrap());
        assert!(matches!(none, Err(RefreshError::Undated)));
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let instant = instant_of("Thu, 06 Aug 2026 17:17:52 GMT").unwrap();
        assert_eq!(instant.to_string(), "2026-08-06T17:17:52Z");
        assert_eq!(instant_of("yesterday"), None);
        let headers = "HTTP/1.1 302 Found\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\nHTTP/1.1 200 OK\r\n\
            Date: Sun, 22 Nov 2026 12:00:00 GMT\r\nlast-modified: Thu, 06 Aug 2026 17:17:52 GMT\r\n\r\n";
        assert_eq!(last_modified(headers), Some(instant));
        assert_eq!(last_modified("Date: Sun, 22 Nov 2026 12:00:00 GMT"), None);
    }
}
