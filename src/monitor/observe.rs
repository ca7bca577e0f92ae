//! Takes the readings of a tick: the metadata service's, the system's.
//!
//! What can't be read is unknown and told as trouble; what follows is decided elsewhere.

use jiff::Timestamp;

use super::event::{Announcer, Event, Topic};
use super::readings::{Boot, Identity, Reading, Readings, TagError, deadline_in};
use crate::aws::metadata::{MetadataClient, MetadataError};
use crate::model::tag;

/// A deadline that could not be read off the machine's tags.
#[derive(Debug, thiserror::Error)]
enum DeadlineError {
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    #[error(transparent)]
    Tag(#[from] TagError),
}

/// What takes the readings.
#[derive(Debug)]
pub(super) struct Observer {
    metadata: MetadataClient,
    launched_at: Timestamp,
    identity: Option<Identity>,
}

impl Observer {
    pub(super) fn new(metadata: MetadataClient, launched_at: Timestamp) -> Self {
        Self { metadata, launched_at, identity: None }
    }

    /// Takes the readings; each question to the metadata service has its own limit. The caller knows when it planned to.
    pub(super) async fn observe(&mut self, announcer: &mut Announcer<impl FnMut(Event)>) -> Readings {
        let deadline = self.deadline_tag().await;
        let unreachable = matches!(deadline, Err(DeadlineError::Metadata(_)));
        let deadline_tag = reading(announcer.outcome(Topic::DeadlineTag, deadline));
        // A service that has just failed need not be waited for again.
        if self.identity.is_none() && !unreachable {
            let identity = identify(&mut self.metadata).await;
            self.identity = announcer.outcome(Topic::Identity, identity);
        }
        let identity = reading(self.identity.clone());
        Readings { deadline_tag, identity, boot: boot(), overdue: Reading::Unknown }
    }

    async fn deadline_tag(&mut self) -> Result<Option<Timestamp>, DeadlineError> {
        for key in [tag::DEADLINE, tag::OLDER_DEADLINE] {
            if let Some(value) = self.metadata.tag(key).await? {
                return Ok(Some(deadline_in(key, &value, self.launched_at)?));
            }
        }
        Ok(None)
    }
}

async fn identify(metadata: &mut MetadataClient) -> Result<Identity, MetadataError> {
    Ok(Identity { instance_id: metadata.instance_id().await?, region: metadata.region().await? })
}

fn reading<T>(value: Option<T>) -> Reading<T> {
    value.map_or(Reading::Unknown, Reading::Known)
}

#[cfg(target_os = "linux")]
fn boot() -> Reading<Boot> {
    use procfs::Current;
    let id = procfs::sys::kernel::random::boot_id();
    let uptime = procfs::Uptime::current().map(|uptime| uptime.uptime_duration());
    match (id, uptime) {
        (Ok(id), Ok(uptime)) => {
            Reading::Known(Boot { id, uptime: crate::model::Span::from_seconds(uptime.as_secs()) })
        }
        _ => Reading::Unknown,
    }
}

#[cfg(not(target_os = "linux"))]
fn boot() -> Reading<Boot> {
    Reading::Unknown
}
