//! How spot prices and placement scores look in a table.
//!
//! The curve of a price is [`super::history_chart`]'s.

use std::borrow::Cow;

use super::document::{Column, Record};
use crate::discovery::account::history::PricePoint;
use crate::discovery::account::price_summary::PriceSummary;
use crate::discovery::account::scores::ScoreRow;

impl Record for PricePoint {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |row| Some(row.instance_type.clone())),
            Column::<Self>::text("REGION", 70, |row| Some(row.region.clone())),
            Column::<Self>::text("ZONE", 90, |row| Some(row.zone.clone())),
            Column::<Self>::text("OS", 20, |row| Some(row.os.to_string())).only_wide(),
            Column::<Self>::number("USD/HOUR", 95, |row| Some(row.price_usd_hour.to_string())),
            Column::<Self>::text("SINCE", 80, |row| Some(row.at.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_type)
    }
}

impl Record for PriceSummary {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("TYPE", 100, |row| Some(row.instance_type.clone())),
            Column::<Self>::text("REGION", 70, |row| Some(row.region.clone())),
            Column::<Self>::text("ZONE", 90, |row| Some(row.zone.clone())),
            Column::<Self>::number("NOW", 95, |row| Some(row.now.to_string())),
            Column::<Self>::number("MIN", 60, |row| Some(row.min.to_string())),
            Column::<Self>::number("MEAN", 80, |row| Some(row.mean.to_string())),
            Column::<Self>::number("MAX", 60, |row| Some(row.max.to_string())),
            Column::<Self>::number("CHANGES", 40, |row| Some(row.changes.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.instance_type)
    }
}

impl Record for ScoreRow {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("REGION", 100, |row| Some(row.region.clone())),
            Column::<Self>::text("ZONE", 90, |row| row.zone.clone()),
            Column::<Self>::number("SCORE", 95, |row| row.score.map(|score| format!("{score} of 10"))),
            Column::<Self>::number("COUNT", 60, |row| Some(row.count.to_string())),
            Column::<Self>::text("TYPES", 40, |row| Some(row.instance_types.join(" "))).shrinkable(20),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.zone.as_deref().unwrap_or(&self.region))
    }
}
