//! How a planned machine ends: limits, actions, the shutdown behaviour and the role that follow from them.
//!
//! Pure, as the plan is. What the role may do is written and judged in [`permissions`](crate::provision::permissions).

use serde::Serialize;

use super::{Boot, Candidate, Plan, PlanError, PlannedAgent, Step};
use crate::aws::types::ending::{Hibernation, MetadataTags, RunEnding};
use crate::model::agent::CostLimit;
use crate::model::tag::{self, Tag};
use crate::model::{EndAction, Money, ShutdownBehavior, Span};
use crate::provision::permissions::document::PolicyDocument;
use crate::provision::permissions::evaluate::Verdict;
use crate::provision::permissions::machine::{self, EndsItself, Sessions, Tasks};
use crate::provision::permissions::secrets::{SecretsGrant, statements};
use crate::provision::wish::Wish;
use crate::provision::wish::ending::Ending;
use crate::provision::world::World;
use crate::provision::world::profile::{ProfileWorld, RoleWorld};

/// How the machine of a plan ends, besides its deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedEnding {
    /// What is done at the deadline.
    pub on_deadline: EndAction,
    /// After how many seconds without work it is done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout_seconds: Option<u64>,
    /// What is done then.
    pub on_idle: EndAction,
    /// What is done when its work is complete.
    pub on_complete: EndAction,
    /// What it may cost in all, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_limit_usd: Option<Money>,
    /// What EC2 does when its system powers off.
    pub shutdown_behavior: ShutdownBehavior,
    /// Whether it can be hibernated.
    pub hibernation: Hibernation,
    /// Whether it sees its own tags, by which a deadline is moved.
    #[serde(skip_serializing_if = "MetadataTags::are_served")]
    pub metadata_tags: MetadataTags,
    /// What it is allowed at AWS, where that is anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<PlannedRole>,
}

/// The role of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PlannedRole {
    /// Made for this launch.
    Made {
        /// Its name, and that of its profile.
        name: String,
        /// Whether the machine ends and tags itself by it.
        ends_itself: bool,
        /// Whether Session Manager reaches the machine by it.
        session_manager: bool,
        /// The path of the secrets that the machine reads by it.
        #[serde(skip_serializing_if = "Option::is_none")]
        secrets: Option<String>,
    },
    /// Somebody's own.
    Given {
        /// The profile's name.
        name: String,
        /// The permissions that it does not give and that what was asked for takes.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        lacks: Vec<String>,
        /// Those of which it is not known whether it gives them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        unknown: Vec<String>,
        /// Why that is not known.
        #[serde(skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
}

impl PlannedRole {
    /// The name of the instance profile.
    #[must_use]
    pub fn profile(&self) -> &str {
        match self {
            Self::Made { name, .. } | Self::Given { name, .. } => name,
        }
    }
}

impl PlannedEnding {
    /// Whether the machine can be hibernated.
    #[must_use]
    pub fn can_hibernate(&self) -> bool {
        self.hibernation == Hibernation::Configured
    }

    /// What RunInstances is told of it.
    #[must_use]
    pub fn request(&self) -> RunEnding {
        RunEnding {
            shutdown_behavior: self.shutdown_behavior,
            hibernation: self.hibernation,
            metadata_tags: self.metadata_tags,
            instance_profile: self.role.as_ref().map(|role| role.profile().to_owned()),
        }
    }

    /// The tags that tell it: an action that is not told is `terminate`.
    pub(super) fn tags(&self) -> impl Iterator<Item = Tag> {
        let timeout = self.idle_timeout_seconds.map(Span::from_seconds);
        let actions = [
            (tag::ON_IDLE, self.on_idle),
            (tag::ON_DEADLINE, self.on_deadline),
            (tag::ON_COMPLETE, self.on_complete),
        ];
        let told = actions.into_iter().filter(|(_, action)| *action != EndAction::default());
        let timeout = timeout.map(|timeout| Tag::new(tag::IDLE_TIMEOUT, timeout.to_string()));
        timeout.into_iter().chain(told.map(|(key, action)| Tag::new(key, action.as_str())))
    }

    /// Tells the agent.
    pub(super) fn configure(&self, boot: &mut Boot) {
        let configuration = &mut boot.configuration;
        configuration.shutdown_behavior = self.shutdown_behavior;
        configuration.on_deadline = self.on_deadline;
        configuration.idle_timeout = self.idle_timeout_seconds.map(Span::from_seconds);
        configuration.on_idle = self.on_idle;
        configuration.on_complete = self.on_complete;
    }
}

impl Plan {
    /// What the machine of a candidate is told at its boot: its price and its agent are its own.
    #[must_use]
    pub fn boot_of(&self, candidate: &Candidate) -> Boot {
        let mut boot = self.boot.clone();
        boot.agent = candidate.agent.as_ref().map(PlannedAgent::without_urls);
        boot.configuration.login_user.clone_from(&candidate.image.login_user);
        let limit = self.ending.cost_limit_usd.zip(candidate.cost.usd_hour);
        let usd_hour_stopped = candidate.cost.usd_hour_stopped();
        boot.configuration.cost_limit =
            limit.map(|(usd, usd_hour)| CostLimit { usd, usd_hour, usd_hour_stopped });
        boot.configuration.login_user = candidate.image.login_user.clone();
        boot
    }
}

/// Plans how the machine ends.
pub(super) fn planned(wish: &Wish, world: &World, launch: &str) -> Result<PlannedEnding, PlanError> {
    let Ending { idle_timeout, on_idle, on_deadline, on_complete, cost_limit, .. } = wish.ending;
    let hibernates = wish.ending.hibernates();
    Ok(PlannedEnding {
        on_deadline,
        idle_timeout_seconds: idle_timeout.map(Span::seconds),
        on_idle,
        on_complete,
        cost_limit_usd: cost_limit,
        shutdown_behavior: wish.ending.shutdown_behavior(),
        metadata_tags: wish.ending.metadata_tags,
        hibernation: if hibernates { Hibernation::Configured } else { Hibernation::Off },
        role: role(wish, world, launch)?,
    })
}

fn role(wish: &Wish, world: &World, launch: &str) -> Result<Option<PlannedRole>, PlanError> {
    if let Some(wanted) = &wish.role.profile {
        let foreign = wanted.account.as_ref().filter(|account| **account != world.caller.account);
        if let Some(account) = foreign {
            return Err(PlanError::ForeignProfile { name: wanted.name.clone(), account: account.clone() });
        }
        return world.profile.as_ref().map(|profile| given(profile, wish, world)).transpose();
    }
    let Tasks { ends_itself, sessions } = tasks(wish);
    let name = role_name(launch);
    let (ends_itself, session_manager) = (ends_itself == EndsItself::ByApi, sessions == Sessions::Wanted);
    let secrets = secrets(wish).map(|grant| grant.path);
    let needs_one = ends_itself || session_manager || secrets.is_some();
    Ok(needs_one.then_some(PlannedRole::Made { name, ends_itself, session_manager, secrets }))
}

/// The secrets of the machine's deployment. All machines of a deployment's launch are in one region.
fn secrets(wish: &Wish) -> Option<SecretsGrant> {
    let deployment = wish.deployment.as_ref()?;
    let key = deployment.secrets.as_ref()?.key.clone();
    let region = wish.candidates.first()?.region.to_string();
    Some(SecretsGrant { path: deployment.secrets_path()?, region, key })
}

fn tasks(wish: &Wish) -> Tasks {
    let ends_itself = match wish.ending.shutdown_behavior() {
        ShutdownBehavior::Terminate => EndsItself::ByPowerOff,
        ShutdownBehavior::Stop => EndsItself::ByApi,
    };
    Tasks { ends_itself, sessions: wish.role.sessions }
}

/// The name of a launch's role and of its profile.
#[must_use]
pub fn role_name(launch: &str) -> String {
    format!("cloudkit-{launch}")
}

fn given(profile: &ProfileWorld, wish: &Wish, world: &World) -> Result<PlannedRole, PlanError> {
    let needed = machine::needed(wish.ending.shutdown_behavior(), &wish.ending.actions(), wish.role.sessions);
    let name = profile.name.clone();
    let all = || needed.iter().map(|&action| action.to_owned()).collect();
    let unreadable = |because| PlannedRole::Given {
        name: name.clone(),
        lacks: Vec::new(),
        unknown: all(),
        because: Some(because),
    };
    let policies = match &profile.role {
        RoleWorld::Missing => return Err(PlanError::ProfileWithoutRole { name }),
        RoleWorld::Unknown { because } => return Ok(unreadable(because.clone())),
        RoleWorld::Policies(policies) => policies,
    };
    let read = policies.iter().map(|policy| serde_json::from_str(policy));
    let Ok(policies) = read.collect::<Result<Vec<PolicyDocument>, _>>() else {
        return Ok(unreadable("one of its policies cannot be understood".to_owned()));
    };
    let partition = machine::partition(&world.caller.arn);
    let judged = |verdict| {
        let is_so =
            |action: &&&str| machine::judge(&policies, action, partition, &world.caller.account) == verdict;
        needed.iter().filter(is_so).map(|&action| action.to_owned()).collect::<Vec<_>>()
    };
    let (lacks, unknown) = (judged(Verdict::Denied), judged(Verdict::Unknown));
    let because =
        (!unknown.is_empty()).then(|| "its policies hang on what is not known before the launch".to_owned());
    Ok(PlannedRole::Given { name, lacks, unknown, because })
}

/// The steps that make the machine's role, first of all, since EC2 knows of a role only some seconds later.
pub(super) fn role_steps(wish: &Wish, world: &World, launch: &str) -> Vec<Step> {
    let tasks = tasks(wish);
    let secrets = secrets(wish);
    let needs_none =
        tasks.ends_itself == EndsItself::ByPowerOff && tasks.sessions == Sessions::No && secrets.is_none();
    if wish.role.profile.is_some() || needs_none {
        return Vec::new();
    }
    let (partition, account) = (machine::partition(&world.caller.arn), &world.caller.account);
    let mut policy = machine::policy(tasks, partition, account);
    policy.statement.extend(secrets.iter().flat_map(|grant| statements(grant, partition, account)));
    let role = role_name(launch);
    vec![
        Step::MakeRole { role: role.clone(), trust: machine::trust(partition), policy },
        Step::MakeProfile { profile: role.clone(), role },
    ]
}
