//! Offers of an account, with all that a catalog knows of their types.
//!
//! What is held, bought or sold is told by whoever asks; nothing of it is known here.

use std::borrow::Cow;

use crate::catalog::{Catalog, InstanceType, Price};
use crate::model::{Market, Offer, OperatingSystem, offer};

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
        schema: Cow::Borrowed(offer::SCHEMA),
        zones: Vec::new(),
        market,
        architectures: known.into_iter().flat_map(InstanceType::architectures).collect(),
        vcpus: known.and_then(InstanceType::vcpus),
        memory_mib: known.and_then(InstanceType::memory),
        gpus: known.into_iter().flat_map(InstanceType::gpus).map(Into::into).collect(),
        accelerators: known.into_iter().flat_map(InstanceType::accelerators).map(Into::into).collect(),
        os,
        price_usd_hour: None,
        on_demand_usd_hour: on_demand.map(|price| price.amount),
        on_demand_is_old: false,
        saving_percent: None,
        saving_source: None,
        price_source: None,
        price_as_of: None,
        price_dated_by: None,
        price_is_old: false,
        interruption: None,
        interruption_is_old: false,
        reservation_id: None,
        available_count: None,
        total_count: None,
        ends_at: None,
        block: None,
        quota: None,
        instance_type,
        region,
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
