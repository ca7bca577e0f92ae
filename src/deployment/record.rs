//! What is known of a deployment besides its machines: one object in the home bucket, written before anything is made.
//!
//! How many machines there are is what EC2 says, never what is written here.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::home::{EVERY_DEPLOYMENT, record_key, recorded};
use crate::aws::s3::{Bucket, Mark, Only};
use crate::aws::{AwsError, ErrorKind};

const SCHEMA: &str = "cloudkit.deployment-record/v1";

/// A deployment as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    schema: String,
    /// What it is called.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who created it.
    pub owner: String,
    /// How many machines were wanted.
    pub count: u32,
    /// When they end; nothing where they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// The SHA-256 of its bundle.
    pub bundle: String,
    /// The bundles that it had before, the last one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_bundles: Vec<String>,
    /// Every launch that was begun for it: what they have made carries their ids.
    pub launches: Vec<LaunchRecord>,
}

/// A launch of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchRecord {
    /// Its id.
    pub launch: String,
    /// Where.
    pub region: String,
    /// How many machines it was to make.
    pub count: u32,
}

/// A record as it lies in the bucket.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What it says; nothing where that can't be read.
    pub record: Option<Record>,
    mark: Mark,
}

/// A record that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// There is a deployment of this name.
    #[error("there is a deployment {name} already")]
    AlreadyThere {
        /// The name.
        name: String,
    },
    /// Somebody else has written to it, in spite of the lock.
    #[error("the record of {name} was changed by somebody else")]
    Changed {
        /// The name.
        name: String,
    },
    /// It could not be written.
    #[error("cannot write the record of {name}")]
    Aws {
        /// The name.
        name: String,
        /// Why not.
        source: AwsError,
    },
}

impl Record {
    /// A deployment of which nothing is made yet.
    #[must_use]
    pub fn new(
        name: &str,
        owner: &str,
        created_at: Timestamp,
        count: u32,
        ends_at: Option<Timestamp>,
        bundle: &str,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            name: name.to_owned(),
            created_at,
            owner: owner.to_owned(),
            count,
            ends_at,
            bundle: bundle.to_owned(),
            former_bundles: Vec::new(),
            launches: Vec::new(),
        }
    }

    /// The regions that it was launched in, each once.
    #[must_use]
    pub fn regions(&self) -> Vec<&str> {
        let mut regions: Vec<&str> = self.launches.iter().map(|launch| launch.region.as_str()).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    fn content(&self) -> Vec<u8> {
        // A handful of texts can always be written.
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    /// Writes it where there is none yet, or in the place of the one that was written before.
    ///
    /// # Errors
    /// Where somebody else has written, or the bucket can't be written.
    pub async fn write(&self, bucket: &Bucket, before: Option<&Stored>) -> Result<Stored, RecordError> {
        let key = record_key(&self.name);
        let only = before.map_or(Only::IfNew, |before| Only::If(&before.mark));
        let name = || self.name.clone();
        let failed = |source| RecordError::Aws { name: name(), source };
        match bucket.write(&key, self.content(), only).await {
            Ok(mark) => Ok(Stored { record: Some(self.clone()), mark }),
            Err(error) if error.kind == ErrorKind::Changed => {
                // The answer to our own writing may have been lost.
                let there = read(bucket, &self.name).await.map_err(failed)?;
                match there.filter(|there| there.record.as_ref() == Some(self)) {
                    Some(own) => Ok(own),
                    None if before.is_none() => Err(RecordError::AlreadyThere { name: name() }),
                    None => Err(RecordError::Changed { name: name() }),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// The record of a deployment, if there is one.
///
/// # Errors
/// Where the bucket can't be read.
pub async fn read(bucket: &Bucket, name: &str) -> Result<Option<Stored>, AwsError> {
    let document = bucket.read(&record_key(name)).await?;
    Ok(document.map(|there| Stored { record: serde_json::from_slice(&there.content).ok(), mark: there.mark }))
}

/// The names of all deployments that have a record.
///
/// # Errors
/// Where the bucket can't be read.
pub async fn names(bucket: &Bucket) -> Result<Vec<String>, AwsError> {
    let keys = bucket.keys_under(EVERY_DEPLOYMENT).await?;
    Ok(keys.iter().filter_map(|key| recorded(key)).map(str::to_owned).collect())
}
