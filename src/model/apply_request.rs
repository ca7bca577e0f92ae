//! What a machine is told to set up: which bundle, and where it and the objects that it names are fetched from.
//!
//! Its URLs are presigned, so it is a secret for as long as they are valid. Who fetches, and when, is not known here.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A bundle to fetch and apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplyRequest {
    /// The SHA-256 of the bundle in lower-case hexadecimal digits.
    pub sha256: String,
    /// The places that have it, the best first.
    pub bundle: Vec<Place>,
    /// Where the objects of its tarballs are, by `s3://BUCKET/KEY`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<String, Place>,
    /// The path of the deployment's secrets in the Parameter Store, where it has some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<String>,
}

/// Where something is fetched from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The URL; where it is presigned, a secret for as long as it is valid.
    pub url: String,
    /// The headers that were signed with it, which have to be sent, as name and value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for Place {
    /// Without the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("headers", &self.headers).finish_non_exhaustive()
    }
}
