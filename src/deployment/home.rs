//! Where what is known of deployments is kept: the account's bucket in one region, the same for everybody.
//!
//! Machines fetch their bundles from the buckets of their own regions.

use crate::aws::Session;
use crate::aws::s3::Bucket;
use crate::model::RegionName;
use crate::provision::plan::bucket_name;
pub use crate::provision::wish::deployment::EVERY_DEPLOYMENT;
use crate::provision::wish::deployment::{BUNDLE_SUFFIX, prefix};

const RECORD: &str = "record.json";
const LOCK: &str = "lock.json";

/// An account, and the region where it keeps what it knows of its deployments.
#[derive(Debug, Clone)]
pub struct Home {
    /// The way to AWS.
    pub session: Session,
    /// The account.
    pub account: String,
    /// The region.
    pub region: RegionName,
}

impl Home {
    /// The bucket that holds records and locks.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        self.bucket_of(&self.region)
    }

    /// The account's bucket of a region, which holds bundles.
    #[must_use]
    pub fn bucket_of(&self, region: &RegionName) -> Bucket {
        self.session.bucket(region, bucket_name(&self.account, region.as_str()), &self.account)
    }
}

/// The name of the record of a deployment.
#[must_use]
pub fn record_key(name: &str) -> String {
    format!("{}{RECORD}", prefix(name))
}

/// The name of the lock of a deployment.
#[must_use]
pub fn lock_key(name: &str) -> String {
    format!("{}{LOCK}", prefix(name))
}

/// The deployment whose record has this name.
#[must_use]
pub fn recorded(key: &str) -> Option<&str> {
    key.strip_prefix(EVERY_DEPLOYMENT)?.strip_suffix(RECORD)?.strip_suffix('/')
}

/// Whether this is the name of a bundle.
#[must_use]
pub fn is_bundle(key: &str) -> bool {
    bundle_at(key).is_some()
}

/// The SHA-256 of the bundle that has this name.
#[must_use]
pub fn bundle_at(key: &str) -> Option<&str> {
    let (_, sha256) = key.strip_prefix(EVERY_DEPLOYMENT)?.strip_suffix(BUNDLE_SUFFIX)?.rsplit_once('/')?;
    Some(sha256)
}
