//! The deployment that machines belong to, and the bundle that sets them up.
//!
//! What is in the bundle is not known here.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::model::RegionName;
use crate::model::secrets_place::path_of;

/// What the names of everything begin with that is stored for deployments.
pub const EVERY_DEPLOYMENT: &str = "deployments/";
/// What the names of bundles end with.
pub const BUNDLE_SUFFIX: &str = ".tar.zst";

/// A deployment as its machines need to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentWish {
    /// Its name: the tag of all its machines, and what each of them is called.
    pub name: String,
    /// The SHA-256 of its bundle in lower-case hexadecimal digits.
    pub sha256: String,
    /// How large the bundle is.
    pub bytes: u64,
    /// Where it lies on this computer.
    pub file: PathBuf,
    /// What its machines fetch from buckets besides.
    pub objects: Vec<NamedObject>,
    /// Its secrets, where it has some.
    pub secrets: Option<SecretsWish>,
}

/// The secrets of a deployment, as the role of its machines needs to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretsWish {
    /// The key that encrypts them, by its id, alias/NAME or its ARN; the account's default key where none is named.
    pub key: Option<String>,
}

/// An object that machines fetch, and where its bucket is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedObject {
    /// Its bucket, of whichever account.
    pub bucket: String,
    /// Its name there.
    pub key: String,
    /// The region of the bucket.
    pub region: RegionName,
}

impl NamedObject {
    /// How the bundle names it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

impl DeploymentWish {
    /// The name of the bundle in the bucket of a region.
    #[must_use]
    pub fn key(&self) -> String {
        bundle_key(&self.name, &self.sha256)
    }

    /// The path of its secrets in the Parameter Store, where it has some.
    #[must_use]
    pub fn secrets_path(&self) -> Option<String> {
        self.secrets.as_ref().map(|_| path_of(&self.name))
    }
}

/// The name of a bundle of a deployment in the bucket of a region.
#[must_use]
pub fn bundle_key(name: &str, sha256: &str) -> String {
    format!("{}{sha256}{BUNDLE_SUFFIX}", prefix(name))
}

/// What the names of everything begin with that is stored for a deployment. It stays for as long as the deployment does.
#[must_use]
pub fn prefix(name: &str) -> String {
    format!("{EVERY_DEPLOYMENT}{name}/")
}

/// The deployment that something with this name is stored for.
#[must_use]
pub fn deployment_of(key: &str) -> Option<&str> {
    key.strip_prefix(EVERY_DEPLOYMENT)?.split_once('/').map(|(name, _)| name)
}

/// The deployments that things with these names are stored for, each once.
#[must_use]
pub fn deployments_of(keys: &[String]) -> BTreeSet<&str> {
    keys.iter().filter_map(|key| deployment_of(key)).collect()
}
