//! What provisioning tells: events while it goes on, and the machines that come of it.
//!
//! Plain data for renderers; nothing is printed here.

use serde::Serialize;

use super::cost::Cost;
use super::plan::{Refused, Step};
use crate::aws::types::{Machine, MachineState};
use crate::model::Market;
use crate::model::tag;

/// Something that has just happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// Something that the machine needs has been made.
    Prepared(Step),
    /// AWS can't give this machine; the next candidate's turn comes.
    Refused(Refused),
    /// No answer came to the request for the machine; the very same request is sent again.
    AskedAgain {
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
    /// EC2 has accepted the request.
    Accepted {
        /// `i-…`.
        instance_id: String,
    },
    /// The machine runs.
    Running {
        /// Its public address.
        address: Option<String>,
    },
    /// Its SSH server answers.
    SshAnswers,
    /// Its SSH server did not answer in time, which is no failure.
    SshNotYet,
    /// Something that had been made was removed again.
    Undone(String),
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
    /// Where it is in its life.
    pub state: MachineState,
    /// Its public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Whether its SSH server has answered; absent where nobody waited for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_answers: Option<bool>,
    /// What to type to get in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_command: Option<String>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<jiff::Timestamp>,
    /// What it costs.
    pub cost: Cost,
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
    pub launched_at: Option<jiff::Timestamp>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<jiff::Timestamp>,
    /// Who launched it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The id of its launch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch: Option<String>,
}

impl MachineRow {
    /// A machine of a region as a row.
    #[must_use]
    pub fn of(machine: &Machine, region: &str) -> Self {
        let text = |key: &str| machine.tag(key).map(str::to_owned);
        Self {
            schema: MACHINE_SCHEMA,
            instance_id: machine.id.clone(),
            name: text(tag::NAME),
            instance_type: machine.instance_type.clone(),
            region: region.to_owned(),
            zone: machine.zone_id.clone(),
            market: if machine.spot { Market::Spot } else { Market::OnDemand },
            state: machine.state,
            state_reason: machine.state_reason.clone(),
            address: machine.public_address.clone(),
            launched_at: machine.launched_at,
            deadline: machine.tag(tag::DEADLINE).and_then(|text| text.parse().ok()),
            owner: text(tag::OWNER),
            launch: text(tag::LAUNCH),
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
    /// `security-group`, `bucket` or `role`.
    pub kind: LeftoverKind,
    /// Its id or name.
    pub id: String,
    /// Where it is; `global` for what belongs to no region.
    pub region: String,
    /// The launch that it served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch: Option<String>,
    /// Whether it has been removed.
    pub removed: bool,
}

/// The kinds of things that are left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftoverKind {
    /// The security group of an ended machine.
    SecurityGroup,
    /// The account's bucket of a region.
    Bucket,
    /// The role of an ended machine, with its instance profile.
    Role,
}
