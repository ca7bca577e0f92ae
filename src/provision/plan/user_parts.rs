//! What the user adds to a machine's start, as the plan shows and follows it.
//!
//! The plan shows names and sizes; no value of the environment and no content is ever in what it shows.

use serde::Serialize;

use super::{Step, source};
use crate::cloudinit::user::{JobKind, UserBoot};
use crate::cloudinit::{
    AgentDownload, Boot, Delivery, DownloadSource, PartKind, RenderError, StoredObject, URL_PLACEHOLDER,
};
use crate::model::agent::AgentConfiguration;
use crate::provision::wish::{AgentWish, Lifetime, Wish};
use crate::provision::world::key::KnownKey;

/// What the user adds, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedUser {
    /// The parts of user data, scripts and commands, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PlannedPart>,
    /// The names of the variables that scripts and commands find.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
    /// What is stored for the machine to fetch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<PlannedObject>,
}

/// A part of what the user adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedPart {
    /// What becomes of it: `cloud-config`, `script`, …
    pub kind: &'static str,
    /// Where it is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its size.
    pub bytes: usize,
    /// How it gets to the machine.
    pub carried_by: Carrier,
}

/// How something gets to the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// In its user data, which everybody on the machine can read.
    UserData,
    /// Through the account's private bucket.
    Bucket,
}

/// What is stored in the account's bucket for the machine to fetch once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedObject {
    /// The name that it is stored under.
    pub key: String,
    /// Its sha256, which travels in the user data.
    pub sha256: String,
    /// Its size.
    pub bytes: usize,
    /// A placeholder: the URL is signed just before the request and shown nowhere.
    pub url: &'static str,
    /// What it holds, values of the environment among it.
    #[serde(skip)]
    pub content: StoredObject,
}

/// The prefix under which such objects are stored, and after which the bucket drops them by itself.
pub const OBJECT_PREFIX: &str = "user/";

/// How what the user adds travels, and what has to be stored for that. The same wish and key give the same answer before
/// anything else is known, so that a bucket is looked for only where one is needed.
///
/// # Errors
/// Where it cannot get to a machine at all.
pub(in crate::provision) fn delivery(
    wish: &Wish,
    key: &KnownKey,
) -> Result<(Delivery, Option<StoredObject>), RenderError> {
    if wish.user.is_empty() {
        return Ok((Delivery::UserData, None));
    }
    // A boot as large as the real one.
    let now = jiff::Timestamp::UNIX_EPOCH;
    let deadline = (wish.lifetime != Lifetime::UntilEnded).then_some(jiff::Timestamp::UNIX_EPOCH);
    let mut boot = Boot {
        configuration: AgentConfiguration::for_machine(STAND_IN_LAUNCH, now, deadline),
        authorized_keys: key.line().map(str::to_owned).into_iter().collect(),
        agent: (wish.agent == AgentWish::Installed)
            .then(|| stand_in_agent(if wish.agent_url.is_some() { 1 } else { source::MOST })),
        user: wish.user.clone(),
        delivery: Delivery::UserData,
        object: None,
        apply: wish.deployment.as_ref().map(super::deployment::unsigned),
    };
    let stored = boot.deliver()?;
    Ok((boot.delivery, stored))
}

/// An agent from so many places, as it is told of where none is known yet.
#[must_use]
pub fn stand_in_agent(places: usize) -> AgentDownload {
    let place = DownloadSource::planned();
    AgentDownload { sources: vec![place; places], sha256: STAND_IN_DIGEST.to_owned(), bytes: 100_000_000 }
}

/// As long as a digest, and as hard to compress.
pub const STAND_IN_DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// As long as a launch's id.
const STAND_IN_LAUNCH: &str = "l-0000000000000000";

impl PlannedUser {
    pub(super) fn of(
        user: &UserBoot,
        delivery: Delivery,
        stored: Option<StoredObject>,
        launch: &str,
    ) -> Option<Self> {
        if user.is_empty() {
            return None;
        }
        let carrier = |by_bucket: bool| if by_bucket { Carrier::Bucket } else { Carrier::UserData };
        let parts = user.parts.iter().map(|part| PlannedPart {
            kind: label(part.kind),
            from: Some(part.origin.clone()),
            bytes: part.body.len(),
            carried_by: carrier(delivery == Delivery::Everything),
        });
        let jobs = user.jobs.iter().map(|job| PlannedPart {
            kind: match job.kind {
                JobKind::Script => "script",
                JobKind::Command => "command",
            },
            from: (job.kind == JobKind::Script).then(|| job.name.clone()),
            bytes: job.body.len(),
            carried_by: carrier(matches!(delivery, Delivery::Jobs | Delivery::Everything)),
        });
        let object = stored.map(|stored| PlannedObject {
            key: format!("{OBJECT_PREFIX}{launch}/{}", stored.sha256),
            sha256: stored.sha256.clone(),
            bytes: stored.content.len(),
            url: URL_PLACEHOLDER,
            content: stored,
        });
        Some(Self {
            parts: parts.chain(jobs).collect(),
            environment: user.environment.names().map(str::to_owned).collect(),
            object,
        })
    }

    /// The step that stores what the machine fetches.
    pub(super) fn step(&self, region: &str, bucket: &str) -> Option<Step> {
        let object = self.object.as_ref()?;
        Some(Step::UploadUserFiles {
            region: region.to_owned(),
            bucket: bucket.to_owned(),
            key: object.key.clone(),
            bytes: object.bytes as u64,
        })
    }
}

const fn label(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Boothook => "boothook",
        PartKind::CloudConfig => "cloud-config",
        PartKind::Script => "user-script",
        PartKind::Jinja => "template",
        PartKind::ScriptPerBoot => "script-per-boot",
        PartKind::ScriptPerInstance => "script-per-instance",
        PartKind::ScriptOnce => "script-once",
    }
}
