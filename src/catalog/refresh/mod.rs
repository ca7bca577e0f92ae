//! Brings the catalog up to date: public lists in, a catalog in the cache out.
//!
//! A list that fails, or that has lost many of its rows, changes nothing and is named; the others count. What no list
//! speaks of stays as it was known. Where the lists are read from is [`folder`]'s and [`fetch`]'s business.

mod dates;
#[cfg(feature = "net")]
pub mod fetch;
pub mod folder;
mod lay;
pub mod ledger;
mod report;
mod row;
mod stranger;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;

use super::cache::{CacheError, Cached, CatalogCache};
use super::feeds::locations::Location;
use super::feeds::{FeedError, FeedKind, Parsed, identify};
use super::{Catalog, EncodeError, Overlay};
use crate::model::DatedBy;
use crate::platform::files::FileError;
use dates::Dated;
pub use dates::{Beside, Dates, Guess};
use lay::Laying;
use ledger::{Entry, Ledger};
pub use report::{Dropped, FeedReport, ListFailure, Report};
pub use row::{DroppedRows, RefreshRow};
pub use stranger::Stranger;

/// The most that a list may be once it is decompressed, in bytes; the largest was 3 MB in 2026.
pub const LARGEST_LIST: usize = 64 * 1024 * 1024;

/// A list as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The address or the file.
    pub origin: String,
    /// The list that has to be there; any of them, or none, where nothing says which.
    pub wanted: Option<FeedKind>,
    /// Its bytes, compressed or not.
    pub bytes: Vec<u8>,
    /// From when it is, where the list itself does not say.
    pub dates: Dates,
    /// The server's tag of this version.
    pub etag: Option<String>,
    /// When the server says that it was last changed, in its words.
    pub last_modified: Option<String>,
}

/// Why a list, or all of them, could not be used.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The list could not be had.
    #[cfg(feature = "net")]
    #[error(transparent)]
    Http(#[from] crate::platform::http::HttpError),
    /// The list is not as such a list has to be.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// It is none of the lists.
    #[error("what is there is not the {wanted}: {stranger}")]
    NotThatList {
        /// What was expected there.
        wanted: FeedKind,
        /// What is there.
        stranger: Stranger,
    },
    /// It is none of the lists, though its name is that of one.
    #[error("it is none of AWS's lists: {stranger}")]
    NotAList {
        /// What it is.
        stranger: Stranger,
    },
    /// There are more files than anybody's lists are.
    #[error("{} holds more than {limit} files", folder.display())]
    TooManyFiles {
        /// The folder.
        folder: PathBuf,
        /// How many are looked at.
        limit: usize,
    },
    /// It has lost so many rows that it is not believed.
    #[error("{}, where there {} {before} before", usable(*kept), if *before == 1 { "was" } else { "were" })]
    Shrunken {
        /// How many there are now.
        kept: usize,
        /// How many there were.
        before: usize,
    },
    /// Nothing says from when its figures are.
    #[error("nothing says from when its figures are")]
    Undated,
    /// There is no list in the folder.
    #[error("{} holds none of AWS's lists", folder.display())]
    NoLists {
        /// The folder.
        folder: PathBuf,
    },
    /// A file or a folder can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The cache can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The figures do not fit a catalog.
    #[error("the lists cannot be made into a catalog")]
    Encode(#[from] EncodeError),
}

/// How many rows can be used.
fn usable(rows: usize) -> String {
    match rows {
        0 => "no row can be used".to_owned(),
        1 => "only 1 row can be used".to_owned(),
        many => format!("only {many} rows can be used"),
    }
}

/// A refresh that is under way.
pub struct Refresh {
    cache: CatalogCache,
    directory: PathBuf,
    overlay: Overlay,
    ledger: Ledger,
    places: Places,
    report: Report,
    now: Timestamp,
    as_of: Option<Date>,
    shrunken: Shrunken,
}

/// What becomes of a list that has lost many of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shrunken {
    /// It is not believed: a mistake of AWS's or of a mirror is more likely.
    Refused,
    /// It is taken as it is.
    Accepted,
}

/// Which display name is which region.
#[derive(Debug, Default)]
struct Places(Option<Parsed<Location>>);

impl Refresh {
    /// Begins with what is in the cache, or with what is compiled in.
    ///
    /// # Errors
    /// Where the cache can't be read.
    pub fn begin(directory: PathBuf, now: Timestamp) -> Result<Self, RefreshError> {
        let cache = CatalogCache::in_directory(&directory);
        let mut overlay = Overlay::over(Catalog::embedded());
        let mut report = Report::default();
        let checksum = match cache.load()? {
            Cached::Current(catalog) => {
                overlay.lay_feeds_of(catalog)?;
                catalog.checksum()
            }
            Cached::Nothing => Catalog::embedded().checksum(),
            Cached::Dropped(why) => {
                report.remarks.push(format!("{} is dropped: {why}", cache.path().display()));
                Catalog::embedded().checksum()
            }
        };
        let ledger = Ledger::load(&directory, checksum)?;
        let (places, as_of, shrunken) = (Places::default(), None, Shrunken::Refused);
        Ok(Self { cache, directory, overlay, ledger, places, report, now, as_of, shrunken })
    }

    /// With the day of the lists that nothing else gives a day, as the user says.
    #[must_use]
    pub const fn dated(mut self, as_of: Option<Date>) -> Self {
        self.as_of = as_of;
        self
    }

    /// With what becomes of lists that have lost many of their rows.
    #[must_use]
    pub const fn with_shrunken(mut self, shrunken: Shrunken) -> Self {
        self.shrunken = shrunken;
        self
    }

    /// What the lists gave last time.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Reads some lists, each known by its content; what is none of them is passed over. The list of locations is read
    /// first, since others name their regions by it.
    pub fn read_all(&mut self, papers: &[Paper]) {
        let mut known = Vec::new();
        for paper in papers {
            match identify(&paper.bytes, LARGEST_LIST) {
                Ok(Some(list)) if paper.wanted.is_none_or(|wanted| wanted == list.kind) => {
                    known.push((paper, list));
                }
                // A page that asks for a password, say.
                Ok(_) => {
                    if let Some(wanted) = paper.wanted {
                        let stranger = Stranger::of(&paper.bytes);
                        self.fail(
                            &paper.origin,
                            Some(wanted),
                            RefreshError::NotThatList { wanted, stranger },
                        );
                    }
                }
                Err(error) => self.fail(&paper.origin, paper.wanted, error),
            }
        }
        known.sort_by_key(|(_, list)| list.kind != FeedKind::Locations);
        for (paper, list) in known {
            if let Err(error) = self.read(paper, list.kind, &list.text) {
                self.fail(&paper.origin, Some(list.kind), error);
            }
        }
    }

    /// Takes what was found, in a folder or at addresses: lists, those that are as before, and those that could not be had.
    pub fn take(&mut self, papers: &[Paper], unchanged: &[String], failures: Vec<ListFailure>) {
        self.read_all(papers);
        unchanged.iter().for_each(|origin| self.unchanged(origin));
        self.report.failures.extend(failures);
    }

    /// Says that a list could not be used.
    pub fn fail(&mut self, origin: &str, feed: Option<FeedKind>, error: impl Into<RefreshError>) {
        self.report.failures.push(ListFailure { origin: origin.to_owned(), feed, error: error.into() });
    }

    /// Says that a list is still the version that was read before.
    pub fn unchanged(&mut self, origin: &str) {
        let entries: Vec<_> = self.ledger.from_origin(origin).cloned().collect();
        for Entry { key, as_of, kept, .. } in entries {
            let report = self.report.feed(key.feed, key.os);
            report.unchanged += 1;
            report.unchanged_rows += kept;
            report.dated(Dated { date: as_of, by: DatedBy::Said });
        }
    }

    /// Puts the new catalog into the cache and says what came of it. Without news the cache stays as it was.
    ///
    /// # Errors
    /// Where the catalog can't be made or written; the cache is then as it was.
    pub fn finish(mut self) -> Result<Report, RefreshError> {
        if self.report.has_news() {
            let bytes = self.overlay.finish()?;
            let checksum = Catalog::read(&bytes).map_or(0, |catalog| catalog.checksum());
            self.cache.store(&bytes)?;
            self.ledger.store(&self.directory, checksum)?;
        }
        Ok(self.report)
    }

    fn read(&mut self, paper: &Paper, kind: FeedKind, text: &str) -> Result<(), RefreshError> {
        Laying { refresh: self, paper }.read(kind, text)
    }
}
