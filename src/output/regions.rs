//! How the regions of AWS are listed.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::discovery::RegionListing;

impl Record for RegionListing {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("REGION", 100, |row| Some(row.region.clone())),
            Column::<Self>::text("NAME", 90, |row| row.name.clone()),
            Column::<Self>::number("TYPES", 80, |row| row.instance_types.map(|types| types.to_string())),
            Column::<Self>::text("ACCOUNT", 70, |row| row.opt_in.map(str::to_owned)).only_where_known(),
            Column::<Self>::text("ZONES", 60, |row| Some(row.zones.join(" "))).shrinkable(12),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.region)
    }
}
