//! What `list` and `status` tell of deployments and their machines.
//!
//! Machines are EC2's word, what is wanted is the record's; what neither says is unknown.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::Serialize;

use super::record::Record;
use crate::aws::regions::RegionFailure;
use crate::aws::types::{Located, MachineState};
use crate::catalog::Catalog;
use crate::model::{Money, tag};
use crate::provision::report::MachineRow;

/// The value of the `schema` field of a deployment.
pub const SCHEMA: &str = "cloudkit.deployment-summary/v1";

/// A deployment.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// What it is called.
    pub name: String,
    /// How it is.
    pub state: State,
    /// How many of its machines are seen to run.
    pub running: u32,
    /// How many were wanted; absent where no record says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<u32>,
    /// Where machines of it are, or were asked for.
    pub regions: Vec<String>,
    /// The regions that could not be asked, and where machines of it may be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
    /// What its machines cost an hour; absent while the price of one is unknown, or whether there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usd_hour: Option<Money>,
    /// When the first of its machines ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// Who created it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The SHA-256 of its bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// When it was looked at.
    pub read_at: Timestamp,
}

/// How a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// All machines that were wanted run.
    Running,
    /// Some of them do.
    Partial,
    /// None does any more, and its record is there.
    Ended,
    /// Machines of it run, and there is no record.
    NoRecord,
    /// Where machines of it may be could not be asked.
    Unknown,
}

impl State {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Partial => "partial",
            Self::Ended => "ended",
            Self::NoRecord => "no record",
            Self::Unknown => "unknown",
        }
    }
}

impl Summary {
    /// A deployment by its record and those machines that are its own and not ended, of which there may be more in regions
    /// that could not be asked.
    #[must_use]
    pub fn of(
        name: &str,
        record: Option<&Record>,
        machines: &[&Located],
        failed: &[RegionFailure],
        catalog: &Catalog<'_>,
        now: Timestamp,
    ) -> Self {
        let is_up =
            |one: &&&Located| matches!(one.machine.state, MachineState::Running | MachineState::Pending);
        let rows: Vec<MachineRow> = machines.iter().map(|one| MachineRow::of(one, catalog, now)).collect();
        let running = u32::try_from(machines.iter().filter(is_up).count()).unwrap_or(u32::MAX);
        let wanted = record.map(|record| record.count);
        let recorded = record.map_or_else(Vec::new, |record| record.regions());
        let regions: BTreeSet<&str> = match machines {
            [] => recorded.iter().copied().collect(),
            there => there.iter().map(|one| one.region.as_str()).collect(),
        };
        let may_have_some = |region: &&str| record.is_none() || recorded.contains(region);
        let unseen: Vec<&str> =
            failed.iter().map(|failure| failure.region.as_str()).filter(may_have_some).collect();
        let state = match wanted {
            Some(wanted) if running >= wanted => State::Running,
            _ if !unseen.is_empty() && (wanted.is_some() || machines.is_empty()) => State::Unknown,
            _ if machines.is_empty() => State::Ended,
            None => State::NoRecord,
            Some(_) => State::Partial,
        };
        Self {
            schema: SCHEMA,
            name: name.to_owned(),
            state,
            running,
            wanted,
            regions: regions.into_iter().map(str::to_owned).collect(),
            usd_hour: rows
                .iter()
                .map(|row| row.usd_hour)
                .try_fold(Money::default(), |sum, one| Some(sum.plus(one?)))
                .filter(|_| unseen.is_empty()),
            unseen: unseen.into_iter().map(str::to_owned).collect(),
            deadline: rows.iter().filter_map(|row| row.deadline).min(),
            owner: record
                .map(|record| record.owner.clone())
                .or_else(|| rows.iter().find_map(|row| row.owner.clone())),
            created_at: record.map(|record| record.created_at),
            bundle: record.map(|record| record.bundle.clone()),
            read_at: now,
        }
    }
}

/// Whether a machine is one of a deployment.
#[must_use]
pub fn is_of(one: &Located, name: &str) -> bool {
    one.machine.tag(tag::DEPLOYMENT) == Some(name)
}
