//! A type in a region and a market before it is an offer: what is filtered, sorted and counted.
//!
//! Small and without text of its own; an offer is built of the candidates that are printed and of no others.

use std::borrow::Cow;

use crate::catalog::age::{Figure, Freshness};
use crate::catalog::{InstanceType, InterruptionRate, Offering, Price, Region};
use crate::model::{DatedBy, Market, Money, Offer, OperatingSystem, Saving, offer};

use super::saving::saving;

/// What may become an offer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'c> {
    pub(super) offering: Offering<'c>,
    pub(super) market: Market,
    pub(super) os: OperatingSystem,
    pub(super) price: Option<Quoted<'c>>,
    /// Where it is sold at that price.
    pub(super) place: Place<'c>,
    /// Its type's place among types sorted by name.
    pub(super) type_place: usize,
    /// Its region's place among regions sorted by code.
    pub(super) region_place: usize,
}

/// A part of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place<'c> {
    /// Every zone that has the type.
    Everywhere,
    /// One zone; its id, where that is known.
    Zone(Option<&'c str>),
}

/// A price, from whom, and of which date.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted<'c> {
    pub(super) amount: Money,
    pub(super) source: &'c str,
    pub(super) as_of: &'c str,
    pub(super) dated_by: DatedBy,
}

impl<'c> From<Price<'c>> for Quoted<'c> {
    fn from(price: Price<'c>) -> Self {
        let source = price.source;
        Self {
            amount: price.amount,
            source: source.label(),
            as_of: source.as_of(),
            dated_by: source.dated_by(),
        }
    }
}

/// Whether it is known what spot machines cost in a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpotPrices {
    /// Of some types it is: the others are not sold.
    Known,
    /// Of none it is: what EC2 says of the type has to do.
    Unknown,
}

impl SpotPrices {
    pub(super) fn of(region: Region<'_>, os: OperatingSystem) -> Self {
        let is_known = region.offerings().any(|offering| offering.price(Market::Spot, os).is_some());
        if is_known { Self::Known } else { Self::Unknown }
    }
}

/// Whether an offering is sold in a market. Where spot prices are known, spot machines of a type without a price and without
/// an interruption rate are not sold; what the account has reserved is the account's to say.
pub(super) fn is_sold(offering: Offering<'_>, market: Market, os: OperatingSystem, spot: SpotPrices) -> bool {
    let is_of_type = || offering.instance_type().markets().any(|of_type| of_type == market);
    match market {
        Market::OnDemand => true,
        Market::Spot => {
            let is_known = offering.price(Market::Spot, os).is_some() || offering.interruption(os).is_some();
            is_known || spot == SpotPrices::Unknown && is_of_type()
        }
        Market::CapacityBlock => is_of_type(),
        Market::Reservation => false,
    }
}

impl<'c> Candidate<'c> {
    pub(super) fn interruption(&self) -> Option<InterruptionRate<'c>> {
        (self.market == Market::Spot).then(|| self.offering.interruption(self.os)).flatten()
    }

    /// What a spot machine saves, as [`saving()`] has it.
    pub(super) fn saving(&self) -> Option<Saving> {
        (self.market == Market::Spot)
            .then(|| saving(self.price, self.on_demand(), self.interruption()))
            .flatten()
    }

    fn on_demand(&self) -> Option<Quoted<'c>> {
        if self.market == Market::OnDemand {
            self.price
        } else {
            self.offering.price(Market::OnDemand, self.os).map(Quoted::from)
        }
    }

    /// The zones that it can be had in at that price; none where they are not known.
    pub(super) fn zones(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        let (all, one) = match self.place {
            Place::Everywhere => (Some(self.offering.zones()), None),
            Place::Zone(id) => (None, id),
        };
        all.into_iter().flatten().chain(one)
    }

    /// It with all that the catalog knows of it.
    pub(super) fn offer(&self, freshness: Option<&Freshness>) -> Offer<'c> {
        let Self { offering, market, os, price, .. } = *self;
        let instance_type = offering.instance_type();
        let interruption = self.interruption();
        let (on_demand, saving) = (self.on_demand(), self.saving());
        let is_old = |figure, as_of: &str| freshness.is_some_and(|freshness| freshness.is_old(figure, as_of));
        Offer {
            zones: self.zones().map(Cow::Borrowed).collect(),
            price_usd_hour: price.map(|price| price.amount),
            on_demand_usd_hour: on_demand.map(|price| price.amount),
            on_demand_is_old: market != Market::OnDemand
                && on_demand.is_some_and(|price| is_old(Figure::OnDemandPrice, price.as_of)),
            saving_percent: saving.map(|saving| saving.percent),
            saving_source: saving.map(|saving| saving.source),
            price_source: price.map(|price| Cow::Borrowed(price.source)),
            price_as_of: price.map(|price| Cow::Borrowed(price.as_of)),
            price_dated_by: price.map(|price| price.dated_by).filter(|by| !by.is_said()),
            price_is_old: price.is_some_and(|price| is_old(Figure::price_in(market), price.as_of)),
            interruption: interruption.map(|rate| rate.band),
            interruption_is_old: interruption
                .is_some_and(|rate| is_old(Figure::Interruption, rate.source.as_of())),
            ..of_type(Some(instance_type), instance_type.name(), offering.region().code(), market, os)
        }
    }
}

/// An offer that says what is known of its type, and nothing else yet: no zone, no price.
pub(super) fn of_type<'c>(
    known: Option<InstanceType<'c>>,
    name: impl Into<Cow<'c, str>>,
    region: impl Into<Cow<'c, str>>,
    market: Market,
    os: OperatingSystem,
) -> Offer<'c> {
    Offer {
        schema: Cow::Borrowed(offer::SCHEMA),
        instance_type: name.into(),
        region: region.into(),
        zones: Vec::new(),
        market,
        architectures: known.into_iter().flat_map(InstanceType::architectures).collect(),
        vcpus: known.and_then(InstanceType::vcpus),
        memory_mib: known.and_then(InstanceType::memory),
        gpus: known.into_iter().flat_map(InstanceType::gpus).map(Into::into).collect(),
        accelerators: known.into_iter().flat_map(InstanceType::accelerators).map(Into::into).collect(),
        os,
        price_usd_hour: None,
        on_demand_usd_hour: None,
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
    }
}
