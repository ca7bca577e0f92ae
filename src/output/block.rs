//! How a capacity block that was bought looks in a table.
//!
//! Its fields in the other formats are [`crate::provision::report`]'s.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::provision::report::BlockReport;

impl Record for BlockReport {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("RESERVATION", 100, |row| row.reservation_id.clone()),
            Column::<Self>::text("TYPE", 90, |row| Some(row.instance_type.clone())),
            Column::<Self>::text("REGION", 80, |row| Some(row.region.clone())),
            Column::<Self>::number("COUNT", 85, |row| Some(row.count.to_string())),
            Column::<Self>::number("UP FRONT", 95, |row| Some(row.upfront_usd.to_cents())),
            Column::<Self>::text("STARTS", 70, |row| Some(row.starts_at.to_string())),
            Column::<Self>::text("ENDS", 65, |row| Some(row.ends_at.to_string())),
            Column::<Self>::text("STATE", 60, |row| row.state.clone()),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.reservation_id.as_deref().unwrap_or(&self.offering_id))
    }
}
