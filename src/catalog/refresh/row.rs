//! What came of a refresh, a plain value for each feed and for each list that changed nothing.

use serde::Serialize;

use super::{Dropped, FeedReport, ListFailure, Report};
use crate::catalog::feeds::FeedKind;
use crate::model::{DatedBy, OperatingSystem};

const SCHEMA: &str = "cloudkit.refresh/v1";

/// What became of the lists of a feed; or why one list, named by its address or file, changed nothing.
#[derive(Debug, Default, Serialize)]
pub struct RefreshRow {
    schema: &'static str,
    /// The feed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedKind>,
    /// The operating system that its prices are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<OperatingSystem>,
    /// Lists that were read.
    pub lists: usize,
    /// Lists that are still those that were read before.
    pub unchanged_lists: usize,
    /// Rows that had been kept of these.
    pub unchanged_rows: usize,
    /// Rows of the lists that were read.
    pub rows: usize,
    /// Of these, those that are kept.
    pub kept: usize,
    /// The others, by the reason.
    pub dropped: Vec<DroppedRows>,
    /// The date of the oldest list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_as_of: Option<String>,
    /// The date of the newest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_as_of: Option<String>,
    /// What that date is by, where it is only guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dated_by: Option<DatedBy>,
    /// The list that changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Rows that were dropped for one reason.
#[derive(Debug, Serialize)]
pub struct DroppedRows {
    /// The reason.
    pub because: String,
    /// How many.
    pub rows: usize,
}

impl RefreshRow {
    /// What became of each feed.
    #[must_use]
    pub fn of(report: &Report) -> Vec<Self> {
        report.feeds.iter().map(|((feed, os), report)| Self::of_feed(*feed, *os, report)).collect()
    }

    /// A list that changed nothing, and why; a table leaves that to what is said beside it.
    #[must_use]
    pub fn of_failure(failure: &ListFailure, error: String) -> Self {
        Self {
            schema: SCHEMA,
            feed: failure.feed,
            list: Some(failure.origin.clone()),
            error: Some(error),
            ..Self::default()
        }
    }

    /// What was dropped, in a sentence for each reason.
    pub fn dropped_sentences(&self) -> impl Iterator<Item = String> {
        let of = self.os.map_or_else(String::new, |os| format!(" for {os}"));
        let feed = self.feed.map(|feed| feed.to_string()).unwrap_or_default();
        self.dropped.iter().map(move |DroppedRows { because, rows }| {
            let were = if *rows == 1 { "row was" } else { "rows were" };
            format!("{feed}{of}: {rows} {were} dropped: {because}")
        })
    }

    fn of_feed(feed: FeedKind, os: Option<OperatingSystem>, report: &FeedReport) -> Self {
        let dropped =
            |(because, rows): (&Dropped, &usize)| DroppedRows { because: because.to_string(), rows: *rows };
        Self {
            schema: SCHEMA,
            feed: Some(feed),
            os,
            lists: report.read,
            unchanged_lists: report.unchanged,
            unchanged_rows: report.unchanged_rows,
            rows: report.rows,
            kept: report.kept,
            dropped: report.dropped.iter().map(dropped).collect(),
            first_as_of: report.as_of.map(|(first, _)| first.to_string()),
            last_as_of: report.as_of.map(|(_, last)| last.to_string()),
            dated_by: report.dated_by.filter(|by| !by.is_said()),
            ..Self::default()
        }
    }
}
