//! `spot.json`: what an hour of spot costs, per region, instance type and operating system.
//!
//! The price is the present one, averaged by AWS over a region's zones. The file has no date: whoever fetches it keeps
//! the `Last-Modified` of the answer. Nothing is derived from a price that is not there.

use std::borrow::Cow;

use serde::Deserialize;

use crate::model::{InstanceTypeName, Money, OperatingSystem, RegionName};

use super::error::clipped;
use super::parsed::Tally;
use super::{DropReason, FeedError, FeedKind, Parsed, field, json};

const FEED: FeedKind = FeedKind::SpotPrice;

/// Whether the list has prices for it.
#[must_use]
pub const fn is_listed(os: OperatingSystem) -> bool {
    matches!(os, OperatingSystem::Linux | OperatingSystem::Windows)
}

/// What an hour of spot costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpotPrice {
    /// Where.
    pub region: RegionName,
    /// Of what.
    pub instance_type: InstanceTypeName,
    /// Billed as what: the file knows [`OperatingSystem::Linux`] and [`OperatingSystem::Windows`].
    pub os: OperatingSystem,
    /// For an hour; never 0.
    pub price: Money,
}

/// Reads the text of `spot.json`. A row is one price column of one type in one region.
///
/// # Errors
///
/// [`FeedError::FrozenSpotPrices`] for the old file; [`FeedError::Json`], [`FeedError::Changed`] and
/// [`FeedError::Malformed`] where the file is not what it was: another unit or currency, another column, or a price that
/// is neither a decimal number nor `N/A`.
pub fn parse(text: &str) -> Result<Parsed<SpotPrice>, FeedError> {
    if is_frozen(text) {
        return Err(FeedError::FrozenSpotPrices);
    }
    let File { config } = json::read(FEED, text)?;
    check(&config)?;
    let mut tally = Tally::new();
    for region in &config.regions {
        count_region(region, &mut tally)?;
    }
    let key_order = |a: &SpotPrice, b: &SpotPrice| {
        (&a.region, &a.instance_type, a.os).cmp(&(&b.region, &b.instance_type, b.os))
    };
    tally.distinct(key_order, |a, b| a.price == b.price).finish(FEED, None)
}

/// Whether it is `spot.js`, which calls a function with the prices of 2024-05-13.
pub(super) fn is_frozen(text: &str) -> bool {
    let text = text.trim_start();
    let code = match text.strip_prefix("/*") {
        Some(comment) => comment.split_once("*/").map_or("", |(_, code)| code.trim_start()),
        None => text,
    };
    code.starts_with("callback(")
}

#[derive(Deserialize)]
struct File<'t> {
    #[serde(borrow)]
    config: Config<'t>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config<'t> {
    rate: String,
    value_columns: Vec<String>,
    currencies: Vec<String>,
    #[serde(borrow)]
    regions: Vec<Region<'t>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Region<'t> {
    #[serde(borrow)]
    region: Cow<'t, str>,
    #[serde(borrow)]
    instance_types: Vec<Group<'t>>,
}

/// Types of one purpose; AWS lists some of them in two places of a group.
#[derive(Deserialize)]
struct Group<'t> {
    #[serde(borrow)]
    sizes: Vec<Size<'t>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Size<'t> {
    #[serde(borrow)]
    size: Cow<'t, str>,
    #[serde(borrow)]
    value_columns: Vec<Column<'t>>,
}

#[derive(Deserialize)]
struct Column<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(borrow)]
    prices: Prices<'t>,
}

#[derive(Deserialize)]
struct Prices<'t> {
    #[serde(rename = "USD", borrow)]
    usd: Cow<'t, str>,
}

fn check(config: &Config<'_>) -> Result<(), FeedError> {
    field::must_be(FEED, "config.rate", &config.rate, "perhr")?;
    field::must_be(FEED, "config.currencies", &config.currencies.join(","), "USD")?;
    config.value_columns.iter().try_for_each(|name| operating_system(name).map(|_| ()))
}

fn count_region(region: &Region<'_>, tally: &mut Tally<SpotPrice>) -> Result<(), FeedError> {
    let name = field::region(&region.region);
    for size in region.instance_types.iter().flat_map(|group| &group.sizes) {
        let instance_type = field::instance_type(&size.size);
        for column in &size.value_columns {
            let os = operating_system(&column.name)?;
            let price = price(column, &size.size, &region.region)?;
            tally.count(row(&name, &instance_type, os, price));
        }
    }
    Ok(())
}

fn row(
    region: &Result<RegionName, DropReason>,
    instance_type: &Result<InstanceTypeName, DropReason>,
    os: OperatingSystem,
    price: Option<Money>,
) -> Result<SpotPrice, DropReason> {
    let (region, instance_type) = (region.clone()?, instance_type.clone()?);
    let price = field::priced(price.ok_or(DropReason::NoPrice)?)?;
    Ok(SpotPrice { region, instance_type, os, price })
}

fn operating_system(column: &str) -> Result<OperatingSystem, FeedError> {
    match column {
        "linux" => Ok(OperatingSystem::Linux),
        "mswin" => Ok(OperatingSystem::Windows),
        _ => Err(FeedError::changed(FEED, "a value column", column, "linux or mswin")),
    }
}

/// The price in a column, or nothing where AWS says that there is none.
fn price(column: &Column<'_>, instance_type: &str, region: &str) -> Result<Option<Money>, FeedError> {
    let text = &column.prices.usd;
    if text.starts_with("N/A") {
        return Ok(None);
    }
    field::dollars(text).map(Some).ok_or_else(|| {
        let (instance_type, region) = (clipped(instance_type), clipped(region));
        let place = format!("the {} price of {instance_type:?} in {region:?}", column.name);
        FeedError::changed(FEED, place, text, "a decimal number or N/A")
    })
}
