//! Tests of the catalog as a whole: the embedded file, damaged files, and what is written and read back.

mod damage;
mod embedded;
mod round_trip;

use crate::model::OperatingSystem;

use super::{Catalog, InstanceType, Offering, Region};

/// Visits everything that a catalog can show, and counts it.
fn walk<'c>(catalog: &'c Catalog<'c>) -> usize {
    let types: usize = catalog.types().map(visit_type).sum();
    let regions: usize = catalog.regions().map(visit_region).sum();
    types + regions
}

fn visit_type(one: InstanceType<'_>) -> usize {
    let texts = [Some(one.name()), one.processor_maker(), one.hypervisor(), one.network_performance()];
    let numbers = [one.vcpus().into(), one.cores().into(), one.threads_per_core().into(), one.memory().0];
    let bandwidth = [one.network_baseline_mbps(), one.network_peak_mbps(), one.clock_mhz()];
    let ebs = [one.ebs_baseline(), one.ebs_peak()];
    let interfaces = usize::from(one.network_cards()) + usize::from(one.efa_interfaces());
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
    let prices = OperatingSystem::ALL.into_iter().filter_map(|os| offering.price(os));
    let sources = prices
        .map(|price| price.source.label().len() + price.source.as_of().len() + price.source.origin().len());
    offering.instance_type().family().len() + offering.zones().count() + sources.sum::<usize>()
}
