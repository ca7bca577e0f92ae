//! How a group of offers looks in a table.
//!
//! Its fields in the other formats are [`crate::discovery::OfferGroup`]'s.

use std::borrow::Cow;

use crate::discovery::OfferGroup;

use super::document::{Column, Record};

impl Record for OfferGroup<'_> {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("GROUP", 100, |group| Some(group.group.to_string())),
            Column::<Self>::number("OFFERS", 60, |group| Some(group.offers.to_string())),
            Column::<Self>::number("TYPES", 50, |group| Some(group.types.to_string())),
            Column::<Self>::number("REGIONS", 50, |group| Some(group.regions.to_string())),
            Column::<Self>::text("CHEAPEST TYPE", 70, |group| {
                group.cheapest.as_ref().map(|cheapest| cheapest.instance_type.to_string())
            }),
            Column::<Self>::text("IN REGION", 65, |group| {
                group.cheapest.as_ref().map(|cheapest| cheapest.region.to_string())
            }),
            Column::<Self>::text("MARKET", 15, |group| {
                group.cheapest.as_ref().map(|cheapest| cheapest.market.to_string())
            })
            .only_wide(),
            Column::<Self>::number("USD/HOUR", 80, |group| {
                group.cheapest.as_ref().map(|cheapest| cheapest.price_usd_hour.to_string())
            }),
            Column::<Self>::number("UP TO", 40, |group| {
                group.dearest_usd_hour.map(|price| price.to_string())
            }),
            Column::<Self>::number("UNPRICED", 15, |group| Some(group.unpriced.to_string())).only_wide(),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.group)
    }
}
