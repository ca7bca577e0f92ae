//! How a machine gets its agent: the places of its plan become addresses that it can fetch from.
//!
//! The URLs of buckets are signed here, which is no call, and go into the user data alone.

use std::time::Duration;

use super::plan::{PlannedAgent, Source};
use super::wish::deployment::NamedObject;
use crate::aws::{AwsError, Session};
use crate::cloudinit::{AgentDownload, DownloadSource};
use crate::model::RegionName;
use crate::model::apply_request::Place;

/// How long a machine has to fetch its agent, and what its user gave it.
pub(super) const URL_LASTS: Duration = Duration::from_secs(3600);

/// What the machine is told of its agent.
///
/// # Errors
/// Where the credentials can't sign.
pub(super) async fn download(
    session: &Session,
    account: &str,
    agent: &PlannedAgent,
) -> Result<AgentDownload, AwsError> {
    let mut sources = Vec::new();
    for source in &agent.sources {
        sources.push(match source {
            Source::Mirror { url } => DownloadSource { url: url.full().to_owned(), headers: Vec::new() },
            Source::Bucket { region, bucket } => {
                // What is remembered of regions is no more than a file of the cache.
                let Ok(region) = region.parse::<RegionName>() else { continue };
                let signed =
                    session.bucket(&region, bucket.clone(), account).presign(&agent.key, URL_LASTS).await?;
                DownloadSource { url: signed.url, headers: signed.headers }
            }
        });
    }
    Ok(AgentDownload { sources, sha256: agent.sha256.clone(), bytes: agent.bytes })
}

impl NamedObject {
    /// Where a machine fetches it without rights of its own, signed for the region of its bucket.
    ///
    /// # Errors
    /// Where there are no credentials to sign with.
    pub async fn place(&self, session: &Session, lasts: Duration) -> Result<Place, AwsError> {
        let signed = session.object(&self.region, &self.bucket, &self.key).presign(lasts).await?;
        Ok(Place { url: signed.url, headers: signed.headers })
    }
}
