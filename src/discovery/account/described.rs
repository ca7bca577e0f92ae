//! Offers of an account, with all that a catalog knows of their types.
//!
//! What is held, bought or sold is told by whoever asks; nothing of it is known here.

use std::borrow::Cow;

use crate::catalog::{Catalog, Price};
use crate::discovery::candidate::of_type;
use crate::model::{Market, Offer, OperatingSystem};

/// An offer with all that the catalog knows of a type in a region, and without a price of its own.
pub(super) fn described<'c>(
    catalog: &'c Catalog<'c>,
    instance_type: impl Into<Cow<'c, str>>,
    region: impl Into<Cow<'c, str>>,
    market: Market,
    os: OperatingSystem,
) -> Offer<'c> {
    let (instance_type, region) = (instance_type.into(), region.into());
    let known = catalog.instance_type(&instance_type);
    let on_demand = on_demand(catalog, &instance_type, &region, os);
    Offer {
        on_demand_usd_hour: on_demand.map(|price| price.amount),
        ..of_type(known, instance_type, region, market, os)
    }
}

/// What an hour of a type costs on demand in a region, if that is known.
pub(super) fn on_demand<'c>(
    catalog: &'c Catalog<'c>,
    instance_type: &str,
    region: &str,
    os: OperatingSystem,
) -> Option<Price<'c>> {
    catalog.region(region)?.offering(instance_type)?.price(Market::OnDemand, os)
}
