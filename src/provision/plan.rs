//! The plan: which machines would do, in which order, at what cost, and every step it takes to have one.
//!
//! A pure function: the same wish, world, catalog and seed give the same plan. It holds no URL and no secret, so it can be
//! shown as it is.

pub mod ending;
mod hibernation;
mod planner;
#[cfg(test)]
mod tests;

use ending::PlannedEnding;
use serde::Serialize;

use super::cost::Cost;
use super::permissions::document::PolicyDocument;
use super::wish::{Lifetime, Wish};
use super::world::World;
use crate::catalog::Catalog;
use crate::cloudinit::{self, AgentDownload, Boot, RenderError};
use crate::model::agent::AgentConfiguration;
use crate::model::tag::{self, Tag};
use crate::model::{Market, Mebibytes, Span};
use planner::Planner;

/// The value of a plan's `schema` field.
pub const SCHEMA: &str = "cloudkit.launch-plan/v1";

/// What is going to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The id of this launch, on everything that it makes.
    pub launch: String,
    /// What the machine is called.
    pub name: String,
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
    /// The binary that becomes the agent.
    pub agent: PlannedAgent,
    /// The machines that would do; the first that AWS can give is launched.
    pub candidates: Vec<Candidate>,
    /// What was wished and can't be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// The tags of the machine, its volume and its network interface.
    pub tags: Vec<Tag>,
    /// What the machine is told at its boot; the URL of its agent is signed later.
    #[serde(skip)]
    pub boot: Boot,
}

/// The agent's binary and where the machine gets it from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedAgent {
    /// Its sha256, which travels in the user data.
    pub sha256: String,
    /// The name that it is stored under.
    pub key: String,
    /// A placeholder: the URL is signed just before the request and shown nowhere.
    pub url: &'static str,
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
    /// The reservation or capacity block to launch into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation: Option<String>,
    /// Virtual processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<u32>,
    /// Memory in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<Mebibytes>,
    /// What it starts from.
    pub image: PlannedImage,
    /// What it costs.
    pub cost: Cost,
    /// The idempotency token of its request.
    pub client_token: String,
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
    /// The user that the key is for; absent for an image of somebody's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_user: Option<String>,
    /// The device of its root volume.
    pub root_device: String,
    /// The size of its root volume in GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_gib: Option<u32>,
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
    },
}

/// A machine that was wished and can't be, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The type.
    pub instance_type: String,
    /// Where.
    pub region: String,
    /// Why.
    pub reason: String,
    /// What to type instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// There is nothing to plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// None of the machines that were wished can be.
    #[error("{}", describe(refused))]
    NothingLeft {
        /// Each of them and why.
        refused: Vec<Refused>,
    },
    /// What the machine is told at its boot can't be written.
    #[error("cannot write the user data")]
    UserData(#[from] RenderError),
    /// The deadline has passed.
    #[error("the deadline {at} has passed: it is {now}")]
    Past {
        /// The deadline.
        at: jiff::Timestamp,
        /// The present.
        now: jiff::Timestamp,
    },
    /// The instance profile is not this account's.
    #[error("instance profile {name} belongs to account {account}")]
    ForeignProfile {
        /// Its name.
        name: String,
        /// The account in its ARN.
        account: String,
    },
    /// The instance profile holds no role.
    #[error("instance profile {name} holds no role, so EC2 does not launch with it")]
    ProfileWithoutRole {
        /// Its name.
        name: String,
    },
    /// The deadline lies beyond the end of time.
    #[error("a lifetime of {0} ends after the last date that can be written")]
    BeyondTime(Span),
}

fn describe(refused: &[Refused]) -> String {
    match refused {
        [only] => format!("{} in {} cannot be launched: {}", only.instance_type, only.region, only.reason),
        several => format!("none of these can be launched:{}", reasons(several)),
    }
}

/// A line for each machine that can't be had, to follow a colon.
pub(super) fn reasons(refused: &[Refused]) -> String {
    let line = |one: &Refused| format!("\n{} in {}: {}", one.instance_type, one.region, one.reason);
    refused.iter().map(line).collect()
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
    let planner = Planner { wish, world, catalog, launch: &launch, lifetime };
    let (candidates, refused) = planner.candidates();
    if candidates.is_empty() {
        return Err(PlanError::NothingLeft { refused });
    }
    let mut boot = boot(world, &launch, now, deadline);
    ending.configure(&mut boot);
    cloudinit::render(&boot)?;
    let name = wish.name.clone().unwrap_or_else(|| launch.clone());
    Ok(Plan {
        schema: SCHEMA,
        tags: tags(world, &launch, &name, deadline).into_iter().chain(ending.tags()).collect(),
        name,
        account: world.caller.account.clone(),
        planned_at: now,
        deadline,
        lifetime_seconds: lifetime.map(Span::seconds),
        ending,
        ssh_from: world.ssh_from.to_string(),
        ssh_port: wish.ssh_port,
        agent: PlannedAgent {
            sha256: world.agent.sha256.clone(),
            key: world.agent.key(),
            url: cloudinit::URL_PLACEHOLDER,
        },
        candidates,
        refused,
        boot,
        launch,
    })
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

fn boot(world: &World, launch: &str, now: jiff::Timestamp, deadline: Option<jiff::Timestamp>) -> Boot {
    Boot {
        configuration: AgentConfiguration::for_machine(launch, now, deadline),
        authorized_keys: vec![world.public_key.clone()],
        agent: Some(AgentDownload {
            url: cloudinit::URL_PLACEHOLDER.to_owned(),
            headers: Vec::new(),
            sha256: world.agent.sha256.clone(),
        }),
    }
}

/// The id of a launch: when it was planned, so that its age can be told from a tag, and the seed.
fn launch_id(now: jiff::Timestamp, seed: u32) -> String {
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

/// The tags of what serves a launch without being its machine.
#[must_use]
pub fn helper_tags(launch: &str) -> Vec<Tag> {
    vec![
        Tag::new(tag::MANAGED, "true"),
        Tag::new(tag::LAUNCH, launch),
        Tag::new(tag::PARENT, format!("launch:{launch}")),
        Tag::new(tag::VERSION, env!("CARGO_PKG_VERSION")),
    ]
}

fn tags(world: &World, launch: &str, name: &str, deadline: Option<jiff::Timestamp>) -> Vec<Tag> {
    let owner = world.caller.short_name().chars().take(tag::MAX_VALUE_CHARACTERS).collect::<String>();
    let mut tags = vec![
        Tag::new(tag::NAME, name),
        Tag::new(tag::MANAGED, "true"),
        Tag::new(tag::LAUNCH, launch),
        Tag::new(tag::OWNER, owner),
        Tag::new(tag::VERSION, env!("CARGO_PKG_VERSION")),
    ];
    tags.extend(deadline.map(|at| Tag::new(tag::DEADLINE, at.to_string())));
    tags
}
