//! How offers look in a table of `find capacity`, where the market matters, and the room and the price up front, where
//! there are such.
//!
//! Their fields in the other formats are [`crate::model::offer`]'s.

use std::borrow::Cow;

use serde::Serialize;

use super::document::{Column, Record};
use super::offer::{devices, marked, quota};
use crate::model::Offer;

/// An offer among those of other markets.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct CapacityRow<'o>(pub Offer<'o>);

impl Record for CapacityRow<'_> {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |row| Some(row.0.instance_type.to_string())),
            Column::<Self>::text("REGION", 70, |row| Some(row.0.region.to_string())),
            Column::<Self>::text("MARKET", 95, |row| Some(row.0.market.to_string())),
            Column::<Self>::number("COUNT", 90, |row| row.0.available_count.map(|count| count.to_string()))
                .only_where_known(),
            Column::<Self>::number("USD/HOUR", 66, |row| row.0.price_usd_hour.map(|price| price.to_string()))
                .only_where_known(),
            Column::<Self>::number("UP FRONT", 88, |row| Some(row.0.block.as_ref()?.upfront_usd.to_cents()))
                .only_where_known(),
            Column::<Self>::text("STARTS", 65, |row| Some(row.0.block.as_ref()?.starts_at.to_string()))
                .only_where_known(),
            Column::<Self>::text("ENDS", 30, |row| Some(row.0.block.as_ref()?.ends_at.to_string()))
                .only_where_known(),
            Column::<Self>::text("ID", 85, id).only_where_known(),
            Column::<Self>::text("AS OF", 20, |row| {
                Some(marked(row.0.price_as_of.as_ref()?, row.0.price_is_old))
            })
            .only_where_known(),
            Column::<Self>::text("QUOTA", 75, |row| row.0.quota.as_ref().map(quota)).only_where_known(),
            Column::<Self>::number("VCPUS", 50, |row| row.0.vcpus.map(|vcpus| vcpus.to_string())),
            Column::<Self>::number("MEMORY", 40, |row| row.0.memory_mib.map(|memory| memory.to_string())),
            Column::<Self>::text("DEVICES", 60, all_devices).shrinkable(10).only_where_known(),
            Column::<Self>::text("ZONES", 55, |row| Some(row.0.zones.join(" "))).shrinkable(9),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }
}

fn all_devices(row: &CapacityRow<'_>) -> Option<String> {
    let kinds = [&row.0.gpus, &row.0.accelerators];
    let kinds: Vec<String> = kinds.into_iter().filter_map(|kind| devices(kind)).collect();
    (!kinds.is_empty()).then(|| kinds.join(" + "))
}

/// What it is launched into, or bought by.
fn id(row: &CapacityRow<'_>) -> Option<String> {
    let offering = || row.0.block.as_ref().map(|block| block.offering_id.to_string());
    row.0.reservation_id.as_ref().map(ToString::to_string).or_else(offering)
}
