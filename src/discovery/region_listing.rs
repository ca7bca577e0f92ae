//! The regions of AWS: their names, their zones, and how much is known of them.

use serde::Serialize;

use crate::catalog::{Catalog, region_name};

use super::{DiscoveryError, RegionSelection};

/// The value of a listing's `schema` field.
const SCHEMA: &str = "cloudkit.region/v1";

/// A region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionListing {
    schema: &'static str,
    /// Its code.
    pub region: String,
    /// What AWS calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The ids of its zones.
    pub zones: Vec<String>,
    /// Types that are known to be offered there; absent where nothing is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_types: Option<usize>,
    /// Whether the account can use it; only where the account was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opt_in: Option<&'static str>,
}

impl RegionListing {
    /// The regions that are asked for, or all; those that a catalog knows nothing of included.
    ///
    /// # Errors
    /// Where a code or a pattern fits no region.
    pub fn of(catalog: &Catalog<'_>, asked: &[String]) -> Result<Vec<Self>, DiscoveryError> {
        let all = ["all".to_owned()];
        let asked = if asked.is_empty() { &all } else { asked };
        let codes = RegionSelection::parse(asked)?.names(catalog)?;
        Ok(codes.into_iter().map(|code| Self::of_region(catalog, code)).collect())
    }

    fn of_region(catalog: &Catalog<'_>, code: &str) -> Self {
        let known = catalog.region(code);
        Self {
            schema: SCHEMA,
            region: code.to_owned(),
            name: region_name::name_of(code).map(str::to_owned),
            zones: known.iter().flat_map(|region| region.zones()).map(str::to_owned).collect(),
            instance_types: known.map(|region| region.offerings().count()),
            opt_in: None,
        }
    }
}
