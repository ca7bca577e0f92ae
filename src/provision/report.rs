//! What provisioning tells: events while it goes on, and the machines that come of it.
//!
//! Plain data for renderers; nothing is printed here.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::cost::Cost;
use super::deadline::Deadline;
use super::plan::{Refused, Step};
use super::spend;
use crate::aws::types::{Located, MachineState};
use crate::catalog::Catalog;
use crate::model::agent::idle_for;
use crate::model::tag::{self, Tag};
use crate::model::{Market, Money, Span};

/// Something that has just happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// Something that the machine needs has been made.
    Prepared(Step),
    /// AWS can't give these machines; the next candidate's turn comes.
    Refused(Vec<Refused>),
    /// EC2 recommends these zones, whose turn comes next.
    ZonesNamed(Vec<String>),
    /// No answer came to the request for the machine; the very same request is sent again.
    AskedAgain {
        /// Why.
        because: String,
    },
    /// EC2 had to leave machines out for a moment's reason; they are asked for by another request.
    AskedAnew {
        /// Why.
        because: String,
    },
    /// EC2 does not know the machine's instance profile yet; the very same request is sent again.
    ProfileNotKnownYet,
    /// What came of the request could not be written down; nothing depends on it.
    NotWrittenDown {
        /// Why not.
        because: String,
    },
    /// What the machine fetches at its start will not be dropped from the bucket by itself.
    ObjectStays {
        /// The name that it is stored under.
        key: String,
        /// Why not.
        because: String,
    },
    /// EC2 has accepted the request.
    Accepted {
        /// `i-…`.
        instance_id: String,
    },
    /// EC2 has accepted the request for several machines, and these are they.
    SeveralAccepted(Vec<String>),
    /// So many machines run.
    SeveralRun(usize),
    /// What was seen of several machines.
    SeveralSigns(SeveralSigns),
    /// A machine could not be given its name.
    NotNamed {
        /// `i-…`.
        id: String,
        /// What it was to be called.
        name: String,
        /// Why not.
        because: String,
    },
    /// The machine runs.
    Running {
        /// Its public address.
        address: Option<String>,
    },
    /// The machine runs, and has a private address alone.
    RunningPrivately {
        /// The address.
        address: String,
    },
    /// Its SSH server answers.
    SshAnswers,
    /// Its SSH server did not answer in time, which is no failure.
    SshNotYet,
    /// Its agent looks after it.
    AgentSeen {
        /// The deadline that the agent keeps.
        deadline: Option<Timestamp>,
    },
    /// Its agent could not be installed.
    AgentFailed {
        /// Why, in the machine's own words.
        reason: String,
    },
    /// No sign of its agent came in time, which is no failure.
    AgentUnknown {
        /// Why none could come, where that is known.
        because: Option<String>,
        /// When the machine ends without its agent.
        deadline: Option<Timestamp>,
    },
    /// The same at a private address, which may just not be reached from here.
    SshNotFromHere {
        /// The address.
        address: String,
    },
    /// Something that had been made was removed again.
    Undone(String),
    /// Something that the machine does not need could not be removed again.
    StillThere {
        /// What it is.
        what: String,
        /// Why it could not be.
        because: String,
        /// The command that removes it.
        command: String,
    },
}

/// What was seen of several new machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeveralSigns {
    /// How many there are.
    pub machines: usize,
    /// Of how many the SSH server was waited for.
    pub ssh_asked: usize,
    /// How many of these answer.
    pub ssh_answers: usize,
    /// How many of their agents look after them.
    pub agents_seen: usize,
    /// Of how many agents no sign came in time, which is no failure.
    pub agents_unknown: usize,
    /// When the machines end without their agents.
    pub deadline: Option<Timestamp>,
}

/// What is known of a new machine's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgentState {
    /// It has shown itself.
    Seen,
    /// It could not be installed.
    Failed,
    /// Neither, as far as anybody could see.
    Unknown,
}

/// The value of [`BlockReport`]'s `schema` field.
pub const BLOCK_SCHEMA: &str = "cloudkit.capacity-block/v1";

/// A capacity block that was bought, or could be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockReport {
    /// Always [`BLOCK_SCHEMA`].
    pub schema: &'static str,
    /// `cr-…`, what is launched into; absent where nothing was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation_id: Option<String>,
    /// The offering.
    pub offering_id: String,
    /// The account that pays.
    pub account: String,
    /// Where.
    pub region: String,
    /// The zone's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The type.
    pub instance_type: String,
    /// How many machines.
    pub count: u32,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends; EC2 ends its machines half an hour before.
    pub ends_at: Timestamp,
    /// What all of it costs.
    pub upfront_usd: Money,
    /// Where it is in its life, in EC2's words; absent where nothing was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// The value of [`Launched`]'s `schema` field.
pub const LAUNCHED_SCHEMA: &str = "cloudkit.launched/v1";

/// A machine that was launched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Launched {
    /// Always [`LAUNCHED_SCHEMA`].
    pub schema: &'static str,
    /// `i-…`.
    pub instance_id: String,
    /// What it is called.
    pub name: String,
    /// The id of its launch.
    pub launch: String,
    /// Its type.
    pub instance_type: String,
    /// Where it is.
    pub region: String,
    /// The zone's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How it was bought.
    pub market: Market,
    /// The market that had been asked for first, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub market_asked: Option<Market>,
    /// Where it is in its life.
    pub state: MachineState,
    /// Its public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_address: Option<String>,
    /// Its address within its network, where it has no public one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_address: Option<String>,
    /// Whether its SSH server has answered; absent where nobody waited for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_answers: Option<bool>,
    /// Whether its agent has shown itself; absent where nobody looked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentState>,
    /// What to type to get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_command: Option<String>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// What it costs.
    pub cost: Cost,
    /// What was wished before it and could not be had, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

impl Launched {
    /// Where it is reached: at its public address, else by IPv6, else from within its network.
    #[must_use]
    pub fn reached_at(&self) -> Option<&str> {
        let addresses = [&self.address, &self.ipv6_address, &self.private_address];
        addresses.into_iter().flatten().next().map(String::as_str)
    }
}

/// The value of [`MachineRow`]'s `schema` field.
pub const MACHINE_SCHEMA: &str = "cloudkit.machine/v1";

/// A machine of ours in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachineRow {
    /// Always [`MACHINE_SCHEMA`].
    pub schema: &'static str,
    /// `i-…`.
    pub instance_id: String,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its type.
    pub instance_type: String,
    /// Where it is.
    pub region: String,
    /// The zone's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How it was bought.
    pub market: Market,
    /// Where it is in its life.
    pub state: MachineState,
    /// Why, in EC2's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    /// Its public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When it was last started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launched_at: Option<Timestamp>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// Who launched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The id of its launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch: Option<String>,
    /// What its agent last wrote down of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_status: Option<String>,
    /// How long it has had no work, by what its agent last wrote down of it, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u64>,
    /// Its price per hour while it runs: the machine and its public address, the disks apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_hour: Option<Money>,
    /// Where the price of the machine is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_source: Option<String>,
    /// What that came to since it was last started, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent_usd: Option<Money>,
    /// The tags that its users gave it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// When all this was read.
    #[serde(skip)]
    pub read_at: Timestamp,
}

impl MachineRow {
    /// A machine as a row, with what it costs by the catalog.
    #[must_use]
    pub fn of(located: &Located, catalog: &Catalog<'_>, now: Timestamp) -> Self {
        let Located { region, machine } = located;
        let text = |key: &str| machine.tag(key).map(str::to_owned);
        let running = spend::running(located, catalog);
        let usd_hour = running.usd_hour;
        let price_source = running.parts.into_iter().next().and_then(|part| part.source);
        // EC2 puts tags of its own on the machines of a fleet.
        let of_others = [tag::PREFIX, "aws:"];
        let of_users =
            |tag: &&Tag| tag.key != tag::NAME && !of_others.iter().any(|prefix| tag.key.starts_with(prefix));
        Self {
            schema: MACHINE_SCHEMA,
            instance_id: machine.id.clone(),
            name: text(tag::NAME),
            instance_type: machine.instance_type.clone(),
            region: region.to_string(),
            zone: machine.zone_id.clone(),
            market: machine.market,
            state: machine.state,
            state_reason: machine.state_reason.clone(),
            address: machine.public_address.clone(),
            launched_at: machine.launched_at,
            deadline: Deadline::of(machine).at(),
            owner: text(tag::OWNER),
            launch: text(tag::LAUNCH),
            agent_status: text(tag::STATUS),
            idle_seconds: machine
                .tag(tag::STATUS)
                .filter(|_| machine.state == MachineState::Running)
                .and_then(idle_for)
                .map(Span::seconds),
            spent_usd: usd_hour.and_then(|hourly| spend::since_start(machine, hourly, now)),
            usd_hour,
            price_source,
            tags: machine
                .tags
                .iter()
                .filter(of_users)
                .map(|tag| (tag.key.clone(), tag.value.clone()))
                .collect(),
            read_at: now,
        }
    }
}

/// The value of [`Leftover`]'s `schema` field.
pub const LEFTOVER_SCHEMA: &str = "cloudkit.leftover/v1";

/// Something of ours that serves nothing any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leftover {
    /// Always [`LEFTOVER_SCHEMA`].
    pub schema: &'static str,
    /// `launch-template`, `security-group`, `network`, `internet-gateway`, `bucket`, `object`, `role`, `volume` or `address`.
    pub kind: LeftoverKind,
    /// Its id or name.
    pub id: String,
    /// Where it is; `global` for what belongs to no region.
    pub region: String,
    /// The launch that it served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch: Option<String>,
    /// The deployment that had a network to itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The size of a volume in GiB, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gib: Option<u32>,
    /// What it costs by the hour for as long as it is there, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_hour: Option<Money>,
    /// Whether it has been removed.
    pub removed: bool,
}

/// The kinds of things that are left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftoverKind {
    /// What the machines of a fleet were made from.
    LaunchTemplate,
    /// The security group of an ended machine.
    SecurityGroup,
    /// A network that launches were made in.
    Network,
    /// An internet gateway that never came to its network.
    InternetGateway,
    /// The account's bucket of a region.
    Bucket,
    /// What a machine fetched from that bucket at its start.
    Object,
    /// The role of an ended machine, with its instance profile.
    Role,
    /// A volume of an ended machine that did not go with it, and what is in it.
    Volume,
    /// An elastic address that nothing uses.
    Address,
}
