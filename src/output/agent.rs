//! How the agent's status looks in a table.
//!
//! Its fields in the other formats are [`crate::monitor::status`]'s.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::monitor::status::Status;

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
