//! How offers look in a table of `find capacity`, where the market, the room and what is paid up front matter most.
//!
//! Their fields in the other formats are [`crate::model::offer`]'s.

use std::borrow::Cow;

use serde::Serialize;

use super::document::{Column, Record};
use super::offer::{devices, marked, quota};
use crate::model::Offer;

/// An offer of the market at large.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct SoldRow<'o>(pub Offer<'o>);

/// An offer in a list that has some of the account's own.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct AccountRow<'o>(pub Offer<'o>);

impl Record for SoldRow<'_> {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |row| Some(row.0.instance_type.to_string())),
            Column::<Self>::text("REGION", 90, |row| Some(row.0.region.to_string())),
            Column::<Self>::text("MARKET", 85, |row| Some(row.0.market.to_string())),
            Column::<Self>::number("USD/HOUR", 80, |row| price(&row.0)),
            Column::<Self>::text("AS OF", 20, |row| {
                Some(marked(row.0.price_as_of.as_ref()?, row.0.price_is_old))
            }),
            Column::<Self>::text("QUOTA", 75, |row| row.0.quota.as_ref().map(quota)).only_where_known(),
            Column::<Self>::number("VCPUS", 50, |row| row.0.vcpus.map(|vcpus| vcpus.to_string())),
            Column::<Self>::number("MEMORY", 40, |row| row.0.memory_mib.map(|memory| memory.to_string())),
            Column::<Self>::text("DEVICES", 60, |row| all_devices(&row.0)).shrinkable(10),
            Column::<Self>::text("ZONES", 70, |row| zones(&row.0)).shrinkable(9),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }
}

impl Record for AccountRow<'_> {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |row| Some(row.0.instance_type.to_string())),
            Column::<Self>::text("REGION", 70, |row| Some(row.0.region.to_string())),
            Column::<Self>::text("MARKET", 95, |row| Some(row.0.market.to_string())),
            Column::<Self>::number("COUNT", 90, |row| row.0.available_count.map(|count| count.to_string())),
            Column::<Self>::number("USD/HOUR", 60, |row| price(&row.0)),
            Column::<Self>::number("UP FRONT", 88, |row| {
                row.0.block.as_ref().map(|block| block.upfront_usd.to_cents())
            }),
            Column::<Self>::text("STARTS", 65, |row| {
                row.0.block.as_ref().map(|block| block.starts_at.to_string())
            }),
            Column::<Self>::text("ENDS", 30, |row| {
                row.0.block.as_ref().map(|block| block.ends_at.to_string())
            }),
            Column::<Self>::text("QUOTA", 75, |row| row.0.quota.as_ref().map(quota)).only_where_known(),
            Column::<Self>::text("ID", 85, |row| id(&row.0)),
            Column::<Self>::text("DEVICES", 20, |row| all_devices(&row.0)).shrinkable(10),
            Column::<Self>::text("ZONES", 50, |row| zones(&row.0)).shrinkable(8),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }
}

fn price(offer: &Offer<'_>) -> Option<String> {
    offer.price_usd_hour.map(|price| price.to_string())
}

fn zones(offer: &Offer<'_>) -> Option<String> {
    (!offer.zones.is_empty()).then(|| offer.zones.join(" "))
}

fn all_devices(offer: &Offer<'_>) -> Option<String> {
    let kinds: Vec<String> =
        [&offer.gpus, &offer.accelerators].into_iter().filter_map(|kind| devices(kind)).collect();
    (!kinds.is_empty()).then(|| kinds.join(" + "))
}

/// What it is launched into, or bought by.
fn id(offer: &Offer<'_>) -> Option<String> {
    let offering = || offer.block.as_ref().map(|block| block.offering_id.to_string());
    offer.reservation_id.as_ref().map(ToString::to_string).or_else(offering)
}
