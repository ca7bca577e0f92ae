//! How the agent's status looks in a table.
//!
//! Its fields in the other formats are [`crate::monitor::status`]'s.

use std::borrow::Cow;

use std::path::PathBuf;

use serde::Serialize;

use super::document::{Column, Record};
use crate::model::Architecture;
use crate::monitor::status::Status;

/// A released agent that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FetchedAgent {
    schema: &'static str,
    architecture: Architecture,
    version: &'static str,
    bytes: u64,
    sha256: String,
    path: PathBuf,
}

impl FetchedAgent {
    /// This version's agent for an architecture, stored at `path`.
    #[must_use]
    pub fn new(architecture: Architecture, path: PathBuf, bytes: u64, sha256: String) -> Self {
        let (schema, version) = ("cloudkit.fetched-agent/v1", env!("CARGO_PKG_VERSION"));
        Self { schema, architecture, version, bytes, sha256, path }
    }
}

impl Record for FetchedAgent {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("ARCHITECTURE", 100, |row| Some(row.architecture.to_string())),
            Column::<Self>::text("VERSION", 80, |row| Some(row.version.to_owned())),
            Column::<Self>::number("BYTES", 60, |row| Some(row.bytes.to_string())),
            Column::<Self>::text("FILE", 90, |row| Some(row.path.display().to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        self.path.to_string_lossy()
    }
}

impl Record for Status {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("MACHINE", 100, |row| row.instance_id.clone()),
            Column::<Self>::text("LAUNCH", 60, |row| Some(row.launch.clone())),
            Column::<Self>::text("ENDS", 90, |row| row.ends_at.map(|at| at.to_string())),
            Column::<Self>::text("WARNED", 70, |row| Some(if row.warned { "yes" } else { "no" }.to_owned())),
            Column::<Self>::text("LAST LOOK", 50, |row| Some(format!("{:.0}", row.last_tick))),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.instance_id.as_deref().unwrap_or(&self.launch))
    }
}
