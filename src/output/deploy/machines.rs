//! How deployments and their machines look.
//!
//! What is known of them is found out elsewhere.

use std::borrow::Cow;

use serde::Serialize;

use super::super::document::{Column, Record};
use super::change::short;
use crate::apply::progress::{Health, HealthState, Progress, RunState};
use crate::deployment::report::Summary;
use crate::model::Span;
use crate::model::apply_sign::ApplySign;
use crate::provision::report::MachineRow;

const SCHEMA: &str = "cloudkit.deployed-machine/v1";

/// A machine of a deployment, and how far it is.
#[derive(Debug, Clone, Serialize)]
pub struct DeployedMachine {
    schema: &'static str,
    /// Its place among the deployment's machines by region and id, by which commands take it too.
    number: usize,
    set_up: SetUp,
    machine: MachineRow,
}

/// How far a machine is in becoming what it is for.
#[derive(Debug, Clone, Serialize)]
pub struct SetUp {
    /// `running`, `succeeded`, `failed`; absent where it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// The bundle that it is at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// What failed, or why it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// How its services and checks are by now; absent where it has none, or is not set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

impl SetUp {
    /// What could not be asked.
    #[must_use]
    pub fn unknown(because: impl Into<String>) -> Self {
        Self { state: None, bundle: None, because: Some(because.into()), health: None }
    }

    /// What a machine that could not be asked, for this reason, has written on its console.
    #[must_use]
    pub fn on_console(written: &str, not_asked: &str) -> Self {
        let Some((bundle, sign)) = ApplySign::last_on(written) else { return Self::unknown(not_asked) };
        let (state, said) = match sign {
            ApplySign::At { step, number, of } => {
                (RunState::Running, format!("step {number} of {of}, {step}, "))
            }
            ApplySign::Succeeded => (RunState::Succeeded, String::new()),
            ApplySign::Failed { step, reason } => (RunState::Failed, format!("{step}: {reason}, ")),
        };
        Self {
            state: Some(state.as_str()),
            bundle: Some(bundle.to_owned()),
            because: Some(format!("{said}as its console says; by SSH: {not_asked}")),
            health: None,
        }
    }
}

/// As the machine tells it.
impl From<Progress> for SetUp {
    fn from(progress: Progress) -> Self {
        Self {
            state: Some(progress.state.as_str()),
            bundle: Some(progress.bundle),
            because: progress.failure.map(|failure| failure.to_string()),
            health: progress.health,
        }
    }
}

impl DeployedMachine {
    /// A machine as EC2 and itself tell of it.
    #[must_use]
    pub const fn new(number: usize, machine: MachineRow, set_up: SetUp) -> Self {
        Self { schema: SCHEMA, number, set_up, machine }
    }

    /// Whether it has come to an end of being set up, a good one or not.
    #[must_use]
    pub fn has_come_to_an_end(&self) -> bool {
        matches!(self.set_up.state, Some("succeeded" | "failed"))
    }

    /// That it is at another bundle than its deployment.
    #[must_use]
    pub fn is_at_another(&self, bundle: &str) -> Option<String> {
        let its = self.set_up.bundle.as_deref().filter(|its| *its != bundle)?;
        Some(format!("{} in {} is at bundle {}", self.machine.instance_id, self.machine.region, short(its)))
    }

    /// Whether it could not be set up, or is not well any more.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.set_up.state == Some("failed") || self.is_unhealthy()
    }

    /// Whether it was set up, and is not well any more.
    #[must_use]
    pub fn is_unhealthy(&self) -> bool {
        self.set_up.health.as_ref().is_some_and(|health| health.state == HealthState::Unhealthy)
    }

    /// What failed on it or is not well, or why that is not known.
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        let SetUp { state, because, health, .. } = &self.set_up;
        let (what, because) = match (because, health) {
            (Some(because), _) => (state.unwrap_or("unknown"), because.clone()),
            (None, Some(health)) if !health.complaints.is_empty() => {
                (health.state.as_str(), health.complaints.join("; "))
            }
            (None, _) => return None,
        };
        Some(format!("{} in {}: {what}: {because}", self.machine.instance_id, self.machine.region))
    }
}

fn until(deadline: Option<jiff::Timestamp>, now: jiff::Timestamp) -> Option<String> {
    let at = deadline?;
    Some(if at > now { Span::between(now, at).rough().to_string() } else { "overdue".to_owned() })
}

impl Record for DeployedMachine {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::number("NO", 75, |row| Some(row.number.to_string())),
            Column::<Self>::text("ID", 100, |row| Some(row.machine.instance_id.clone())),
            Column::<Self>::text("REGION", 80, |row| Some(row.machine.region.clone())),
            Column::<Self>::text("TYPE", 60, |row| Some(row.machine.instance_type.clone())),
            Column::<Self>::text("MARKET", 40, |row| Some(row.machine.market.to_string())),
            Column::<Self>::text("STATE", 95, |row| Some(row.machine.state.to_string())),
            Column::<Self>::text("SET UP", 90, |row| Some(row.set_up.state.unwrap_or("unknown").to_owned())),
            Column::<Self>::text("HEALTH", 88, |row| {
                row.set_up.health.as_ref().map(|health| health.state.as_str().to_owned())
            }),
            Column::<Self>::text("BUNDLE", 65, |row| {
                row.set_up.bundle.as_deref().map(|bundle| short(bundle).to_owned())
            }),
            Column::<Self>::text("ENDS IN", 85, |row| until(row.machine.deadline, row.machine.read_at)),
            Column::<Self>::text("ADDRESS", 70, |row| row.machine.address.clone()),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.machine.instance_id)
    }
}

impl Record for Summary {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 100, |row| Some(row.name.clone())),
            Column::<Self>::text("STATE", 95, |row| Some(row.state.as_str().to_owned())),
            Column::<Self>::text("MACHINES", 90, |row| {
                Some(format!(
                    "{}/{}",
                    row.running,
                    row.wanted.map_or_else(|| "-".to_owned(), |wanted| wanted.to_string())
                ))
            }),
            Column::<Self>::text("REGIONS", 70, |row| Some(row.regions.join(","))).shrinkable(12),
            Column::<Self>::number("USD/HOUR", 80, |row| row.usd_hour.map(|usd| usd.to_string())),
            Column::<Self>::text("ENDS IN", 85, |row| until(row.deadline, row.read_at)),
            Column::<Self>::text("OWNER", 40, |row| row.owner.clone()).shrinkable(8),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}
