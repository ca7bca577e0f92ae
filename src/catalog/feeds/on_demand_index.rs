//! `metadata.json`: for which locations and operating systems there are lists of on-demand prices.
//!
//! It holds no prices, and its names are those of the price lists: which region a location is, the list of locations
//! says ([`super::locations`]).

use serde::Deserialize;

use crate::model::OperatingSystem;

use super::parsed::Tally;
use super::{FeedError, FeedKind, Parsed, field, json};

const FEED: FeedKind = FeedKind::OnDemandIndex;

/// What there are price lists of: every location with every operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDemandIndex {
    /// The places' names for people, as the addresses of the lists have them.
    pub locations: Parsed<String>,
    /// The operating systems that cloudkit keeps prices of.
    pub operating_systems: Parsed<OperatingSystem>,
}

/// Reads the text of `metadata.json`. A row is one location, or one operating system.
///
/// # Errors
///
/// [`FeedError::Json`], [`FeedError::Changed`] and [`FeedError::Malformed`] where the file is not what it was.
pub fn parse(text: &str) -> Result<OnDemandIndex, FeedError> {
    let file: File = json::read(FEED, text)?;
    let published = Some(file.manifest.published(FEED)?);
    let mut locations = Tally::new();
    for name in &file.region_attributes.locations {
        locations.count(field::location(name));
    }
    let mut operating_systems = Tally::new();
    for name in &file.value_attributes.operating_systems {
        operating_systems.count(field::operating_system(name));
    }
    Ok(OnDemandIndex {
        locations: locations.distinct(Ord::cmp, |_, _| true).finish(FEED, published)?,
        operating_systems: operating_systems.distinct(Ord::cmp, |_, _| true).finish(FEED, published)?,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    manifest: field::Manifest,
    region_attributes: RegionAttributes,
    value_attributes: ValueAttributes,
}

#[derive(Deserialize)]
struct RegionAttributes {
    #[serde(rename = "Location")]
    locations: Vec<String>,
}

#[derive(Deserialize)]
struct ValueAttributes {
    #[serde(rename = "plc:OperatingSystem")]
    operating_systems: Vec<String>,
}
