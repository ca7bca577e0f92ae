//! Tests of the catalog as a whole: the embedded file, damaged files, and what is written and read back.

mod damage;
mod embedded;
mod round_trip;

use crate::model::{Market, OperatingSystem};

use super::{Catalog, InstanceType, Offering, Region};

/// Visits everything that a catalog can show, and counts it.
fn walk<'c>(catalog: &'c Catalog<'c>) -> usize {
    let types: usize = catalog.types().map(visit_type).sum();
    let regions: usize = catalog.regions().map(visit_region).sum();
    types + regions
}

fn visit_type(one: InstanceType<'_>) -> usize {
    let texts = [Some(one.name()), one.processor_maker(), one.hypervisor(), one.network_performance()];
    let numbers = [one.vcpus(), one.cores(), one.threads_per_core()].map(Option::unwrap_or_default);
    let bandwidth = [one.network_baseline_mbps(), one.network_peak_mbps(), one.clock_mhz()];
    let ebs = [one.ebs_baseline(), one.ebs_peak()];
    let interfaces = [one.network_cards(), one.efa_interfaces()].into_iter().flatten().count();
    texts.into_iter().flatten().map(str::len).sum::<usize>()
        + numbers.into_iter().filter(|number| *number > 0).count()
        + bandwidth.into_iter().flatten().count()
        + ebs.into_iter().flatten().count()
        + interfaces
        + one.gpus().chain(one.accelerators()).map(|device| device.name.len()).sum::<usize>()
        + one.disks().count()
        + one.architectures().count()
        + one.markets().count()
        + one.features().count()
}

fn visit_region(region: Region<'_>) -> usize {
    region.code().len()
        + region.zones().map(str::len).sum::<usize>()
        + region.offerings().map(visit_offering).sum::<usize>()
}

fn visit_offering(offering: Offering<'_>) -> usize {
    let prices = [Market::OnDemand, Market::Spot].into_iter().flat_map(|market| {
        OperatingSystem::ALL.into_iter().filter_map(move |os| Some(offering.price(market, os)?.source))
    });
    let rates = OperatingSystem::ALL.into_iter().filter_map(|os| Some(offering.interruption(os)?.source));
    let sources =
        prices.chain(rates).map(|source| source.label().len() + source.as_of().len() + source.origin().len());
    offering.instance_type().family().len() + offering.zones().count() + sources.sum::<usize>()
}
