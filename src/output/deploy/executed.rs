//! How a command on a machine of a deployment has ended.
//!
//! Its lines, where they were shown as they came, are not in it.

use std::borrow::Cow;

use serde::Serialize;

use super::super::document::{Column, Record};

const SCHEMA: &str = "cloudkit.executed/v1";

/// What a command came to on a machine.
#[derive(Debug, Clone, Serialize)]
pub struct Executed {
    schema: &'static str,
    instance_id: String,
    region: String,
    /// What it ended with; absent where the machine was not reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_reached: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stderr: Option<String>,
}

impl Executed {
    /// How it ended: with a code, or for what reason the machine was not reached.
    #[must_use]
    pub fn new(
        instance_id: &str,
        region: &str,
        code: Option<i32>,
        not_reached: Option<String>,
        stdout: Option<String>,
        stderr: Option<String>,
    ) -> Self {
        let (instance_id, region) = (instance_id.to_owned(), region.to_owned());
        Self { schema: SCHEMA, instance_id, region, code, not_reached, stdout, stderr }
    }

    /// Whether it ended with 0.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.code == Some(0)
    }

    /// What is the matter.
    #[must_use]
    pub fn complaint(&self) -> String {
        let Self { instance_id, region, .. } = self;
        match (&self.not_reached, self.code) {
            (Some(because), _) => format!("{instance_id} in {region}: not reached: {because}"),
            (None, Some(code)) => format!("{instance_id} in {region}: ended with {code}"),
            (None, None) => format!("{instance_id} in {region}: how it ended is not known"),
        }
    }
}

impl Record for Executed {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("ID", 100, |row| Some(row.instance_id.clone())),
            Column::<Self>::text("REGION", 80, |row| Some(row.region.clone())),
            Column::<Self>::number("CODE", 95, |row| row.code.map(|code| code.to_string())),
            Column::<Self>::text("STDOUT", 90, |row| row.stdout.as_deref().map(last_of).map(str::to_owned))
                .shrinkable(20),
            Column::<Self>::text("STDERR", 50, |row| row.stderr.as_deref().map(last_of).map(str::to_owned))
                .shrinkable(20),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_id)
    }
}

/// The last line, which a table has room for.
fn last_of(text: &str) -> &str {
    text.lines().next_back().unwrap_or_default()
}
