//! What is remembered of where agent binaries are: which regions' buckets of an account have held which binary.
//!
//! It is never trusted: what is remembered is a second place for a machine to look, after the one that was looked at by
//! AWS's own word. Losing it loses nothing.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::platform::files::{self, Access, FileError};

const FILE: &str = "agents/stored.json";
const SCHEMA: &str = "cloudkit.stored-agents/v1";
/// A handful of regions and builds; the oldest go first.
const MOST: usize = 64;

/// The file of what is remembered.
#[derive(Debug, Clone)]
pub struct StoredAgents {
    path: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Content {
    schema: String,
    /// The last that was seen comes first.
    stored: Vec<Stored>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    account: String,
    region: String,
    key: String,
}

impl StoredAgents {
    /// What is remembered in a cache directory.
    #[must_use]
    pub fn in_directory(directory: &Path) -> Self {
        Self { path: directory.join(FILE) }
    }

    /// The regions whose bucket has held a binary, the last that was seen to first.
    #[must_use]
    pub fn regions(&self, account: &str, key: &str) -> Vec<String> {
        let of_it = |stored: &Stored| stored.account == account && stored.key == key;
        self.read().into_iter().filter(of_it).map(|stored| stored.region).collect()
    }

    /// Notes that a region's bucket holds a binary.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn remember(&self, account: &str, region: &str, key: &str) -> Result<(), FileError> {
        let now = Stored { account: account.to_owned(), region: region.to_owned(), key: key.to_owned() };
        let mut stored = self.read();
        if stored.first() == Some(&now) {
            return Ok(());
        }
        stored.retain(|earlier| *earlier != now);
        stored.insert(0, now);
        stored.truncate(MOST);
        self.write(stored)
    }

    /// Forgets what a region's bucket held, since it is gone.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub fn forget(&self, account: &str, region: &str) -> Result<(), FileError> {
        let mut stored = self.read();
        let before = stored.len();
        stored.retain(|one| one.account != account || one.region != region);
        if stored.len() == before { Ok(()) } else { self.write(stored) }
    }

    fn write(&self, stored: Vec<Stored>) -> Result<(), FileError> {
        let content = Content { schema: SCHEMA.to_owned(), stored };
        let bytes = serde_json::to_vec(&content).unwrap_or_default();
        files::replace(&self.path, &bytes, Access::Private)
    }

    /// A file that can't be read or understood is as good as none: the next launch writes it anew.
    fn read(&self) -> Vec<Stored> {
        let content = files::read_if_there(&self.path).ok().flatten();
        let content = content.and_then(|bytes| serde_json::from_slice::<Content>(&bytes).ok());
        content.filter(|content| content.schema == SCHEMA).map_or_else(Vec::new, |content| content.stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_region_comes_first_and_accounts_are_kept_apart() {
        let folder = tempfile::tempdir().unwrap();
        let stored = StoredAgents::in_directory(folder.path());
        assert_eq!(stored.regions("1", "agent/a"), [""; 0]);
        for (account, region, key) in [
            ("1", "us-east-1", "agent/a"),
            ("1", "eu-west-1", "agent/a"),
            ("2", "eu-north-1", "agent/a"),
            ("1", "eu-north-1", "agent/b"),
            ("1", "us-east-1", "agent/a"),
        ] {
            stored.remember(account, region, key).unwrap();
        }
        assert_eq!(stored.regions("1", "agent/a"), ["us-east-1", "eu-west-1"]);
        assert_eq!(stored.regions("2", "agent/a"), ["eu-north-1"]);
        stored.forget("1", "us-east-1").unwrap();
        assert_eq!(stored.regions("1", "agent/a"), ["eu-west-1"]);
        assert_eq!(stored.regions("1", "agent/b"), ["eu-north-1"]);
    }

    #[test]
    fn a_damaged_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("agents")).unwrap();
        std::fs::write(folder.path().join(FILE), "{\"schema\":").unwrap();
        let stored = StoredAgents::in_directory(folder.path());
        assert_eq!(stored.regions("1", "agent/a"), [""; 0]);
        stored.remember("1", "us-east-1", "agent/a").unwrap();
        assert_eq!(stored.regions("1", "agent/a"), ["us-east-1"]);
    }
}
