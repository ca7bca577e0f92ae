//! `locations.json`: which display name of the price lists is which region or zone.
//!
//! A name that is not in it is an error that names it, never a guess. The file has no date.

use std::borrow::Cow;

use serde::Deserialize;

use crate::model::RegionName;

use super::error::clipped;
use super::json::Members;
use super::parsed::Tally;
use super::{DropReason, FeedError, FeedKind, Parsed, field, json};

const FEED: FeedKind = FeedKind::Locations;

/// A place that the price lists name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The name for people, `US East (N. Virginia)`.
    pub name: String,
    /// AWS's code: a region's, or a zone's (`us-east-1-atl-1`).
    pub code: String,
    /// What it is.
    pub kind: LocationKind,
    /// The region that it is, or that it belongs to.
    pub region: RegionName,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LocationKind {
    /// A region.
    Region,
    /// A part of a region in another city.
    LocalZone,
    /// A part of a region in a telephone company's network.
    WavelengthZone,
}

impl Parsed<Location> {
    /// The place of that name.
    ///
    /// # Errors
    ///
    /// [`FeedError::UnknownLocation`] where there is none.
    pub fn find(&self, name: &str) -> Result<&Location, FeedError> {
        let found = self.rows.iter().find(|location| location.name == name);
        found.ok_or_else(|| FeedError::UnknownLocation { name: clipped(name) })
    }
}

/// Reads the text of `locations.json`. A row is one place.
///
/// # Errors
///
/// [`FeedError::Json`] and [`FeedError::Malformed`] where the file is not what it was.
pub fn parse(text: &str) -> Result<Parsed<Location>, FeedError> {
    let places: Members<'_, Place<'_>> = json::read(FEED, text)?;
    let mut tally = Tally::new();
    for (name, place) in &places.0 {
        tally.count(location(name, place));
    }
    tally.distinct(|a, b| a.name.cmp(&b.name), |a, b| a == b).finish(FEED, None)
}

#[derive(Deserialize)]
struct Place<'t> {
    #[serde(borrow)]
    code: Cow<'t, str>,
    #[serde(rename = "type", borrow)]
    kind: Cow<'t, str>,
}

fn location(name: &str, place: &Place<'_>) -> Result<Location, DropReason> {
    let kind = match &*place.kind {
        "AWS Region" => LocationKind::Region,
        "AWS Local Zone" => LocationKind::LocalZone,
        "AWS Wavelength Zone" => LocationKind::WavelengthZone,
        _ => return Err(DropReason::OtherPlace),
    };
    let around = || field::region_around(&place.code).ok_or(DropReason::NotARegion);
    let (kind, region) = match (kind, field::region(&place.code)) {
        (LocationKind::Region, Ok(region)) => (kind, region),
        // AWS calls the local zone us-east-2-mci-1 a region: the code knows better.
        (LocationKind::Region, Err(_)) => (LocationKind::LocalZone, around()?),
        (LocationKind::LocalZone | LocationKind::WavelengthZone, _) => (kind, around()?),
    };
    Ok(Location { name: field::location(name)?, code: place.code.clone().into_owned(), kind, region })
}
