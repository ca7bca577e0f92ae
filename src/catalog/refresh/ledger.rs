//! What each list gave when it was last read: how many rows, and which version of it that was.
//!
//! It lies beside the catalog in the cache. Without it, or where it speaks of another catalog, everything is fetched anew.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalog::feeds::FeedKind;
use crate::model::OperatingSystem;
use crate::platform::files::{self, Access, FileError};

const FILE: &str = "feeds.json";
const SCHEMA: &str = "cloudkit.feeds/v1";

/// Which list: a feed, and the location and system where there is a list for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListKey {
    /// The feed.
    pub feed: FeedKind,
    /// The location as AWS names it for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OperatingSystem>,
}

impl ListKey {
    /// A feed that is one list.
    #[must_use]
    pub const fn of(feed: FeedKind) -> Self {
        Self { feed, location: None, os: None }
    }
}

/// What a list gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Which list.
    #[serde(flatten)]
    pub key: ListKey,
    /// The address or the file that it was read from.
    pub origin: String,
    /// The server's tag of that version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When the server says that it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The date of its figures.
    pub as_of: Date,
    /// When it was read.
    pub read_at: Timestamp,
    /// How many rows were kept.
    pub kept: usize,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    schema: String,
    /// The checksum of the catalog that these lists are in.
    catalog: u32,
    lists: Vec<Entry>,
}

impl Ledger {
    /// The ledger of a catalog; an empty one where there is none, or none of this catalog.
    ///
    /// # Errors
    /// Where the file is there and can't be read.
    pub fn load(directory: &Path, catalog: u32) -> Result<Self, FileError> {
        let empty = || Self { schema: SCHEMA.to_owned(), catalog, lists: Vec::new() };
        let Some(bytes) = files::read_if_there(&path(directory))? else { return Ok(empty()) };
        // One that does not parse costs a fetch; the catalog beside it has a checksum of its own.
        let known = serde_json::from_slice::<Self>(&bytes).ok();
        Ok(known.filter(|known| known.schema == SCHEMA && known.catalog == catalog).unwrap_or_else(empty))
    }

    /// Keeps it, as that of a catalog.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn store(&mut self, directory: &Path, catalog: u32) -> Result<(), FileError> {
        self.catalog = catalog;
        self.lists.sort_by(|one, other| one.key.cmp(&other.key));
        let json = serde_json::to_vec_pretty(self).unwrap_or_default();
        files::replace(&path(directory), &json, Access::Public)
    }

    /// What a list gave last time.
    #[must_use]
    pub fn entry(&self, key: &ListKey) -> Option<&Entry> {
        self.lists.iter().find(|entry| entry.key == *key)
    }

    /// The lists that were read from an address.
    pub fn from_origin(&self, origin: &str) -> impl Iterator<Item = &Entry> {
        self.lists.iter().filter(move |entry| entry.origin == origin)
    }

    /// Every list.
    #[must_use]
    pub fn lists(&self) -> &[Entry] {
        &self.lists
    }

    /// Writes down what a list gave.
    pub fn record(&mut self, entry: Entry) {
        self.lists.retain(|known| known.key != entry.key);
        self.lists.push(entry);
    }
}

/// The file that it lies in.
#[must_use]
pub fn path(directory: &Path) -> PathBuf {
    directory.join(FILE)
}
