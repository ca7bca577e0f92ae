//! Regions of a catalog, what they offer, and for how much.
//!
//! Only what a price list or an offering list says: whether there is capacity, or a quota to use it, is not known
//! here.

use crate::model::{DatedBy, Interruption, Market, Money, OperatingSystem};

use super::layout::{
    BandRecord, NO_SAVING, OfferingRecord, RegionRecord, SPOT_SYSTEMS, SourceRecord, Text, has_bit,
    price_place,
};
use super::reader::{find, run_of};
use super::{Catalog, InstanceType};

/// A region: a view into a catalog.
#[derive(Debug, Clone, Copy)]
pub struct Region<'c> {
    catalog: &'c Catalog<'c>,
    record: &'c RegionRecord,
}

impl<'c> Region<'c> {
    pub(super) const fn new(catalog: &'c Catalog<'c>, record: &'c RegionRecord) -> Self {
        Self { catalog, record }
    }

    /// Its code, `us-east-1`.
    #[must_use]
    pub fn code(self) -> &'c str {
        self.catalog.text(self.record.code)
    }

    /// The ids of its zones, in order.
    pub fn zones(self) -> impl Iterator<Item = &'c str> + Clone {
        self.zone_texts().iter().map(move |zone| self.catalog.text(*zone))
    }

    /// What it offers, by the type's name.
    pub fn offerings(self) -> impl Iterator<Item = Offering<'c>> + Clone {
        self.offering_records().iter().filter_map(move |record| self.offering_of(record))
    }

    /// What it offers of the type of this name.
    #[must_use]
    pub fn offering(self, instance_type: &str) -> Option<Offering<'c>> {
        let name = |record: &OfferingRecord| {
            let index = usize::from(record.instance_type.get());
            self.catalog.types.get(index).map(|record| self.catalog.text(record.name)).unwrap_or_default()
        };
        find(self.offering_records(), |record| name(record).cmp(instance_type))
            .and_then(|record| self.offering_of(record))
    }

    fn offering_of(self, record: &'c OfferingRecord) -> Option<Offering<'c>> {
        let instance_type = self.catalog.types.get(usize::from(record.instance_type.get()))?;
        Some(Offering { region: self, instance_type: InstanceType::new(self.catalog, instance_type), record })
    }

    fn zone_texts(self) -> &'c [Text] {
        run_of(self.catalog.zones, self.record.zones)
    }

    fn offering_records(self) -> &'c [OfferingRecord] {
        run_of(self.catalog.offerings, self.record.offerings)
    }
}

/// A type in a region: a view into a catalog.
#[derive(Debug, Clone, Copy)]
pub struct Offering<'c> {
    region: Region<'c>,
    instance_type: InstanceType<'c>,
    record: &'c OfferingRecord,
}

impl<'c> Offering<'c> {
    /// The type.
    #[must_use]
    pub const fn instance_type(self) -> InstanceType<'c> {
        self.instance_type
    }

    /// The region.
    #[must_use]
    pub const fn region(self) -> Region<'c> {
        self.region
    }

    /// The ids of the zones that have it, in order; none where they are not known.
    pub fn zones(self) -> impl Iterator<Item = &'c str> + Clone {
        let bits = self.record.zones.get();
        self.region.zones().enumerate().filter(move |(index, _)| has_bit(bits, *index)).map(|(_, zone)| zone)
    }

    /// What an hour of it costs in this market with this operating system, if that is known. Prices are kept of machines on
    /// demand, and of spot machines with Linux and Windows.
    #[must_use]
    pub fn price(self, market: Market, os: OperatingSystem) -> Option<Price<'c>> {
        let place = price_place(market, os)?;
        let micros = self.record.prices.get(place)?.get();
        let source = self.source(*self.record.sources.get(place)?)?;
        (micros != 0).then(|| Price { amount: Money::from_micros(micros.into()), source })
    }

    /// How often EC2 took back spot machines of it with this operating system, if that is known.
    #[must_use]
    pub fn interruption(self, os: OperatingSystem) -> Option<InterruptionRate<'c>> {
        let place = SPOT_SYSTEMS.iter().position(|one| *one == os)?;
        let record = *self.record.interruptions.get(place)?;
        let source = self.source(*self.record.interruption_sources.get(place)?)?;
        let BandRecord { min_percent, max_percent, saving_percent } = record;
        let saving_percent = (saving_percent != NO_SAVING).then_some(saving_percent);
        let band = Interruption { min_percent, max_percent };
        (record != BandRecord::UNKNOWN).then_some(InterruptionRate { band, saving_percent, source })
    }

    fn source(self, place: u8) -> Option<Source<'c>> {
        let catalog = self.region.catalog;
        catalog.sources.get(usize::from(place)).map(|record| Source::new(catalog, record))
    }
}

/// How often EC2 takes spot machines back, and where that comes from.
#[derive(Debug, Clone, Copy)]
pub struct InterruptionRate<'c> {
    /// The share that was taken back over a month.
    pub band: Interruption,
    /// What they save against on demand in percent, as AWS says; which prices it compared, and of which day, it does not.
    pub saving_percent: Option<u8>,
    /// Where it comes from.
    pub source: Source<'c>,
}

/// A price and where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Price<'c> {
    /// US dollars an hour.
    pub amount: Money,
    /// Where it comes from.
    pub source: Source<'c>,
}

/// Where a price comes from: a view into a catalog.
#[derive(Debug, Clone, Copy)]
pub struct Source<'c> {
    catalog: &'c Catalog<'c>,
    record: &'c SourceRecord,
}

impl<'c> Source<'c> {
    pub(super) const fn new(catalog: &'c Catalog<'c>, record: &'c SourceRecord) -> Self {
        Self { catalog, record }
    }

    pub(super) const fn record(self) -> &'c SourceRecord {
        self.record
    }

    /// What the pipe format calls it: `embedded`, `feed`, `api`.
    #[must_use]
    pub fn label(self) -> &'c str {
        self.catalog.text(self.record.label)
    }

    /// The date of its prices, `2025-03-02`.
    #[must_use]
    pub fn as_of(self) -> &'c str {
        self.catalog.text(self.record.as_of)
    }

    /// What says that it is the date.
    #[must_use]
    pub fn dated_by(self) -> DatedBy {
        DatedBy::ALL.get(usize::from(self.record.dated_by)).copied().unwrap_or(DatedBy::FileTime)
    }

    /// What was read: a package and its version, or a price list.
    #[must_use]
    pub fn origin(self) -> &'c str {
        self.catalog.text(self.record.origin)
    }
}
