//! Why a file of AWS is not read.
//!
//! That a file is none of the feeds is no error; neither is a row that cannot be used, which is dropped and counted.

use super::FeedKind;

/// Longest piece of a feed that an error repeats, in characters.
const LONGEST_QUOTE: usize = 120;

/// Why a file is not read. The texts of the file in it are clipped, and they are shown with their control characters
/// escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// It begins as gzip does and is not.
    #[error("the compressed file is damaged: {what}")]
    Gzip {
        /// What the decompressor says.
        what: String,
    },
    /// It is larger than the caller wants to hold.
    #[error("the file is larger than {limit} bytes once it is decompressed")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It is not UTF-8.
    #[error("the file is not text: byte {at} is not UTF-8")]
    NotText {
        /// The first byte that is not, counted from 0.
        at: usize,
    },
    /// It is `spot.js`, which AWS still serves and no longer writes.
    #[error(
        "this is the old list of spot prices (a call of `callback`), frozen since 2024-05-13: the living one is \
         https://website.spot.ec2.aws.a2z.com/spot.json"
    )]
    FrozenSpotPrices,
    /// It is no JSON, or not of this shape.
    #[error("the {feed} does not parse at line {line} column {column}: {what}")]
    Json {
        /// What it was read as.
        feed: FeedKind,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in bytes; the feeds are a single line.
        column: usize,
        /// What is wrong there, with the field's name where one is missing or there twice.
        what: String,
    },
    /// It says something that it never said before.
    #[error("the format of the {feed} has changed: {field} is {found:?} and not {expected}")]
    Changed {
        /// What it was read as.
        feed: FeedKind,
        /// Where in the file.
        field: String,
        /// What stands there.
        found: String,
        /// What would have been understood.
        expected: &'static str,
    },
    /// Most of its rows mean nothing here.
    #[error("the format of the {feed} has changed: {}", malformed_rows(*malformed, *total))]
    Malformed {
        /// What it was read as.
        feed: FeedKind,
        /// The rows whose names are no names.
        malformed: usize,
        /// All rows.
        total: usize,
    },
    /// A display name leads nowhere.
    #[error("{name:?} is not in the list of locations")]
    UnknownLocation {
        /// The name, such as `US East (N. Virginia)`.
        name: String,
    },
}

/// How many of how many rows are malformed.
fn malformed_rows(malformed: usize, total: usize) -> String {
    match (malformed, total) {
        (1, 1) => "its only row is malformed".to_owned(),
        (1, _) => format!("1 of its {total} rows is malformed"),
        _ => format!("{malformed} of its {total} rows are malformed"),
    }
}

impl FeedError {
    pub(super) fn changed(
        feed: FeedKind,
        field: impl Into<String>,
        found: &str,
        expected: &'static str,
    ) -> Self {
        Self::Changed { feed, field: field.into(), found: clipped(found), expected }
    }
}

/// The beginning of a text, where it is long.
pub(super) fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
