//! What an update or a rollback changes, and what became of it on each machine.
//!
//! What that is is found out elsewhere.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use super::super::document::{Column, Record};
use super::super::lines::line;
use crate::manifest::bundle::changes::{Change, How};

const SCHEMA: &str = "cloudkit.deployment-change/v1";
const MACHINE_SCHEMA: &str = "cloudkit.changed-machine/v1";
/// As much of a bundle's name as people are shown.
const SHORT: usize = 12;

/// What is going to be done to a deployment.
#[derive(Debug, Clone, Serialize)]
pub struct DeploymentChange {
    schema: &'static str,
    name: String,
    from: String,
    to: String,
    /// What is not the same in both bundles; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<Vec<Change>>,
    /// How many machines are changed at once.
    batch: usize,
    machines: Vec<ChangedMachine>,
}

/// A machine that is changed, or not.
#[derive(Debug, Clone, Serialize)]
pub struct ChangedMachine {
    schema: &'static str,
    /// Its id.
    pub instance_id: String,
    /// Where it is.
    pub region: String,
    /// The bundle that it is at; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// What becomes, or became, of it.
    pub outcome: Outcome,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// What becomes of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It has the bundle already, and is well.
    Unchanged,
    /// It does not run.
    LeftOut,
    /// It is still to be changed.
    Due,
    /// It has come to the bundle, and is well.
    Changed,
    /// A step or a check has failed on it.
    Failed,
    /// It could not be reached, and was told nothing.
    NotReached,
    /// It was told, and how it came out could not be learnt.
    Unknown,
}

impl Outcome {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::LeftOut => "left out",
            Self::Due => "due",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::NotReached => "not reached",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a machine is not what it is to be, though it was its turn.
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Failed | Self::NotReached | Self::Unknown)
    }
}

impl DeploymentChange {
    /// From one bundle to another.
    #[must_use]
    pub fn new(
        name: &str,
        (from, to): (&str, &str),
        what: Option<Vec<Change>>,
        batch: usize,
        machines: Vec<ChangedMachine>,
    ) -> Self {
        let text = str::to_owned;
        Self { schema: SCHEMA, name: text(name), from: text(from), to: text(to), what, batch, machines }
    }
}

impl ChangedMachine {
    /// A machine at a bundle.
    #[must_use]
    pub fn new(
        instance_id: &str,
        region: &str,
        bundle: Option<String>,
        outcome: Outcome,
        because: Option<String>,
    ) -> Self {
        let (instance_id, region) = (instance_id.to_owned(), region.to_owned());
        Self { schema: MACHINE_SCHEMA, instance_id, region, bundle, outcome, because }
    }
}

/// A bundle as people are shown it.
#[must_use]
pub fn short(bundle: &str) -> &str {
    bundle.get(..SHORT).unwrap_or(bundle)
}

/// The whole of it, as a person reads it.
#[must_use]
pub fn change_text(change: &DeploymentChange) -> String {
    let DeploymentChange { name, from, to, what, batch, machines, .. } = change;
    let mut text = format!("Change of deployment {name}\n");
    let bundles = if from == to { short(to).to_owned() } else { format!("{} to {}", short(from), short(to)) };
    line(&mut text, "bundle", &bundles);
    match what.as_deref() {
        None => line(&mut text, "what", "not known: the bundle that it had is not to be had"),
        Some([]) => line(&mut text, "what", "nothing"),
        Some(all) => {
            for Change { change, kind, name } in all {
                let how = match change {
                    How::Added => "+",
                    How::Changed => "~",
                    How::Removed => "-",
                };
                let mut word = format!("{kind:?}");
                word.make_ascii_lowercase();
                line(&mut text, "what", &format!("{how} {word} {name}"));
            }
        }
    }
    for machine in machines {
        let mut words =
            format!("{} in {}: {}", machine.instance_id, machine.region, machine.outcome.as_str());
        if let Some(bundle) = &machine.bundle {
            // Writing to a string does not fail.
            let _ = write!(words, ", at {}", short(bundle));
        }
        if let Some(because) = &machine.because {
            let _ = write!(words, " ({because})");
        }
        line(&mut text, "machine", &words);
    }
    let due = machines.iter().filter(|machine| machine.outcome == Outcome::Due).count();
    let machines = if due == 1 { "machine" } else { "machines" };
    line(&mut text, "batches", &format!("{due} {machines} due, {batch} at once"));
    text
}

impl Record for DeploymentChange {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("NAME", 100, |row| Some(row.name.clone())),
            Column::<Self>::text("FROM", 90, |row| Some(short(&row.from).to_owned())),
            Column::<Self>::text("TO", 90, |row| Some(short(&row.to).to_owned())),
            Column::<Self>::number("MACHINES", 80, |row| Some(row.machines.len().to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }
}

impl Record for ChangedMachine {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("ID", 100, |row| Some(row.instance_id.clone())),
            Column::<Self>::text("REGION", 80, |row| Some(row.region.clone())),
            Column::<Self>::text("OUTCOME", 95, |row| Some(row.outcome.as_str().to_owned())),
            Column::<Self>::text("BUNDLE", 70, |row| {
                row.bundle.as_deref().map(|bundle| short(bundle).to_owned())
            }),
            Column::<Self>::text("BECAUSE", 90, |row| {
                let because = row.because.as_deref()?;
                because.lines().next().map(str::to_owned)
            })
            .shrinkable(20),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_id)
    }
}
