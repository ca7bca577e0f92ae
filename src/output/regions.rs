//! How the regions of AWS are listed.

use std::borrow::Cow;

use serde::Serialize;

use super::document::{Column, Record};

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionListing {
    schema: &'static str,
    region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    zones: Vec<String>,
    /// Types that are known to be offered there; absent where nothing is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_types: Option<usize>,
    /// Whether the account can use it; only where the account was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    opt_in: Option<&'static str>,
}

impl RegionListing {
    /// A region; without a count of types where the catalog knows nothing of it.
    #[must_use]
    pub fn new(region: &str, name: Option<&str>, zones: Vec<String>, instance_types: Option<usize>) -> Self {
        Self {
            schema: "cloudkit.region/v1",
            region: region.to_owned(),
            name: name.map(str::to_owned),
            zones,
            instance_types,
            opt_in: None,
        }
    }

    /// The region's code.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Adds whether the account can use it.
    pub const fn set_opt_in(&mut self, opt_in: Option<&'static str>) {
        self.opt_in = opt_in;
    }
}

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
