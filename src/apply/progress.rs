//! How far a machine is in being set up: `cloudkit.apply/v1`, which people, `deploy` and the console read.
//!
//! It says what was done and what failed, never how; nothing secret is in it.

use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::platform::files::{self, Access, FileError};

/// The value of the `schema` field.
pub const SCHEMA: &str = "cloudkit.apply/v1";

/// All that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The SHA-256 of the bundle.
    pub bundle: String,
    /// What it is at.
    pub state: RunState,
    /// Since when.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    /// The steps in their order, as soon as they are known.
    #[serde(default)]
    pub steps: Vec<StepProgress>,
    /// What a person should know besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// How it is by now; never in a file, and only where somebody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// How a machine is that was set up well: its services and checks, each asked once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// All in all.
    pub state: HealthState,
    /// When they were asked.
    pub asked_at: Timestamp,
    /// What is not well, or could not be asked, and why; a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complaints: Vec<String>,
}

/// What services and checks come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthState {
    /// All of them are well.
    Healthy,
    /// One is not.
    Unhealthy,
    /// None is known not to be, and not all could be asked.
    Unknown,
}

impl HealthState {
    /// Its name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
            Self::Unknown => "unknown",
        }
    }
}

/// What the whole is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It is under way, or was when the machine went down: it goes on with the next boot.
    Running,
    /// Everything is there and healthy.
    Succeeded,
    /// A step failed.
    Failed,
}

impl RunState {
    /// Its name, as in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepProgress {
    /// What it is, such as `script setup`.
    pub name: String,
    /// What it is at.
    pub state: StepState,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

/// What a step is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// It was done before, for just this.
    Unchanged,
    /// It is still to come.
    Waiting,
    /// It is under way.
    Running,
    /// It is done.
    Done,
    /// It failed.
    Failed,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Which step.
    pub step: String,
    /// Why, in one line.
    pub reason: String,
    /// The last lines of what was run.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tail: String,
}

/// With the last lines of what was run below it.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.step, self.reason)?;
        self.tail.lines().try_for_each(|line| write!(formatter, "\n| {line}"))
    }
}

impl Progress {
    /// That of a bundle of which nothing is known yet.
    #[must_use]
    pub fn begun(bundle: &str, now: Timestamp) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            bundle: bundle.to_owned(),
            state: RunState::Running,
            started_at: now,
            finished_at: None,
            steps: Vec::new(),
            notes: Vec::new(),
            failure: None,
            health: None,
        }
    }

    /// Whether it was set up and nothing is known to be otherwise by now.
    #[must_use]
    pub fn is_well(&self) -> bool {
        let state = self.health.as_ref().map(|health| health.state);
        self.state == RunState::Succeeded && state != Some(HealthState::Unhealthy)
    }

    /// Ends it with what failed, and the steps that are under way.
    pub fn fail(&mut self, failure: Failure, now: Timestamp) {
        for step in self.steps.iter_mut().filter(|step| step.state == StepState::Running) {
            step.state = StepState::Failed;
            step.finished_at = Some(now);
        }
        self.state = RunState::Failed;
        self.finished_at = Some(now);
        self.failure = Some(failure);
    }

    /// Writes it whole, for everybody to read.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        let text = serde_json::to_vec(self).map_err(|error| FileError {
            action: "write",
            path: path.to_owned(),
            source: error.into(),
        })?;
        files::replace(path, &text, Access::Public)
    }

    /// What the first of these files that is there says; one that is not understood says nothing.
    ///
    /// # Errors
    /// Where one is there and can't be read.
    pub fn read(paths: &[&Path]) -> Result<Option<Self>, FileError> {
        for path in paths {
            if let Some(content) = files::read_if_there(path)?
                && let Ok(progress) = serde_json::from_slice(&content)
            {
                return Ok(Some(progress));
            }
        }
        Ok(None)
    }
}
