//! Answers about quotas, kept for five minutes: a file an account and region below the cache directory.
//!
//! A file that is damaged, or of another account or version, is dropped and said so, never trusted.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::quotas::{Origin, QuotaRow, RegionQuotas};
use crate::model::{RegionName, Span};
use crate::platform::files::{self, Access, FileError};

const SCHEMA: &str = "cloudkit.quota-cache/v1";
/// How long an answer is used.
const KEPT_FOR: Span = Span::from_seconds(5 * 60);

/// What is kept of one account.
#[derive(Debug)]
pub struct QuotaCache {
    folder: Option<PathBuf>,
    account: String,
    part: Part,
}

/// How much of a region's answer is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// All quotas.
    Whole,
    /// Those that a launch last asked for.
    OfLaunch,
}

/// An answer that could not be read back or kept.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The file can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not what was written.
    #[error("{} was damaged and has been dropped", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The answer can't be written as JSON.
    #[error("the quotas cannot be written down")]
    Unwritable(#[from] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
struct Kept<'k> {
    schema: String,
    account: String,
    region: RegionName,
    asked_at: jiff::Timestamp,
    rows: std::borrow::Cow<'k, [QuotaRow]>,
    uncounted: std::borrow::Cow<'k, [String]>,
}

impl QuotaCache {
    /// The cache of an account below a cache directory; without one nothing is kept.
    #[must_use]
    pub fn of_account(directory: Option<&Path>, account: &str) -> Self {
        // The account becomes part of a file's name.
        let is_account = !account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit());
        let folder = directory.filter(|_| is_account).map(Path::to_owned);
        Self { folder, account: account.to_owned(), part: Part::Whole }
    }

    /// Where the few quotas are kept that launches have asked for.
    #[must_use]
    pub fn of_launches(&self) -> Self {
        Self { folder: self.folder.clone(), account: self.account.clone(), part: Part::OfLaunch }
    }

    fn path(&self, region: &RegionName) -> Option<PathBuf> {
        let what = match self.part {
            Part::Whole => "quotas",
            Part::OfLaunch => "launch-quotas",
        };
        Some(self.folder.as_ref()?.join(format!("{what}-{}-{region}.json", self.account)))
    }

    /// The answer of a region, where it is recent.
    ///
    /// # Errors
    /// Where the file can't be read or is damaged.
    pub fn read(
        &self,
        region: &RegionName,
        now: jiff::Timestamp,
    ) -> Result<Option<RegionQuotas>, CacheError> {
        let Some(path) = self.path(region) else { return Ok(None) };
        let Some(content) = files::read_if_there(&path)? else { return Ok(None) };
        let kept = serde_json::from_slice::<Kept<'_>>(&content).ok().filter(|kept| self.is_of(kept, region));
        let Some(kept) = kept else {
            self.forget(region);
            return Err(CacheError::Damaged { path });
        };
        // One from the future was written under another clock.
        let age = now.duration_since(kept.asked_at);
        let is_recent = !age.is_negative() && age.unsigned_abs() < KEPT_FOR.to_duration();
        Ok(is_recent.then(|| RegionQuotas {
            asked_at: kept.asked_at,
            rows: kept.rows.into_owned(),
            uncounted: kept.uncounted.into_owned(),
            lacks: Vec::new(),
            origin: Origin::Kept,
        }))
    }

    fn is_of(&self, kept: &Kept<'_>, region: &RegionName) -> bool {
        kept.schema == SCHEMA && kept.account == self.account && kept.region == *region
    }

    /// Keeps an answer.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, region: &RegionName, found: &RegionQuotas) -> Result<(), CacheError> {
        let Some(path) = self.path(region) else { return Ok(()) };
        let kept = Kept {
            schema: SCHEMA.to_owned(),
            account: self.account.clone(),
            region: region.clone(),
            asked_at: found.asked_at,
            rows: (&found.rows).into(),
            uncounted: (&found.uncounted).into(),
        };
        Ok(files::replace(&path, &serde_json::to_vec(&kept)?, Access::Private)?)
    }

    /// Drops what is kept of a region.
    pub fn forget(&self, region: &RegionName) {
        if let Some(path) = self.path(region) {
            // Where it can't be removed, it is overwritten by the next answer or too old soon.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region() -> RegionName {
        "us-east-1".parse().unwrap()
    }

    fn found(asked_at: jiff::Timestamp) -> RegionQuotas {
        let (rows, lacks) = (Vec::new(), Vec::new());
        RegionQuotas {
            asked_at,
            rows,
            uncounted: vec!["m99.large".to_owned()],
            lacks,
            origin: Origin::Asked(None),
        }
    }

    #[test]
    fn an_answer_is_kept_for_five_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = QuotaCache::of_account(Some(folder.path()), "123456789012");
        let asked_at: jiff::Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let at = |text: &str| cache.read(&region(), text.parse().unwrap()).unwrap();
        assert!(at("2026-11-22T10:00:00Z").is_none());
        cache.write(&region(), &found(asked_at)).unwrap();
        let kept = at("2026-11-22T10:04:59Z").unwrap();
        assert_eq!((kept.asked_at, kept.uncounted), (asked_at, vec!["m99.large".to_owned()]));
        assert!(at("2026-11-22T10:05:00Z").is_none());
        assert!(at("2026-11-22T09:59:59Z").is_none());
        cache.forget(&region());
        assert!(at("2026-11-22T10:00:01Z").is_none());
    }

    #[test]
    fn accounts_and_regions_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let cache = |account: &str| QuotaCache::of_account(Some(folder.path()), account);
        let now: jiff::Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        cache("123456789012").write(&region(), &found(now)).unwrap();
        assert!(cache("210987654321").read(&region(), now).unwrap().is_none());
        assert!(cache("123456789012").read(&"us-west-2".parse().unwrap(), now).unwrap().is_none());
        let mine = folder.path().join("quotas-123456789012-us-east-1.json");
        std::fs::rename(mine, folder.path().join("quotas-210987654321-us-east-1.json")).unwrap();
        cache("210987654321").read(&region(), now).unwrap_err();
        assert!(cache("../up").path(&region()).is_none());
    }

    #[test]
    fn a_damaged_answer_is_dropped_and_said_so_once() {
        let folder = tempfile::tempdir().unwrap();
        let cache = QuotaCache::of_account(Some(folder.path()), "123456789012");
        let now: jiff::Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        std::fs::write(folder.path().join("quotas-123456789012-us-east-1.json"), "{\"rows\": [").unwrap();
        let error = cache.read(&region(), now).unwrap_err();
        assert!(error.to_string().ends_with("was damaged and has been dropped"), "{error}");
        assert!(cache.read(&region(), now).unwrap().is_none());
    }
}
