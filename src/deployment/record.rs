//! What is known of a deployment besides its machines: one object in the home bucket, written before anything is made.
//!
//! How many machines there are is what EC2 says, never what is written here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::home::{EVERY_DEPLOYMENT, record_key, recorded};
use super::secrets::SecretsRecord;
use crate::aws::s3::{Bucket, Mark, Only};
use crate::aws::{AwsError, ErrorKind};
use crate::manifest::placement::Placement;
use crate::provision::wish::deployment::NamedObject;

const SCHEMA: &str = "cloudkit.deployment-record/v1";
/// How many former bundles are kept.
pub const FORMER_KEPT: usize = 5;

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
    /// The SHA-256 of its bundle: the one that its machines have, or are being changed to.
    pub bundle: String,
    /// Since when they are being changed to it; nothing once all that run have come to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changing_since: Option<Timestamp>,
    /// The bundles that it had before, the last one first: those that all its machines had come to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_bundles: Vec<String>,
    /// What machines fetch from other buckets for its bundle and each former one, by the SHA-256 of the bundle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<String, Vec<NamedObject>>,
    /// What of secrets its machines read from the Parameter Store; nothing where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<SecretsRecord>,
    /// What its `config.yaml` said when it was created, by which its machines are; nothing in records of before.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub placement: Value,
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

impl Stored {
    /// Whether nobody has written to it since.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.mark == other.mark
    }
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
    /// What a placement says otherwise than that by which the machines were made, by the keys of `config.yaml`. How many
    /// machines, and how secrets are encrypted, is not among it: that is told, or changed, by itself.
    #[must_use]
    pub fn differing_settings(&self, placement: &Placement) -> Vec<&'static str> {
        const SETTINGS: [(&str, &str); 11] = [
            ("ending", "ttl or keep"),
            ("regions", "regions, types or image"),
            ("spread", "spread"),
            ("market", "market, max_price or or_on_demand"),
            ("idle_timeout", "idle_timeout"),
            ("root_gib", "root_gib"),
            ("login_user", "user"),
            ("public_key", "public_key"),
            ("ports", "ports"),
            ("dedicated_network", "dedicated_network"),
            ("tags", "tags"),
        ];
        let now = serde_json::to_value(placement).unwrap_or_default();
        let is_other =
            |(field, _): &&(&str, &str)| !self.placement.is_null() && self.placement[*field] != now[*field];
        SETTINGS.iter().filter(is_other).map(|(_, key)| *key).collect()
    }

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
            changing_since: None,
            former_bundles: Vec::new(),
            objects: BTreeMap::new(),
            secrets: None,
            placement: Value::Null,
            launches: Vec::new(),
        }
    }

    /// The same on its way to a bundle. The one that it had is a former one from now on, unless not all machines had come to
    /// it: what never was everywhere is nothing to go back to.
    #[must_use]
    pub fn changing_to(&self, bundle: &str, now: Timestamp) -> Self {
        let mut next = self.clone();
        next.changing_since = Some(now);
        if self.bundle == bundle {
            return next;
        }
        if self.changing_since.is_none() {
            next.former_bundles.insert(0, self.bundle.clone());
        }
        next.former_bundles.retain(|former| former != bundle);
        next.former_bundles.truncate(FORMER_KEPT);
        next.bundle = bundle.to_owned();
        next
    }

    /// Says what machines fetch from other buckets for a bundle, and forgets that of bundles that are not kept.
    pub fn fetches(&mut self, bundle: &str, objects: &[NamedObject]) {
        if !objects.is_empty() {
            self.objects.insert(bundle.to_owned(), objects.to_vec());
        }
        let mut objects = std::mem::take(&mut self.objects);
        objects.retain(|bundle, _| self.keeps(bundle));
        self.objects = objects;
    }

    /// The same where not all machines have come to its bundle after all: what `create` made may never have been set up well.
    #[must_use]
    pub fn unsettled(&self, now: Timestamp) -> Self {
        Self { changing_since: self.changing_since.or(Some(now)), ..self.clone() }
    }

    /// The same once all machines that run have come to its bundle.
    #[must_use]
    pub fn settled(&self) -> Self {
        Self { changing_since: None, ..self.clone() }
    }

    /// Whether a bundle is its own or a former one, which can be gone back to.
    #[must_use]
    pub fn keeps(&self, bundle: &str) -> bool {
        self.bundle == bundle || self.former_bundles.iter().any(|former| former == bundle)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(bundle: &str, former: &[&str]) -> Record {
        let mut record = Record::new("web", "ada", Timestamp::UNIX_EPOCH, 1, None, bundle);
        record.former_bundles = former.iter().map(|&one| one.to_owned()).collect();
        record
    }

    fn changed(from: &Record, to: &str) -> Record {
        from.changing_to(to, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn only_what_was_everywhere_is_gone_back_to() {
        let b = changed(&at("a", &[]), "b");
        assert_eq!((b.bundle.as_str(), b.former_bundles.as_slice()), ("b", ["a".to_owned()].as_slice()));
        assert!(b.changing_since.is_some());
        assert_eq!(changed(&b, "b"), b, "the same once more");
        assert_eq!(changed(&b, "c").former_bundles, ["a"], "b never was everywhere");
        assert_eq!(changed(&b.settled(), "c").former_bundles, ["b", "a"]);
        assert_eq!(changed(&at("a", &[]).unsettled(Timestamp::UNIX_EPOCH), "b").former_bundles, [""; 0]);
        let back = changed(&b, "a");
        assert_eq!((back.bundle.as_str(), back.former_bundles.len()), ("a", 0));
        assert_eq!(changed(&b.settled(), "a").former_bundles, ["b"], "one can go forth again");
    }

    #[test]
    fn former_bundles_are_no_more_than_so_many() {
        let mut record = at("0", &[]);
        for number in 1..10 {
            record = changed(&record, &number.to_string()).settled();
        }
        assert_eq!(record.former_bundles, ["8", "7", "6", "5", "4"]);
        assert!(record.keeps("9") && record.keeps("4") && !record.keeps("3"));
    }
}
