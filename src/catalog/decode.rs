//! Turns a catalog back into plain contents, so that another one can be made over it.
//!
//! The inverse of [`super::encode()`]; nothing is added and nothing judged.

use super::contents::{
    CatalogContents, DeviceContents, InterruptionContents, OfferingContents, PriceContents, RegionContents,
    SourceContents, TypeContents,
};
use super::layout::{MARKETS, SourceRecord};
use super::{Catalog, Device, InstanceType, InterruptionRate, Offering, Region, Source};
use crate::model::OperatingSystem;

impl CatalogContents {
    /// Everything that a catalog holds.
    #[must_use]
    pub fn of(catalog: &Catalog<'_>) -> Self {
        Self {
            types: catalog.types().map(type_contents).collect(),
            regions: catalog.regions().map(|region| region_contents(catalog, region)).collect(),
            sources: catalog.sources().map(Source::contents).collect(),
        }
    }
}

impl Source<'_> {
    /// The source as plain contents.
    pub(super) fn contents(self) -> SourceContents {
        SourceContents {
            label: self.label().to_owned(),
            as_of: self.as_of().to_owned(),
            dated_by: self.dated_by(),
            origin: self.origin().to_owned(),
        }
    }
}

fn type_contents(one: InstanceType<'_>) -> TypeContents {
    TypeContents {
        name: one.name().to_owned(),
        is_described: one.is_described(),
        vcpus: one.vcpus(),
        cores: one.cores(),
        threads_per_core: one.threads_per_core(),
        memory: one.memory(),
        architectures: one.architectures().collect(),
        processor_maker: one.processor_maker().map(str::to_owned),
        clock_mhz: one.clock_mhz(),
        hypervisor: one.hypervisor().map(str::to_owned),
        devices: one.devices().map(device_contents).collect(),
        disks: one.knows_disks().then(|| one.disks().collect()),
        network_performance: one.network_performance().map(str::to_owned),
        network_baseline_mbps: one.network_baseline_mbps(),
        network_peak_mbps: one.network_peak_mbps(),
        network_cards: one.network_cards().unwrap_or_default(),
        efa_interfaces: one.efa_interfaces().unwrap_or_default(),
        ebs_baseline: one.ebs_baseline(),
        ebs_peak: one.ebs_peak(),
        markets: one.markets().collect(),
        features: one.features().collect(),
    }
}

fn device_contents(device: Device<'_>) -> DeviceContents {
    let Device { kind, name, manufacturer, count, memory } = device;
    DeviceContents {
        kind,
        name: name.to_owned(),
        manufacturer: manufacturer.map(str::to_owned),
        count,
        memory,
    }
}

fn region_contents(catalog: &Catalog<'_>, region: Region<'_>) -> RegionContents {
    RegionContents {
        code: region.code().to_owned(),
        zones: region.zones().map(str::to_owned).collect(),
        offerings: region.offerings().map(|offering| offering_contents(catalog, offering)).collect(),
    }
}

fn offering_contents(catalog: &Catalog<'_>, offering: Offering<'_>) -> OfferingContents {
    let systems = || OperatingSystem::ALL.into_iter();
    let prices = MARKETS.into_iter().flat_map(|market| systems().map(move |os| (market, os)));
    OfferingContents {
        instance_type: offering.instance_type().name().to_owned(),
        zones: offering.zones().map(str::to_owned).collect(),
        prices: prices
            .filter_map(|(market, os)| {
                let price = offering.price(market, os)?;
                let source = place_of(catalog, price.source)?;
                Some(PriceContents { market, os, amount: price.amount, source })
            })
            .collect(),
        interruptions: systems()
            .filter_map(|os| {
                let rate = offering.interruption(os)?;
                let source = place_of(catalog, rate.source)?;
                let InterruptionRate { band, saving_percent, .. } = rate;
                Some(InterruptionContents { os, band, saving_percent, source })
            })
            .collect(),
    }
}

/// The place of a source among the catalog's sources.
fn place_of(catalog: &Catalog<'_>, source: Source<'_>) -> Option<u8> {
    let is_it = |record: &SourceRecord| std::ptr::eq(record, source.record());
    catalog.sources.iter().position(is_it).and_then(|place| u8::try_from(place).ok())
}
