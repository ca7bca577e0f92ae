//! Pools that had no capacity, remembered for three minutes, by the next process too: a file in the cache directory.
//!
//! A file that is damaged is dropped and said so. Two processes that write at once may forget one of their refusals, which
//! costs a request.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::plan::Candidate;
use crate::model::{Market, Span};
use crate::platform::files::{self, Access, FileError};

const SCHEMA: &str = "cloudkit.capacity-refusals/v1";
const FILE: &str = "capacity-refusals.json";
/// How long a pool that refused is not asked again.
pub const KEPT_FOR: Span = Span::from_seconds(180);

/// Where EC2 has, or has not, room for a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// The account that asks.
    pub account: String,
    /// The type.
    pub instance_type: String,
    /// The region.
    pub region: String,
    /// The zone; none where EC2 was to choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How it is bought.
    pub market: Market,
}

impl Pool {
    /// The pool of a candidate; a reservation is none, since its room is its own.
    #[must_use]
    pub fn of(candidate: &Candidate, account: &str) -> Option<Self> {
        candidate.reservation.is_none().then(|| Self {
            account: account.to_owned(),
            instance_type: candidate.instance_type.clone(),
            region: candidate.region.clone(),
            zone: candidate.zone.clone(),
            market: candidate.market,
        })
    }
}

/// A pool that had no room, and when it said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecentRefusal {
    /// The pool.
    pub pool: Pool,
    /// When it refused.
    pub at: jiff::Timestamp,
}

impl RecentRefusal {
    /// Until when it is not asked again.
    #[must_use]
    pub fn until(&self) -> jiff::Timestamp {
        KEPT_FOR.after(self.at).unwrap_or(self.at)
    }

    /// One from the future was written under another clock.
    fn holds(&self, now: jiff::Timestamp) -> bool {
        self.at <= now && now < self.until()
    }
}

/// The memory could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not what was written.
    #[error("{} was damaged and has been dropped", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It can't be written as JSON.
    #[error("the refusals cannot be written down")]
    Unwritable(#[from] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
struct Kept {
    schema: String,
    refusals: Vec<RecentRefusal>,
}

/// The memory of one user.
#[derive(Debug, Clone)]
pub struct RefusalMemory {
    path: PathBuf,
}

impl RefusalMemory {
    /// The memory below a cache directory.
    #[must_use]
    pub fn in_cache_directory(directory: &Path) -> Self {
        Self { path: directory.join(FILE) }
    }

    /// The pools that are not to be asked now.
    ///
    /// # Errors
    /// Where the file can't be read or is damaged; it is gone then.
    pub fn read(&self, now: jiff::Timestamp) -> Result<Vec<RecentRefusal>, MemoryError> {
        let Some(content) = files::read_if_there(&self.path)? else { return Ok(Vec::new()) };
        let kept = serde_json::from_slice::<Kept>(&content).ok().filter(|kept| kept.schema == SCHEMA);
        let Some(kept) = kept else {
            files::remove_if_there(&self.path)?;
            return Err(MemoryError::Damaged { path: self.path.clone() });
        };
        Ok(kept.refusals.into_iter().filter(|refusal| refusal.holds(now)).collect())
    }

    /// Remembers that a pool has just refused; what is too old goes.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn remember(&self, pool: Pool, now: jiff::Timestamp) -> Result<(), MemoryError> {
        // A damaged file was said to be so when it was read before the launch.
        let mut refusals = self.read(now).unwrap_or_default();
        refusals.retain(|refusal| refusal.pool != pool);
        refusals.push(RecentRefusal { pool, at: now });
        let kept = Kept { schema: SCHEMA.to_owned(), refusals };
        Ok(files::replace(&self.path, &serde_json::to_vec(&kept)?, Access::Private)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(zone: Option<&str>) -> Pool {
        Pool {
            account: "123456789012".to_owned(),
            instance_type: "g6.xlarge".to_owned(),
            region: "us-east-1".to_owned(),
            zone: zone.map(str::to_owned),
            market: Market::Spot,
        }
    }

    fn at(text: &str) -> jiff::Timestamp {
        format!("2026-11-22T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_refusal_is_remembered_for_three_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let memory = RefusalMemory::in_cache_directory(folder.path());
        let pools = |now: &str| -> Vec<Pool> {
            memory.read(at(now)).unwrap().into_iter().map(|refusal| refusal.pool).collect()
        };
        assert!(pools("10:00:00").is_empty());
        memory.remember(pool(None), at("10:00:00")).unwrap();
        memory.remember(pool(Some("use1-az1")), at("10:02:00")).unwrap();
        assert_eq!(pools("10:02:59"), [pool(None), pool(Some("use1-az1"))]);
        assert_eq!(pools("10:03:00"), [pool(Some("use1-az1"))]);
        assert!(pools("09:59:59").is_empty(), "from the future");
        memory.remember(pool(Some("use1-az1")), at("10:04:00")).unwrap();
        assert_eq!(pools("10:06:59"), [pool(Some("use1-az1"))], "the last refusal counts");
    }

    #[test]
    fn a_damaged_memory_is_dropped_and_said_so_once() {
        let folder = tempfile::tempdir().unwrap();
        let memory = RefusalMemory::in_cache_directory(folder.path());
        std::fs::write(folder.path().join(FILE), "{\"refusals\": [").unwrap();
        let error = memory.read(at("10:00:00")).unwrap_err();
        assert!(error.to_string().ends_with("was damaged and has been dropped"), "{error}");
        assert!(memory.read(at("10:00:00")).unwrap().is_empty());
    }
}
