//! How a refresh of the catalog looks.

use std::borrow::Cow;

use serde::Serialize;

use super::document::{Column, Record};
use crate::catalog::feeds::FeedKind;
use crate::catalog::refresh::{Dropped, FeedReport, ListFailure, Report};
use crate::model::{DatedBy, OperatingSystem};

const SCHEMA: &str = "cloudkit.refresh/v1";

/// What became of the lists of a feed; or why one list, named by its address or file, changed nothing.
#[derive(Debug, Default, Serialize)]
pub struct RefreshRow {
    schema: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<FeedKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    os: Option<OperatingSystem>,
    lists: usize,
    unchanged_lists: usize,
    unchanged_rows: usize,
    rows: usize,
    kept: usize,
    dropped: Vec<DroppedRows>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dated_by: Option<DatedBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct DroppedRows {
    because: String,
    rows: usize,
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

    /// A number of rows of the lists that were read; where none was, there is none.
    fn of_new_lists(&self, rows: usize) -> Option<String> {
        (self.lists > 0).then(|| rows.to_string())
    }

    fn dropped_rows(&self) -> usize {
        self.dropped.iter().map(|dropped| dropped.rows).sum()
    }
}

impl Record for RefreshRow {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("FEED", 100, |row| row.feed.map(|feed| feed.to_string())),
            Column::<Self>::text("OS", 90, |row| row.os.map(|os| os.to_string())),
            Column::<Self>::number("LISTS", 60, |row| Some(row.lists.to_string())),
            Column::<Self>::number("UNCHANGED", 50, |row| Some(row.unchanged_lists.to_string())),
            Column::<Self>::number("ROWS", 80, |row| row.of_new_lists(row.rows)),
            Column::<Self>::number("KEPT", 80, |row| row.of_new_lists(row.kept)),
            Column::<Self>::number("DROPPED", 80, |row| row.of_new_lists(row.dropped_rows())),
            Column::<Self>::text("AS OF", 70, |row| {
                Some(row.dated_by.unwrap_or(DatedBy::Said).marked(row.last_as_of.as_ref()?))
            }),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        let feed = self.feed.map(|feed| feed.to_string()).unwrap_or_default();
        Cow::Owned(self.os.map_or_else(|| feed.clone(), |os| format!("{feed} {os}")))
    }
}
