//! How what the user adds gets to the machine: in the user data, or through the account's bucket.
//!
//! Values of the environment always go through the bucket, since everybody on the machine can read user data. The rest
//! goes there when it does not fit. Nothing is uploaded or signed here.

use std::fmt;

use sha2::{Digest, Sha256};

use super::user_data::{self, LIMIT};
use super::{Boot, DownloadSource, RenderError, parts, user_files};

/// What a presigned URL can come to: that of a single sign-on holds a session token of well over a thousand characters.
const LONGEST_URL: usize = 2500;

/// How much of that is in no other URL of the same machine: the place, the key and the signature. The session token is the
/// same in all of them, since one session signs them, and so is compressed after the first.
const OWN_OF_URL: usize = 500;

/// What may still be added to the user data between the plan and the request.
const SLACK: usize = 512;

/// What of the user's own the machine fetches, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Delivery {
    /// Nothing.
    #[default]
    UserData,
    /// The environment, when the network is there.
    Environment,
    /// The environment, scripts and commands, when the network is there.
    Jobs,
    /// All of it, by a boothook: cloud-config has to be there before cloud-init goes by it.
    Everything,
}

/// Where the machine fetches what the user adds, and how it knows that it is the right thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDownload {
    /// Where it is.
    pub source: DownloadSource,
    /// The SHA-256 of the object.
    pub sha256: String,
}

/// What is to be stored for the machine to fetch: a script that places files.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its content. Holds values of the environment.
    pub content: String,
    /// The SHA-256 of the content.
    pub sha256: String,
}

impl fmt::Debug for StoredObject {
    /// Without its content.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredObject({} bytes)", self.content.len())
    }
}

impl Boot {
    /// Finds the way that what the user adds can go; hands back what has to be stored for that. The same boot gives the
    /// same answer, and only the sizes of its other values bear on it.
    ///
    /// # Errors
    /// Where a value does not fit into its place, and where nothing is small enough.
    pub fn deliver(&mut self) -> Result<Option<StoredObject>, RenderError> {
        let with_secrets = !self.user.environment.is_empty();
        let mut ways = vec![if with_secrets { Delivery::Environment } else { Delivery::UserData }];
        if !self.user.jobs.is_empty() {
            ways.push(Delivery::Jobs);
        }
        if !self.user.parts.is_empty() {
            ways.push(Delivery::Everything);
        }
        let last = ways.len() - 1;
        for (at, way) in ways.into_iter().enumerate() {
            self.delivery = way;
            let stored = (way != Delivery::UserData).then(|| stored(self)).transpose()?;
            self.object = stored.as_ref().map(|stored| ObjectDownload {
                source: DownloadSource::planned(),
                sha256: stored.sha256.clone(),
            });
            let bytes = self.full_size()?;
            if bytes <= LIMIT - SLACK {
                return Ok(stored);
            }
            if at == last {
                return Err(RenderError::TooLarge { bytes: bytes + SLACK, limit: LIMIT });
            }
        }
        Ok(None)
    }

    /// The size of the user data with the longest URLs.
    fn full_size(&self) -> Result<usize, RenderError> {
        let mut full = self.clone();
        for (seed, url) in (1..).zip(full.urls_mut()) {
            *url = incompressible(seed, OWN_OF_URL) + &incompressible(0, LONGEST_URL - OWN_OF_URL);
        }
        user_data::size(&parts::of(&full)?)
    }
}

fn stored(boot: &Boot) -> Result<StoredObject, RenderError> {
    let content = user_files::object(boot)?;
    let sha256 = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(StoredObject { content, sha256 })
}

/// A text as hard to compress as a URL's.
fn incompressible(seed: u64, length: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut noise = seed;
    let mut digit = || {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(DIGITS.get((noise >> 58) as usize).copied().unwrap_or(b'A'))
    };
    (0..length).map(|_| digit()).collect()
}
