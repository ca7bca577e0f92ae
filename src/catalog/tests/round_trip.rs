//! What is written is read back, and the same contents are the same bytes.

use crate::catalog::contents::{
    CatalogContents, DeviceContents, InterruptionContents, OfferingContents, PriceContents, RegionContents,
    SourceContents, TypeContents,
};
use crate::catalog::{Catalog, DeviceKind, Disk, DiskKind, EbsPerformance, EncodeError, Feature, encode};
use crate::model::{
    self, Architecture, DatedBy, DeviceCount, Interruption, Market, Mebibytes, Money, OperatingSystem,
};

/// A catalog with one of everything.
pub(super) fn sample() -> CatalogContents {
    CatalogContents {
        types: vec![small(), large()],
        regions: vec![
            RegionContents { code: "us-west-2".to_owned(), ..RegionContents::default() },
            RegionContents {
                code: "eu-west-1".to_owned(),
                zones: vec!["euw1-az3".to_owned(), "euw1-az1".to_owned()],
                offerings: vec![offering("t9.small", &["euw1-az3"], 52_000), offering("a1.large", &[], 0)],
            },
        ],
        sources: vec![SourceContents {
            label: "feed".to_owned(),
            as_of: "2026-10-01".to_owned(),
            dated_by: DatedBy::ListBeside,
            origin: "a list".to_owned(),
        }],
    }
}

fn small() -> TypeContents {
    TypeContents {
        name: "t9.small".to_owned(),
        is_described: true,
        vcpus: Some(2),
        cores: Some(1),
        threads_per_core: Some(2),
        memory: Some(Mebibytes(512)),
        architectures: vec![Architecture::Arm64, Architecture::I386],
        ..TypeContents::default()
    }
}

fn large() -> TypeContents {
    let ebs = EbsPerformance { bandwidth_mbps: 650, throughput_kilobytes: 81_250, iops: 3600 };
    TypeContents {
        name: "a1.large".to_owned(),
        vcpus: Some(896),
        memory: Some(Mebibytes::from_gib(32_768)),
        processor_maker: Some("AWS".to_owned()),
        clock_mhz: Some(2800),
        hypervisor: Some("nitro".to_owned()),
        devices: vec![DeviceContents {
            kind: DeviceKind::Media,
            name: "U30".to_owned(),
            manufacturer: Some("Xilinx".to_owned()),
            count: DeviceCount::from_thousandths(500),
            memory: Some(Mebibytes(24_576)),
        }],
        disks: Some(vec![Disk { count: 24, size_gb: 2000, kind: DiskKind::Hdd, nvme: true }]),
        network_performance: Some("Moderate".to_owned()),
        network_peak_mbps: Some(100_000),
        network_cards: 2,
        efa_interfaces: 2,
        ebs_peak: Some(ebs),
        markets: vec![Market::CapacityBlock, Market::OnDemand],
        features: vec![Feature::Efa, Feature::BareMetal],
        ..small()
    }
}

fn offering(name: &str, zones: &[&str], micros: u64) -> OfferingContents {
    let price = PriceContents {
        market: Market::OnDemand,
        os: OperatingSystem::Suse,
        amount: Money::from_micros(micros),
        source: 0,
    };
    OfferingContents {
        instance_type: name.to_owned(),
        zones: zones.iter().map(|zone| (*zone).to_owned()).collect(),
        prices: if micros == 0 { Vec::new() } else { vec![price] },
        interruptions: vec![],
    }
}

#[test]
fn a_type_is_read_as_it_was_written() {
    let file = encode(&sample()).unwrap();
    let catalog = Catalog::read(&file).unwrap();
    let one = catalog.instance_type("a1.large").unwrap();
    assert_eq!((one.vcpus(), one.memory()), (Some(896), Some(Mebibytes::from_gib(32_768))));
    assert!(one.architectures().eq([Architecture::I386, Architecture::Arm64]));
    assert!(one.markets().eq([Market::OnDemand, Market::CapacityBlock]));
    assert!(one.features().eq([Feature::BareMetal, Feature::Efa]));
    assert!(one.disks().eq(large().disks.unwrap()));
    let device = model::Device::from(one.accelerators().next().unwrap());
    assert_eq!((&*device.name, device.manufacturer.as_deref()), ("U30", Some("Xilinx")));
    assert_eq!((device.count.thousandths(), device.memory_mib), (500, Some(Mebibytes(24_576))));
    assert_eq!((one.network_baseline_mbps(), one.network_peak_mbps()), (None, Some(100_000)));
    assert_eq!((one.ebs_baseline(), one.ebs_peak()), (None, large().ebs_peak));
    let plain = catalog.instance_type("t9.small").unwrap();
    assert_eq!((plain.processor_maker(), plain.clock_mhz(), plain.hypervisor()), (None, None, None));
}

#[test]
fn a_region_is_read_as_it_was_written() {
    let file = encode(&sample()).unwrap();
    let catalog = Catalog::read(&file).unwrap();
    let region = catalog.region("eu-west-1").unwrap();
    assert!(region.zones().eq(["euw1-az1", "euw1-az3"]));
    assert!(region.offerings().map(|one| one.instance_type().name()).eq(["a1.large", "t9.small"]));
    let offering = region.offering("t9.small").unwrap();
    assert!(offering.zones().eq(["euw1-az3"]));
    assert!(offering.price(Market::OnDemand, OperatingSystem::Linux).is_none());
    let price = offering.price(Market::OnDemand, OperatingSystem::Suse).unwrap();
    assert_eq!(
        (price.amount.micros(), price.source.label(), price.source.as_of()),
        (52_000, "feed", "2026-10-01")
    );
    assert!(catalog.region("us-west-2").unwrap().offering("t9.small").is_none());
}

#[test]
fn order_does_not_change_a_byte() {
    let mut turned = sample();
    turned.types.reverse();
    turned.regions.reverse();
    for region in &mut turned.regions {
        region.zones.reverse();
        region.offerings.reverse();
    }
    assert_eq!(encode(&turned), encode(&sample()));
}

#[test]
fn contents_that_contradict_themselves_are_refused() {
    let refused = |spoil: fn(&mut CatalogContents)| {
        let mut contents = sample();
        spoil(&mut contents);
        encode(&contents).unwrap_err().to_string()
    };
    assert_eq!(refused(|it| it.types.push(small())), r#""t9.small" is there twice"#);
    assert_eq!(
        refused(|it| it.regions[1].offerings[0].zones.push("usw2-az1".to_owned())),
        r#"t9.small is offered in "usw2-az1", which is not a zone of eu-west-1"#
    );
    assert_eq!(
        refused(|it| it.types.truncate(1)),
        r#"eu-west-1 offers "a1.large", which is not among the types"#
    );
    assert_eq!(
        refused(|it| it.regions[1].offerings[0].prices[0].amount = Money::from_micros(u64::MAX)),
        "the price of t9.small does not fit in a catalog file"
    );
    let mut unsourced = sample();
    unsourced.sources.clear();
    assert!(matches!(encode(&unsourced), Err(EncodeError::Missing { .. })));
}

#[test]
fn a_catalog_is_turned_back_into_its_contents() {
    let mut spot = sample();
    let price = |os, micros| PriceContents {
        market: Market::Spot,
        os,
        amount: Money::from_micros(micros),
        source: 0,
    };
    let band = Interruption { min_percent: 20, max_percent: 100 };
    let offering = &mut spot.regions[1].offerings[0];
    offering.prices.insert(0, price(OperatingSystem::Windows, 41_000));
    offering.interruptions.push(InterruptionContents {
        os: OperatingSystem::Linux,
        band,
        saving_percent: Some(0),
        source: 0,
    });
    let file = encode(&spot).unwrap();
    let catalog = Catalog::read(&file).unwrap();
    let back = CatalogContents::of(&catalog);
    assert_eq!(encode(&back).unwrap(), file);
    let one = catalog.region("eu-west-1").unwrap().offering("t9.small").unwrap();
    assert_eq!(one.price(Market::Spot, OperatingSystem::Windows).unwrap().amount.micros(), 41_000);
    assert!(one.price(Market::Spot, OperatingSystem::Linux).is_none());
    assert!(one.price(Market::Spot, OperatingSystem::Rhel).is_none());
    let rate = one.interruption(OperatingSystem::Linux).unwrap();
    assert_eq!((rate.band.to_string().as_str(), rate.saving_percent), (">20%", Some(0)));
    assert_eq!(rate.source.dated_by(), DatedBy::ListBeside);
    assert!(one.interruption(OperatingSystem::Windows).is_none());
}

#[test]
fn what_only_a_price_list_knows_is_not_described() {
    let mut contents = sample();
    contents.types[0] = TypeContents { name: "t9.small".to_owned(), ..TypeContents::default() };
    let file = encode(&contents).unwrap();
    let catalog = Catalog::read(&file).unwrap();
    let one = catalog.instance_type("t9.small").unwrap();
    assert!(!one.is_described() && !one.knows_disks());
    assert_eq!((one.vcpus(), one.memory(), one.network_cards()), (None, None, None));
    assert_eq!(one.has(Feature::BareMetal), None);
}
