//! How quotas, and requests for more, look in a table.
//!
//! Their fields in the other formats are [`crate::discovery::account::quotas`]'s.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::discovery::account::quotas::{FiledRequest, QuotaRow};

impl Record for QuotaRow {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("REGION", 90, |row| Some(row.region.to_string())),
            Column::<Self>::text("CLASS", 100, |row| Some(row.class.clone())).shrinkable(8),
            Column::<Self>::text("MARKET", 91, |row| Some(row.market.to_string())),
            Column::<Self>::number("LIMIT", 94, |row| number(row.limit_vcpus)),
            Column::<Self>::number("USED", 93, |row| number(row.used_vcpus)),
            Column::<Self>::number("FREE", 96, |row| number(row.free_vcpus)),
            Column::<Self>::text("STATUS", 85, |row| Some(row.status.to_string())),
            Column::<Self>::text("REQUESTED", 70, |row| {
                let request = row.pending_request.as_ref()?;
                Some(format!("{} ({})", request.desired, request.status))
            }),
            Column::<Self>::text("CODE", 60, |row| row.code.clone()),
            Column::<Self>::text("NAME", 20, |row| row.name.clone()).only_wide(),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.code.as_deref().unwrap_or(&self.class))
    }
}

impl Record for FiledRequest {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("REGION", 90, |row| Some(row.region.to_string())),
            Column::<Self>::text("CLASS", 95, |row| Some(row.class.clone())),
            Column::<Self>::text("MARKET", 93, |row| Some(row.market.to_string())),
            Column::<Self>::number("LIMIT", 60, |row| number(row.limit_vcpus)),
            Column::<Self>::number("DESIRED", 70, |row| Some(row.request.desired.to_string())),
            Column::<Self>::text("STATUS", 80, |row| Some(row.request.status.clone())),
            Column::<Self>::text("ID", 100, |row| Some(row.request.id.clone())),
            Column::<Self>::text("CODE", 50, |row| Some(row.code.clone())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.request.id)
    }
}

fn number(value: Option<u32>) -> Option<String> {
    value.map(|value| value.to_string())
}
