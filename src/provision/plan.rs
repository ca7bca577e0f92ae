//! The plan: which machines would do, in which order, at what cost, and every step it takes to have one.
//!
//! A pure function: the same wish, world, catalog and seed give the same plan. It holds no URL and no secret, so it can be
//! shown as it is.

#[cfg(test)]
mod delivery_tests;
mod deployment;
pub mod ending;
mod error;
pub mod fleet;
mod hibernation;
pub(super) mod image;
mod image_check;
pub mod network;
mod planner;
mod possible;
mod recent;
mod refused;
mod reserved;
pub mod source;
mod tags;
#[cfg(test)]
pub(super) mod tests;
mod user_parts;
mod volumes;
pub mod without_account;

use std::path::PathBuf;

use ending::PlannedEnding;
use serde::Serialize;

use super::cost::Cost;
use super::image::ImageKind;
use super::permissions::document::PolicyDocument;
use super::preflight;
use super::wish::count::{Count, name_of};
use super::wish::{Lifetime, Wish};
use super::world::World;
use super::world::key::KnownKey;
use crate::catalog::Catalog;
use crate::cloudinit::user::UserBoot;
use crate::cloudinit::{self, Boot, Delivery, DownloadSource, ObjectDownload};
use crate::model::agent::AgentConfiguration;
use crate::model::tag::Tag;
use crate::model::{Market, Mebibytes, Money, OpenPort, Span};
pub use deployment::PlannedDeployment;
pub use error::PlanError;
pub use fleet::Several;
use network::{NetworkStep, PlannedInterface};
use planner::Planner;
pub use possible::possible;
#[cfg(feature = "aws")]
pub(super) use refused::reasons;
pub use refused::{Refused, lines as refused_lines};
pub use source::{PlannedAgent, Source};
pub use tags::helper_tags;
#[cfg(feature = "aws")]
pub(in crate::provision) use tags::network_tags;
use tags::tags;
pub(super) use user_parts::delivery;
pub use user_parts::{
    Carrier, OBJECT_PREFIX, PlannedObject, PlannedPart, PlannedUser, STAND_IN_DIGEST, stand_in_agent,
};

pub use volumes::{PlannedVolume, VolumeRole};

/// The value of a plan's `schema` field.
pub const SCHEMA: &str = "cloudkit.launch-plan/v1";

/// What is going to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The id of this launch, on everything that it makes.
    pub launch: String,
    /// What the machine is called, and each of several that were given no names.
    pub name: String,
    /// How many machines are launched, where it is not one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub several: Option<Several>,
    /// In which account.
    pub account: String,
    /// When the plan was made.
    pub planned_at: jiff::Timestamp,
    /// When the machine ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<jiff::Timestamp>,
    /// How long that is, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_seconds: Option<u64>,
    /// How it ends, besides.
    pub ending: PlannedEnding,
    /// Who may reach its SSH port.
    pub ssh_from: String,
    /// The port of its SSH server.
    pub ssh_port: u16,
    /// What the user adds to the machine's start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<PlannedUser>,
    /// The deployment that the machines are of, and the bundle that sets them up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<PlannedDeployment>,
    /// The market that was wished first; a machine of another one is told from it at the end.
    pub market_asked: Market,
    /// The SSH key that is let in.
    pub key: PlannedKey,
    /// The machines that would do; the first that AWS can give is launched. Several that are asked for together are EC2's to
    /// choose from.
    pub candidates: Vec<Candidate>,
    /// What was wished and can't be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// What a person should know before saying yes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The tags of the machine, its volume and its network interface.
    pub tags: Vec<Tag>,
    /// What the machine is told at its boot; the URL of its agent is signed later.
    #[serde(skip)]
    pub boot: Boot,
}

/// One machine that would do, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The type.
    pub instance_type: String,
    /// Where.
    pub region: String,
    /// In which zone; absent where EC2 chooses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How it is bought.
    pub market: Market,
    /// The most that a spot machine may cost an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_price_usd_hour: Option<Money>,
    /// The reservation or capacity block to launch into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation: Option<String>,
    /// When EC2 ends it at the latest, whatever its deadline: half an hour before its capacity block ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_by: Option<jiff::Timestamp>,
    /// Virtual processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<u32>,
    /// Memory in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<Mebibytes>,
    /// What it starts from.
    pub image: PlannedImage,
    /// The binary that becomes its agent; absent where it gets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<PlannedAgent>,
    /// Its volumes, the root volume first.
    pub volumes: Vec<PlannedVolume>,
    /// Its network interface; absent where EC2 makes one in the default network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<PlannedInterface>,
    /// The ids of the security groups that were named; empty where one is made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// The key pair that is let in, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_pair: Option<PlannedKeyPair>,
    /// What it costs.
    pub cost: Cost,
    /// The idempotency token of its request.
    pub client_token: String,
    /// The token of the fleet request that it goes into as one of several pools, in the place of one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet: Option<String>,
    /// What is made before it is asked for, in order; what an earlier candidate made already is not made again.
    pub preparation: Vec<Step>,
}

/// The image of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedImage {
    /// `ami-…`.
    pub id: String,
    /// The name its owner gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that it goes by; absent for one that was named by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ImageKind>,
    /// What it is, in words; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Why it is this one.
    pub because: String,
    /// What somebody who launches it should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The user that the key is for; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_user: Option<String>,
    /// The device of its root volume.
    pub root_device: String,
    /// The size of its root volume in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_gib: Option<u32>,
}

/// The SSH key that is let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum PlannedKey {
    /// A file of the caller's.
    File {
        /// The private half.
        identity_file: PathBuf,
    },
    /// The caller's SSH agent.
    Agent {
        /// What the key is called there.
        comment: String,
    },
    /// It is made when the launch goes ahead, and stays.
    New {
        /// Where the private half goes.
        identity_file: PathBuf,
    },
    /// A key pair of EC2; each candidate has it.
    KeyPair {
        /// Its name.
        name: String,
    },
}

/// The key pair that is let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedKeyPair {
    /// Its name at EC2.
    pub name: String,
    /// The caller's file with its private half, where that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_file: Option<PathBuf>,
}

/// A thing that is made in the account before the machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Makes the machine's role, with its policy.
    MakeRole {
        /// Its name.
        role: String,
        /// Who may take it, in IAM's JSON.
        #[serde(skip)]
        trust: String,
        /// What it allows.
        policy: PolicyDocument,
    },
    /// Makes the instance profile that gives the machine its role.
    MakeProfile {
        /// Its name.
        profile: String,
        /// The role that it holds.
        role: String,
    },
    /// Makes the account's bucket of the region.
    MakeBucket {
        /// Where.
        region: String,
        /// Its name.
        bucket: String,
    },
    /// Uploads the agent's binary.
    UploadAgent {
        /// Where.
        region: String,
        /// Into which bucket.
        bucket: String,
        /// Under which name.
        key: String,
        /// How many bytes.
        bytes: u64,
        /// What they come to.
        sha256: String,
        /// Which file.
        file: PathBuf,
    },
    /// Uploads the bundle of the deployment.
    UploadBundle {
        /// Where.
        region: String,
        /// Into which bucket.
        bucket: String,
        /// Under which name.
        key: String,
        /// How many bytes.
        bytes: u64,
        /// Which file.
        #[serde(skip)]
        file: PathBuf,
    },
    /// Uploads what the user adds to the machine's start and user data does not hold.
    UploadUserFiles {
        /// Where.
        region: String,
        /// Into which bucket.
        bucket: String,
        /// Under which name.
        key: String,
        /// How many bytes.
        bytes: u64,
    },
    /// Makes the security group.
    MakeGroup {
        /// Where.
        region: String,
        /// Its name.
        group: String,
        /// In which network.
        network: String,
        /// The port that it opens.
        port: u16,
        /// To whom.
        admits: String,
        /// What it opens besides.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        opens: Vec<OpenPort>,
    },
    /// Makes what the machines of a fleet start from; it is removed as soon as they are there.
    MakeLaunchTemplate {
        /// Where.
        region: String,
        /// Its name.
        template: String,
    },
    /// Makes a part of the region's network.
    #[serde(untagged)]
    Network(NetworkStep),
}

/// Plans a launch.
///
/// # Errors
/// Where none of the machines that were wished can be.
pub fn plan(wish: &Wish, world: &World, catalog: &Catalog<'_>, seed: u32) -> Result<Plan, PlanError> {
    let launch = launch_id(world.now, seed);
    // Whole seconds, since that is what a tag and a timer can keep.
    let now = jiff::Timestamp::from_second(world.now.as_second()).unwrap_or(world.now);
    let deadline = deadline(wish.lifetime, now)?;
    let lifetime = deadline.map(|deadline| Span::between(now, deadline));
    let ending = ending::planned(wish, world, &launch)?;
    let (delivery, stored) = delivery(wish, &world.key)?;
    let user = PlannedUser::of(&wish.user, delivery, stored, &launch);
    let planner = Planner { wish, world, catalog, launch: &launch, lifetime, user: user.as_ref() };
    let (candidates, mut refused) = planner.candidates();
    if candidates.is_empty() {
        return Err(PlanError::NothingLeft { refused });
    }
    let mut notes = planner.price_notes(&candidates);
    notes.extend(network::notes(wish, planner.demand(), world, &candidates));
    let (candidates, failing) = preflight::set_aside(candidates, world, wish.count);
    refused.extend(failing);
    if candidates.is_empty() {
        return Err(PlanError::CertainToFail { refused });
    }
    notes.extend(preflight::spot_role_note(&candidates, world));
    let (mut candidates, recently) = recent::set_aside(candidates, world, &mut notes);
    refused.extend(recently);
    let deadline = reserved::deadline(deadline, &candidates, &mut notes);
    let lifetime = deadline.map(|at| Span::between(now, at));
    for candidate in &mut candidates {
        candidate.cost = Cost::of(std::mem::take(&mut candidate.cost.parts), lifetime);
    }
    let candidates = fleet::put_together(candidates, wish.count, wish.ending.cost_limit, &launch);
    let agent = candidates.first().and_then(|first| first.agent.as_ref());
    let mut boot = Boot {
        user: wish.user.clone(),
        delivery,
        object: user.as_ref().and_then(|user| user.object.as_ref()).map(|object| ObjectDownload {
            source: DownloadSource::planned(),
            sha256: object.sha256.clone(),
        }),
        apply: wish.deployment.as_ref().map(deployment::unsigned),
        ..boot(world, agent, &launch, now, deadline)
    };
    ending.configure(&mut boot);
    cloudinit::render(&boot)?;
    let own_names = wish.name.as_deref().filter(|_| wish.deployment.is_none());
    let several = Several::of(wish.count, own_names);
    // Several machines get their own names when they are there; a request has one for all of them.
    let name = match (&wish.deployment, &wish.name) {
        // Machines of a deployment are all alike, and a call to name each would be one too many.
        (Some(deployment), _) => deployment.name.clone(),
        (None, Some(name)) if several.is_none() => name_of(name, 1, wish.count),
        _ => launch.clone(),
    };
    Ok(Plan {
        schema: SCHEMA,
        tags: tags(world, &launch, &name, deadline)
            .into_iter()
            .chain(ending.tags())
            .chain(wish.deployment.as_ref().map(tags::of_deployment))
            .chain(wish.tags.iter().cloned())
            .collect(),
        name,
        several,
        account: world.caller.account.clone(),
        planned_at: now,
        deadline,
        lifetime_seconds: lifetime.map(Span::seconds),
        ending,
        ssh_from: world.ssh_from.to_string(),
        ssh_port: wish.ssh_port,
        key: planned_key(wish, &world.key),
        user,
        deployment: wish.deployment.as_ref().map(PlannedDeployment::of),
        market_asked: wish.candidates.first().map(|machine| machine.market).unwrap_or_default(),
        candidates,
        refused,
        notes,
        boot,
        launch,
    })
}

impl Plan {
    /// How many machines are launched.
    #[must_use]
    pub fn count(&self) -> Count {
        let several = self.several.as_ref();
        several.map_or_else(Count::default, |all| Count { wanted: all.count, least: all.min_count })
    }
}

/// When the machine ends; to the second, as a tag has it.
fn deadline(lifetime: Lifetime, now: jiff::Timestamp) -> Result<Option<jiff::Timestamp>, PlanError> {
    match lifetime {
        Lifetime::For(span) => span.after(now).ok_or(PlanError::BeyondTime(span)).map(Some),
        Lifetime::Until(at) if at <= now => Err(PlanError::Past { at, now }),
        Lifetime::Until(at) => Ok(Some(jiff::Timestamp::from_second(at.as_second()).unwrap_or(at))),
        Lifetime::UntilEnded => Ok(None),
    }
}

/// What the machine of the first candidate is told; of another one the agent differs.
fn boot(
    world: &World,
    agent: Option<&PlannedAgent>,
    launch: &str,
    now: jiff::Timestamp,
    deadline: Option<jiff::Timestamp>,
) -> Boot {
    Boot {
        configuration: AgentConfiguration::for_machine(launch, now, deadline),
        authorized_keys: world.key.line().map(str::to_owned).into_iter().collect(),
        agent: agent.map(PlannedAgent::without_urls),
        user: UserBoot::default(),
        delivery: Delivery::default(),
        object: None,
        apply: None,
    }
}

fn planned_key(wish: &Wish, key: &KnownKey) -> PlannedKey {
    match key {
        KnownKey::File { identity, .. } => PlannedKey::File { identity_file: identity.clone() },
        KnownKey::New { identity, .. } => PlannedKey::New { identity_file: identity.clone() },
        KnownKey::Agent { line } => PlannedKey::Agent {
            comment: line.splitn(3, ' ').nth(2).unwrap_or("a key without a name").to_owned(),
        },
        KnownKey::Pair { .. } => PlannedKey::KeyPair { name: wish.key_pair.clone().unwrap_or_default() },
    }
}

/// The id of a launch: when it was planned, so that its age can be told from a tag, and the seed.
#[must_use]
pub fn launch_id(now: jiff::Timestamp, seed: u32) -> String {
    format!("l-{:08x}{seed:08x}", now.as_second())
}

/// When a launch was planned, read from its id.
#[must_use]
pub fn planned_at(launch: &str) -> Option<jiff::Timestamp> {
    let seconds = i64::from_str_radix(launch.strip_prefix("l-")?.get(..8)?, 16).ok()?;
    jiff::Timestamp::from_second(seconds).ok()
}

/// The name of the account's bucket in a region.
#[must_use]
pub fn bucket_name(account: &str, region: &str) -> String {
    format!("cloudkit-{account}-{region}")
}
