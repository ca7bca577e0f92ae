//! What a refresh came to: every row of every list accounted for.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::RefreshError;
use super::dates::{Dated, Guess};
use crate::catalog::feeds::{DropReason, FeedKind};
use crate::model::{DatedBy, OperatingSystem};

/// What became of the lists of one feed and one operating system.
#[derive(Debug, Default)]
pub struct FeedReport {
    /// Lists that were read anew.
    pub read: usize,
    /// Lists that are still the version that was read before.
    pub unchanged: usize,
    /// How many rows of these were of use when they were read.
    pub unchanged_rows: usize,
    /// Their rows, unchanged lists aside.
    pub rows: usize,
    /// Of these, those that are in the catalog now.
    pub kept: usize,
    /// Of these, those that are not, by reason.
    pub dropped: BTreeMap<Dropped, usize>,
    /// The dates of the figures, the first and the last.
    pub as_of: Option<(Date, Date)>,
    /// What says so; of several lists the one that can be believed least.
    pub dated_by: Option<DatedBy>,
}

/// Why a row is not in the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dropped {
    /// The list itself is the reason.
    ByList(DropReason),
    /// What was known already is from a later date.
    Outdated,
    /// What was known already has a date, and this list has none but a guessed one.
    Undated,
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ByList(reason) => reason.fmt(f),
            Self::Outdated => f.pad("what is known already is from a later date"),
            Self::Undated => f.pad("what is known already has a date, and the date of this is only guessed"),
        }
    }
}

/// A list that could not be read or was not believed.
#[derive(Debug)]
pub struct ListFailure {
    /// The address or the file.
    pub origin: String,
    /// Which list it is, or has to be, where that is known.
    pub feed: Option<FeedKind>,
    /// Why it changes nothing.
    pub error: RefreshError,
}

/// What a refresh came to.
#[derive(Debug, Default)]
pub struct Report {
    /// Each feed; the on-demand prices each operating system.
    pub feeds: BTreeMap<(FeedKind, Option<OperatingSystem>), FeedReport>,
    /// The lists that changed nothing.
    pub failures: Vec<ListFailure>,
    /// The lists whose date is guessed.
    pub guesses: Vec<Guess>,
    /// What a person may wonder about.
    pub remarks: Vec<String>,
}

impl Report {
    /// Whether rows were dropped because the date of their list is only guessed.
    #[must_use]
    pub fn has_undated(&self) -> bool {
        self.feeds.values().any(|feed| feed.dropped.contains_key(&Dropped::Undated))
    }

    pub(super) fn feed(&mut self, feed: FeedKind, os: Option<OperatingSystem>) -> &mut FeedReport {
        self.feeds.entry((feed, os)).or_default()
    }

    /// Whether any list was read anew.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.feeds.values().any(|feed| feed.read > 0)
    }
}

impl FeedReport {
    pub(super) fn count(&mut self, reason: Option<Dropped>, rows: usize) {
        self.rows += rows;
        match reason {
            None => self.kept += rows,
            Some(_) if rows == 0 => {}
            Some(reason) => *self.dropped.entry(reason).or_default() += rows,
        }
    }

    pub(super) fn dated(&mut self, Dated { date, by }: Dated) {
        self.dated_by = Some(self.dated_by.map_or(by, |other| other.min(by)));
        self.as_of = Some(self.as_of.map_or((date, date), |(first, last)| (first.min(date), last.max(date))));
    }
}
