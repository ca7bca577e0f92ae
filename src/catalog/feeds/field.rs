//! The fields that several feeds share: prices, regions, type names, dates, sizes, operating systems.
//!
//! A text becomes a value or nothing; whether nothing means a dropped row or a changed format, each feed says.

use jiff::Timestamp;
use serde::Deserialize;

use crate::catalog::contents::LARGEST_PRICE;
use crate::model::{InstanceTypeName, Mebibytes, Money, OperatingSystem, RegionName};

use super::{DropReason, FeedError, FeedKind};

/// Decimals of a micro-dollar.
const MONEY_DECIMALS: usize = 6;
const LARGEST_EXPONENT: usize = 12;
const LONGEST_CODE: usize = 64;
/// What AWS words for people, in bytes.
pub(super) const LONGEST_TEXT: usize = 128;

/// US dollars as AWS writes them: with any number of decimals (`2.6732800000`), and below a thousandth as Java does
/// (`9.0E-4`). Less than a micro-dollar is rounded up, so that no price is understated.
pub(super) fn dollars(text: &str) -> Option<Money> {
    let (number, exponent) = text.split_once("E-").unwrap_or((text, "0"));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    if !is_number(whole) || !is_number(decimals) || !is_number(exponent) {
        return None;
    }
    let places: usize = exponent.parse().ok().filter(|places| *places <= LARGEST_EXPONENT)?;
    let whole = format!("{:0>places$}{whole}", "");
    let (whole, moved) = whole.split_at_checked(whole.len().checked_sub(places)?)?;
    let decimals = format!("{moved}{decimals}");
    let (micros, beyond) = decimals.split_at_checked(MONEY_DECIMALS).unwrap_or((&decimals, ""));
    let price: Money = format!("{whole}.{micros}").parse().ok()?;
    let rest =
        if beyond.bytes().any(|digit| digit != b'0') { Money::from_micros(1) } else { Money::default() };
    Some(price.plus(rest))
}

/// A price that is one: not 0, and not more than a catalog can hold.
pub(super) fn priced(price: Money) -> Result<Money, DropReason> {
    if price == Money::default() {
        Err(DropReason::ZeroPrice)
    } else if price > LARGEST_PRICE {
        Err(DropReason::TooLarge)
    } else {
        Ok(price)
    }
}

/// Thousandths of what a decimal number says (`34.2` is 34,200).
pub(super) fn thousandths(text: &str) -> Option<u32> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 3 {
        return None;
    }
    let decimals: u32 = format!("{decimals:0<3}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(decimals)
}

/// A memory size as the price list writes it: `0.5 GiB`, `128.0 GiB`, `1,952 GiB`. A figure that is not whole
/// mebibytes is a rounded one, and unknown.
pub(super) fn memory(text: &str) -> Option<Mebibytes> {
    let number = text.trim().strip_suffix("GiB")?.trim_end();
    let number = without_separators(number)?;
    let is_decimal = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let memory: Option<Mebibytes> = is_decimal.then(|| format!("{number}gib").parse().ok())?;
    memory.filter(|memory| memory.0 > 0)
}

/// A number without the commas between its thousands; nothing if the commas stand anywhere else.
fn without_separators(number: &str) -> Option<String> {
    let (whole, decimals) = match number.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (number, None),
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    if rest.iter().any(|group| group.len() != 3) || (!rest.is_empty() && !(1..=3).contains(&first.len())) {
        return None;
    }
    let whole = whole.replace(',', "");
    Some(decimals.map_or_else(|| whole.clone(), |decimals| format!("{whole}.{decimals}")))
}

/// An instance type's name.
pub(super) fn instance_type(text: &str) -> Result<InstanceTypeName, DropReason> {
    text.parse().map_err(|_| DropReason::NotAnInstanceType)
}

/// A region's code; those of local and wavelength zones (`us-east-1-atl-1`, `us-east-1-wl1-bna1`) are told apart from
/// what is no code at all.
pub(super) fn region(code: &str) -> Result<RegionName, DropReason> {
    if !is_code(code) {
        return Err(DropReason::NotARegion);
    }
    let is_zone = || region_around(code).is_some();
    code.parse().map_err(|_| if is_zone() { DropReason::LocalZone } else { DropReason::NotARegion })
}

/// The region that the code of a local or wavelength zone begins with.
pub(super) fn region_around(zone: &str) -> Option<RegionName> {
    if !is_code(zone) {
        return None;
    }
    let mut dashes = zone.match_indices('-').map(|(dash, _)| dash).filter(|dash| dash + 1 < zone.len());
    dashes.find_map(|dash| zone.get(..dash)?.parse().ok())
}

fn is_code(text: &str) -> bool {
    text.len() <= LONGEST_CODE
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// A place's name for people.
pub(super) fn location(name: &str) -> Result<String, DropReason> {
    let is_name = !name.is_empty() && name.len() <= LONGEST_TEXT && !name.chars().any(char::is_control);
    if is_name { Ok(name.to_owned()) } else { Err(DropReason::NotALocation) }
}

/// An operating system as the price list calls it.
pub(super) fn operating_system(name: &str) -> Result<OperatingSystem, DropReason> {
    let is_named = |os: &OperatingSystem| operating_system_name(*os) == name;
    OperatingSystem::ALL.into_iter().find(is_named).ok_or(DropReason::OtherOperatingSystem)
}

pub(super) const fn operating_system_name(os: OperatingSystem) -> &'static str {
    match os {
        OperatingSystem::Linux => "Linux",
        OperatingSystem::Windows => "Windows",
        OperatingSystem::Rhel => "RHEL",
        OperatingSystem::Suse => "SUSE",
    }
}

/// What the on-demand price lists and their index say of themselves.
#[derive(Deserialize)]
pub(super) struct Manifest {
    #[serde(rename = "hawkFilePublicationDate")]
    publication_date: String,
    #[serde(rename = "currencyCode")]
    currency_code: String,
}

impl Manifest {
    /// When the list was published, where its prices are US dollars.
    pub(super) fn published(&self, feed: FeedKind) -> Result<Timestamp, FeedError> {
        must_be(feed, "manifest.currencyCode", &self.currency_code, "USD")?;
        let (field, text) = ("manifest.hawkFilePublicationDate", &self.publication_date);
        text.parse().map_err(|_| FeedError::changed(feed, field, text, "a time such as 2026-08-06T17:17:52Z"))
    }
}

/// When a list or an index of on-demand prices was published; nothing of the other kinds, which do not say.
#[must_use]
pub fn published(kind: FeedKind, text: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Dated {
        manifest: Manifest,
    }
    let may_say = matches!(kind, FeedKind::OnDemand | FeedKind::OnDemandIndex);
    let file = may_say.then(|| serde_json::from_str::<Dated>(text).ok()).flatten()?;
    file.manifest.published(kind).ok()
}

/// A field that has to be one certain text.
pub(super) fn must_be(
    feed: FeedKind,
    field: &str,
    found: &str,
    expected: &'static str,
) -> Result<(), FeedError> {
    if found == expected { Ok(()) } else { Err(FeedError::changed(feed, field, found, expected)) }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
