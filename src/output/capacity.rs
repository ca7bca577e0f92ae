//! How offers look in a table of `find capacity`, where the market matters, and the room and the price up front, where
//! there are such.
//!
//! Their fields in the other formats are [`crate::model::offer`]'s.

use std::borrow::Cow;

use serde::Serialize;

use super::document::{Column, Record};
use super::offer::{NONE, all_devices, date_of_price, may_have_devices, quota};
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
            Column::<Self>::number("FREE", 92, |row| reserved(row, row.0.available_count)).only_where_known(),
            Column::<Self>::number("TOTAL", 90, |row| reserved(row, row.0.total_count)).only_where_known(),
            Column::<Self>::number("COUNT", 90, |row| {
                row.0.block.as_ref()?;
                row.0.available_count.map(|count| count.to_string())
            })
            .only_where_known(),
            Column::<Self>::number("USD/HOUR", 66, |row| row.0.price_usd_hour.map(|price| price.to_string()))
                .old_where(|row| row.0.price_is_old)
                .only_where_known(),
            Column::<Self>::number("UP FRONT", 88, |row| Some(row.0.block.as_ref()?.upfront_usd.to_cents()))
                .only_where_known(),
            Column::<Self>::text("STARTS", 65, |row| Some(row.0.block.as_ref()?.starts_at.to_string()))
                .only_where_known(),
            Column::<Self>::text("ENDS", 64, ends).only_where_known(),
            Column::<Self>::text("ID", 85, id).only_where_known(),
            Column::<Self>::text("AS OF", 20, |row| date_of_price(&row.0)).only_where_known(),
            Column::<Self>::text("QUOTA", 75, |row| row.0.quota.as_ref().map(quota)).only_where_known(),
            Column::<Self>::number("VCPUS", 50, |row| row.0.vcpus.map(|vcpus| vcpus.to_string())),
            Column::<Self>::number("MEMORY", 40, |row| row.0.memory_mib.map(|memory| memory.to_string())),
            Column::<Self>::text("DEVICES", 60, |row| all_devices(&row.0))
                .shrinkable(10)
                .shown_where(|row| may_have_devices(&row.0)),
            Column::<Self>::text("ZONES", 55, |row| Some(row.0.zones.join(" "))).shrinkable(9),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        self.0.name()
    }
}

/// A number of machines of a reservation.
fn reserved(row: &CapacityRow<'_>, machines: Option<u32>) -> Option<String> {
    row.0.reservation_id.as_ref()?;
    machines.map(|machines| machines.to_string())
}

/// The day on which a reservation, or a block that can be bought, is over; a reservation without such a day is kept until it
/// is given up.
fn ends(row: &CapacityRow<'_>) -> Option<String> {
    let of_block = || row.0.block.as_ref().map(|block| &block.ends_at);
    let day = |time: &str| time.split('T').next().unwrap_or_default().to_owned();
    let end = row.0.ends_at.as_ref().or_else(of_block).map(|time| day(time));
    end.or_else(|| row.0.reservation_id.as_ref().map(|_| NONE.to_owned()))
}

/// What it is launched into, or bought by.
fn id(row: &CapacityRow<'_>) -> Option<String> {
    let offering = || row.0.block.as_ref().map(|block| block.offering_id.to_string());
    row.0.reservation_id.as_ref().map(ToString::to_string).or_else(offering)
}
