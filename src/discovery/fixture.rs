//! A small catalog for tests: every kind of type that a filter tells apart, in three regions.
//!
//! The names are EC2's, the figures are made up.

use crate::catalog::contents::InterruptionContents;
use crate::catalog::contents::{
    CatalogContents, DeviceContents, OfferingContents, PriceContents, RegionContents, SourceContents,
    TypeContents,
};
use crate::catalog::{DeviceKind, Disk, DiskKind, EbsPerformance, Feature, encode};
use crate::model::{
    Architecture, DatedBy, DeviceCount, Interruption, Market, Mebibytes, Money, OperatingSystem,
};

/// The catalog as bytes; leaked, so that a test may say `'static`.
pub(super) fn bytes() -> &'static [u8] {
    encode(&contents()).unwrap().leak()
}

/// The same as plain values.
pub(super) fn contents() -> CatalogContents {
    let source = |as_of: &str| SourceContents {
        label: "embedded".to_owned(),
        as_of: as_of.to_owned(),
        dated_by: DatedBy::Said,
        origin: "made up".to_owned(),
    };
    CatalogContents {
        types: types(),
        regions: vec![
            region("eu-west-1", "euw1", |place| place != 3),
            region("us-east-1", "use1", |_| true),
            region("us-west-2", "usw2", |place| place % 2 == 0),
        ],
        sources: vec![source("2026-08-06"), source("2026-01-31")],
    }
}

fn types() -> Vec<TypeContents> {
    use Architecture::{Arm64, I386, X86_64};
    let gpus = |name: &str, thousandths, mib| {
        device(DeviceKind::Gpu, name, DeviceCount::from_thousandths(thousandths), mib)
    };
    vec![
        machine("c7i.large", 2, 4096, &[X86_64], vec![]),
        machine("g6.xlarge", 4, 16384, &[X86_64], vec![gpus("L4", 1000, 22888)]),
        machine("g6e.xlarge", 4, 32768, &[X86_64], vec![gpus("L40S", 1000, 45776)]),
        machine("g6f.large", 2, 8192, &[X86_64], vec![gpus("L4", 125, 2861)]),
        machine("g4ad.xlarge", 4, 16384, &[X86_64], vec![gpus("Radeon Pro V520", 1000, 8192)]),
        machine(
            "inf2.xlarge",
            4,
            16384,
            &[X86_64],
            vec![device(DeviceKind::Neuron, "Inferentia2", DeviceCount::whole(1), 32768)],
        ),
        machine("m7g.large", 2, 8192, &[Arm64], vec![]),
        machine("m7i.large", 2, 8192, &[X86_64], vec![]),
        machine("m7i.xlarge", 4, 16384, &[X86_64], vec![]),
        machine("p5.48xlarge", 192, 2_097_152, &[X86_64], vec![gpus("H100", 8000, 81920)]),
        machine("t2.micro", 1, 1024, &[I386, X86_64], vec![]),
        only_named("z9.large"),
    ]
}

/// A type with figures that follow from its size, and features that follow from its name; those of a burstable one are
/// partly not known.
fn machine(
    name: &str,
    vcpus: u32,
    mib: u64,
    architectures: &[Architecture],
    devices: Vec<DeviceContents>,
) -> TypeContents {
    let is_old = name.starts_with("t2");
    let is_arm = architectures == [Architecture::Arm64];
    let ebs = EbsPerformance {
        bandwidth_mbps: vcpus * 1000,
        throughput_kilobytes: vcpus * 125_000,
        iops: vcpus * 500,
    };
    let disk = Disk { count: 2, size_gb: vcpus * 50, kind: DiskKind::Ssd, nvme: true };
    let mut features = if is_old { vec![Feature::Burstable] } else { vec![Feature::CurrentGeneration] };
    features.extend((vcpus > 100).then_some(Feature::Efa));
    TypeContents {
        name: name.to_owned(),
        is_described: true,
        vcpus: Some(vcpus),
        cores: Some(vcpus.div_ceil(2)),
        threads_per_core: Some(if is_arm { 1 } else { 2 }),
        memory: Some(Mebibytes(mib)),
        architectures: architectures.to_vec(),
        processor_maker: Some(if is_arm { "AWS" } else { "Intel" }.to_owned()),
        clock_mhz: (!is_old).then_some(2000 + vcpus),
        hypervisor: Some("nitro".to_owned()),
        disks: (!is_old).then(|| if devices.is_empty() { vec![] } else { vec![disk] }),
        network_performance: Some(if is_old { "Moderate" } else { "Up to 10 Gigabit" }.to_owned()),
        network_baseline_mbps: (!is_old).then_some(vcpus * 100),
        network_peak_mbps: (!is_old).then_some(10_000 + vcpus),
        network_cards: 1 + u16::from(vcpus > 100),
        efa_interfaces: u16::from(vcpus > 100),
        ebs_baseline: (!is_old).then_some(ebs),
        ebs_peak: (!is_old).then_some(ebs),
        markets: [Market::OnDemand, Market::Spot]
            .into_iter()
            .chain((vcpus > 100).then_some(Market::CapacityBlock))
            .collect(),
        features,
        devices,
    }
}

/// A type that only a price list names.
fn only_named(name: &str) -> TypeContents {
    TypeContents { name: name.to_owned(), ..TypeContents::default() }
}

fn device(kind: DeviceKind, name: &str, count: DeviceCount, mib: u64) -> DeviceContents {
    let manufacturer = Some("NVIDIA".to_owned());
    DeviceContents { kind, name: name.to_owned(), manufacturer, count, memory: Some(Mebibytes(mib)) }
}

/// A region that offers the types at the places that `offers` accepts. Each fourth offering has no price; prices repeat
/// between types and regions, so that ties are met.
fn region(code: &str, zone: &str, offers: fn(usize) -> bool) -> RegionContents {
    let zones: Vec<String> = (1..=3).map(|number| format!("{zone}-az{number}")).collect();
    let offering = |(place, one): (usize, TypeContents)| OfferingContents {
        zones: if one.is_described { zones[..=place % 3].to_vec() } else { vec![] },
        prices: if (place + usize::from(code.starts_with("eu"))) % 4 == 2 {
            vec![]
        } else {
            vec![
                price(Market::OnDemand, OperatingSystem::Linux, one.vcpus, 50_000),
                price(Market::OnDemand, OperatingSystem::Windows, one.vcpus, 90_000),
            ]
        }
        .into_iter()
        .chain((place % 3 == 0).then(|| {
            price(
                Market::Spot,
                OperatingSystem::Linux,
                one.vcpus,
                20_000 + 1000 * u64::try_from(place).unwrap(),
            )
        }))
        .collect(),
        interruptions: if place % 2 == 0 { vec![] } else { vec![interruption(place)] },
        instance_type: one.name,
    };
    let offerings =
        types().into_iter().enumerate().filter(|(place, _)| offers(*place)).map(offering).collect();
    RegionContents { code: code.to_owned(), zones: zones.clone(), offerings }
}

fn interruption(place: usize) -> InterruptionContents {
    let band = if place.is_multiple_of(3) { (5, 10) } else { (20, 100) };
    let band = Interruption { min_percent: band.0, max_percent: band.1 };
    let saving_percent = (!place.is_multiple_of(5)).then_some(41);
    InterruptionContents { os: OperatingSystem::Linux, band, saving_percent, source: 1 }
}

fn price(market: Market, os: OperatingSystem, vcpus: Option<u32>, micros_per_vcpu: u64) -> PriceContents {
    let vcpus = vcpus.unwrap_or(3);
    let amount = Money::from_micros(u64::from(vcpus) * micros_per_vcpu);
    PriceContents { market, os, amount, source: u8::from(vcpus > 100) }
}
