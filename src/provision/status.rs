//! Everything that is known of one machine: how it ends, what it costs, what stands in the way.
//!
//! Plain data; what could not be found out is absent.

use jiff::Timestamp;
use serde::Serialize;

use super::agent_word::AgentWord;
use super::cost::Cost;
use super::deadline::Deadline;
use super::report::MachineRow;
use super::spend;
use crate::aws::types::{Disk, Located, Protection};
use crate::catalog::Catalog;
use crate::model::ShutdownBehavior;

/// The value of [`MachineStatus`]'s `schema` field.
pub const SCHEMA: &str = "cloudkit.machine-status/v1";

/// A machine, as far as it can be known from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachineStatus {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The machine as in a list.
    pub machine: MachineRow,
    /// What its agent says, and by which way.
    pub agent: AgentWord,
    /// What its deadline's tag holds, where that is no time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable_deadline: Option<String>,
    /// Whether the power-off of its system ends the machine; otherwise it stops it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at_shutdown: Option<bool>,
    /// Whether TerminateInstances is refused; a power-off ends it all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected_against_termination: Option<bool>,
    /// Whether StopInstances is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected_against_stop: Option<bool>,
    /// Whether it was launched so that it can hibernate.
    pub can_hibernate: bool,
    /// What it costs while it runs.
    pub running: Cost,
    /// What it still costs while it is stopped; absent where its disks are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Cost>,
    /// The disks that stay when it has ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disks_that_stay: Vec<String>,
}

impl MachineStatus {
    /// Puts together what was read.
    #[must_use]
    pub fn of(
        located: &Located,
        protection: Option<Protection>,
        disks: Option<&[Disk]>,
        agent: AgentWord,
        catalog: &Catalog<'_>,
        now: Timestamp,
    ) -> Self {
        let staying = disks.unwrap_or_default().iter().filter(|disk| disk.ends_with_machine == Some(false));
        Self {
            schema: SCHEMA,
            machine: MachineRow::of(located, catalog, now),
            agent,
            unreadable_deadline: match Deadline::of(&located.machine) {
                Deadline::Unreadable(text) => Some(text),
                Deadline::At(_) | Deadline::None => None,
            },
            ends_at_shutdown: protection
                .and_then(|known| known.on_shutdown)
                .map(|behaviour| behaviour == ShutdownBehavior::Terminate),
            protected_against_termination: protection.map(|known| known.against_termination),
            protected_against_stop: protection.map(|known| known.against_stop),
            can_hibernate: located.machine.can_hibernate,
            running: spend::running_with_disks(located, disks, catalog),
            stopped: disks.map(|disks| spend::stopped(located, disks)),
            disks_that_stay: staying.map(|disk| disk.id.clone()).collect(),
        }
    }
}
