//! `index.json`: what an hour on demand costs in one location under one operating system.
//!
//! Only prices of a machine with nothing on top are kept: no pre-installed software, no licence of one's own. The file
//! names a location as people do; which region that is, the list of locations says ([`super::locations`]).

use std::borrow::Cow;

use serde::Deserialize;

use crate::model::{InstanceTypeName, Mebibytes, Money, OperatingSystem};

use super::error::clipped;
use super::json::Members;
use super::parsed::Tally;
use super::storage::{self, LocalDisks};
use super::{DropReason, FeedError, FeedKind, Parsed, field, json};

const FEED: FeedKind = FeedKind::OnDemand;
const NOTHING: &str = "NA";
const LICENCE_INCLUDED: &str = "No License required";

/// What an hour on demand costs, and what the price list says of the type; a fact that it does not give, or not so that
/// it can be read, is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDemandPrice {
    /// The place's name for people, `US East (N. Virginia)`; places are regions, local zones and wavelength zones.
    pub location: String,
    /// Of what.
    pub instance_type: InstanceTypeName,
    /// Billed as what.
    pub os: OperatingSystem,
    /// For an hour; never 0.
    pub price: Money,
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Main memory.
    pub memory: Option<Mebibytes>,
    /// The local disks, none of them where there are none; absent where AWS's words for them mean nothing here.
    pub disks: Option<Vec<LocalDisks>>,
    /// The network as AWS words it: `Up to 12.5 Gigabit`.
    pub network_performance: Option<String>,
}

/// What the price list calls an operating system; the name is part of the address of its file.
#[must_use]
pub const fn operating_system_name(os: OperatingSystem) -> &'static str {
    field::operating_system_name(os)
}

/// Reads the text of an `index.json`. A row is one price in one location.
///
/// # Errors
///
/// [`FeedError::Json`], [`FeedError::Changed`] and [`FeedError::Malformed`] where the file is not what it was: another
/// currency, no date, a field that is missing, or a price that is not a decimal number.
pub fn parse(text: &str) -> Result<Parsed<OnDemandPrice>, FeedError> {
    let file: File<'_> = json::read(FEED, text)?;
    let published = file.manifest.published(FEED)?;
    let mut tally = Tally::new();
    for (location, rows) in &file.regions.0 {
        for (_, row) in &rows.0 {
            let price = field::dollars(&row.price).ok_or_else(|| not_a_price(location, row))?;
            tally.count(kept(location, row, price));
        }
    }
    let key_order = |a: &OnDemandPrice, b: &OnDemandPrice| {
        (&a.location, &a.instance_type, a.os).cmp(&(&b.location, &b.instance_type, b.os))
    };
    tally.distinct(key_order, |a, b| a.price == b.price).finish(FEED, Some(published))
}

#[derive(Deserialize)]
struct File<'t> {
    manifest: field::Manifest,
    /// By location, then by a name that is of no use.
    #[serde(borrow)]
    regions: Members<'t, Members<'t, Row<'t>>>,
}

#[derive(Deserialize)]
struct Row<'t> {
    #[serde(borrow)]
    price: Cow<'t, str>,
    #[serde(rename = "Location", borrow)]
    location: Cow<'t, str>,
    #[serde(rename = "Instance Type", borrow)]
    instance_type: Cow<'t, str>,
    #[serde(rename = "plc:OperatingSystem", borrow)]
    operating_system: Cow<'t, str>,
    #[serde(rename = "Pre Installed S/W", borrow)]
    software: Cow<'t, str>,
    #[serde(rename = "License Model", borrow)]
    licence: Cow<'t, str>,
    #[serde(rename = "vCPU")]
    vcpus: Option<String>,
    #[serde(rename = "Memory")]
    memory: Option<String>,
    #[serde(rename = "Storage")]
    storage: Option<String>,
    #[serde(rename = "Network Performance")]
    network_performance: Option<String>,
}

fn kept(location: &str, row: &Row<'_>, price: Money) -> Result<OnDemandPrice, DropReason> {
    let os = field::operating_system(&row.operating_system)?;
    require(row.software == NOTHING, DropReason::PreInstalledSoftware)?;
    require(row.licence.eq_ignore_ascii_case(LICENCE_INCLUDED), DropReason::OwnLicence)?;
    require(row.location == location, DropReason::Misplaced)?;
    Ok(OnDemandPrice {
        location: field::location(location)?,
        instance_type: field::instance_type(&row.instance_type)?,
        os,
        price: field::priced(price)?,
        vcpus: row.vcpus.as_deref().and_then(|text| text.parse().ok()).filter(|count| *count > 0),
        memory: row.memory.as_deref().and_then(field::memory),
        disks: row.storage.as_deref().and_then(storage::local_disks),
        network_performance: row.network_performance.as_deref().and_then(said),
    })
}

fn require(holds: bool, reason: DropReason) -> Result<(), DropReason> {
    if holds { Ok(()) } else { Err(reason) }
}

/// A text that says something.
fn said(text: &str) -> Option<String> {
    let says = |text: &&str| !text.is_empty() && *text != NOTHING && text.len() <= field::LONGEST_TEXT;
    Some(text.trim()).filter(says).map(str::to_owned)
}

fn not_a_price(location: &str, row: &Row<'_>) -> FeedError {
    let place = format!("the price of {:?} in {:?}", clipped(&row.instance_type), clipped(location));
    FeedError::changed(FEED, place, &row.price, "a decimal number")
}
