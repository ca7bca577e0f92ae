//! What the embedded catalog has to know.

use crate::catalog::{Catalog, Device, DeviceKind, DiskKind, Feature, InstanceType};
use crate::model::{
    Architecture, DeviceCount, InstanceTypeName, Market, Mebibytes, OperatingSystem, RegionName,
};

use super::walk;

const FILE: &[u8] = include_bytes!("../embedded.bin");

/// The catalog travels inside of the program, so it has to stay small.
const BYTES_AT_MOST: usize = 1_500_000;

fn price(name: &str, region: &str, os: OperatingSystem) -> Option<(String, &'static str)> {
    let price = Catalog::embedded().region(region)?.offering(name)?.price(Market::OnDemand, os)?;
    Some((price.amount.to_string(), price.source.as_of()))
}

#[test]
fn it_is_sound_from_end_to_end_and_small() {
    assert!(FILE.len() < BYTES_AT_MOST, "{} bytes", FILE.len());
    let catalog = Catalog::read(FILE).unwrap();
    assert_eq!((catalog.types().len(), catalog.regions().len()), (1395, 30));
    assert!(walk(Catalog::embedded()) > 0);
}

#[test]
fn its_names_are_names() {
    let catalog = Catalog::embedded();
    for one in catalog.types() {
        assert!(one.name().parse::<InstanceTypeName>().is_ok(), "{}", one.name());
        assert!(one.architectures().count() > 0 && one.markets().count() > 0, "{}", one.name());
        assert_eq!(catalog.instance_type(one.name()).map(InstanceType::name), Some(one.name()));
    }
    for region in catalog.regions() {
        assert!(region.code().parse::<RegionName>().is_ok(), "{}", region.code());
        assert!(region.offerings().all(|offering| offering.zones().count() > 0), "{}", region.code());
    }
}

#[test]
fn a_plain_machine() {
    let one = Catalog::embedded().instance_type("m7i.large").unwrap();
    assert_eq!(
        (one.family(), one.vcpus(), one.cores(), one.threads_per_core()),
        ("m7i", Some(2), Some(1), Some(2))
    );
    assert_eq!(one.memory(), Some(Mebibytes::from_gib(8)));
    assert!(one.architectures().eq([Architecture::X86_64]));
    assert_eq!((one.processor_maker(), one.clock_mhz()), (Some("Intel"), Some(3200)));
    assert_eq!((one.hypervisor(), one.network_performance()), (Some("nitro"), Some("Up to 12.5 Gigabit")));
    assert_eq!((one.network_baseline_mbps(), one.network_peak_mbps()), (Some(781), Some(12_500)));
    assert_eq!(
        one.ebs_baseline().map(|ebs| (ebs.bandwidth_mbps, ebs.throughput_kilobytes)),
        Some((650, 81_250))
    );
    assert_eq!((one.devices().count(), one.disks().count()), (0, 0));
    assert!(
        one.has(Feature::CurrentGeneration) == Some(true)
            && one.has(Feature::Burstable) == Some(false)
            && one.has(Feature::BareMetal) == Some(false)
    );
    assert!(one.markets().eq([Market::OnDemand, Market::Spot]));
}

#[test]
fn prices_carry_their_date() {
    let known = |amount: &str, as_of| Some((amount.to_owned(), as_of));
    assert_eq!(price("m7i.large", "us-east-1", OperatingSystem::Linux), known("0.1008", "2025-03-02"));
    assert_eq!(price("m5.large", "us-east-1", OperatingSystem::Windows), known("0.188", "2025-03-02"));
    assert_eq!(price("m7i.large", "us-east-1", OperatingSystem::Rhel), known("0.1296", "2025-03-02"));
    assert_eq!(price("m7i.large", "us-east-1", OperatingSystem::Suse), known("0.1571", "2025-03-02"));
    assert_eq!(price("p5.48xlarge", "us-east-1", OperatingSystem::Linux), known("55.04", "2026-08-06"));
    assert_eq!(price("g6e.xlarge", "us-east-1", OperatingSystem::Linux), known("1.861", "2026-08-06"));
}

#[test]
fn a_price_that_nothing_bears_out_is_not_known() {
    // The list has dedicated tenancy's price, 0.22176.
    assert_eq!(price("m7i.xlarge", "us-east-1", OperatingSystem::Linux), None);
    // The list has the licence alone, 0.092.
    assert_eq!(price("m7i.large", "us-east-1", OperatingSystem::Windows), None);
    assert_eq!(price("p5.48xlarge", "us-west-2", OperatingSystem::Linux), None);
    assert_eq!(price("p5.48xlarge", "us-east-1", OperatingSystem::Windows), None);
    assert_eq!(price("u7in-16tb.224xlarge", "us-east-1", OperatingSystem::Linux), None);
}

#[test]
fn accelerators_have_prices_in_one_region_alone() {
    for region in Catalog::embedded().regions().filter(|region| region.code() != "us-east-1") {
        let accelerated =
            region.offerings().filter(|offering| offering.instance_type().devices().count() > 0);
        for offering in accelerated {
            assert!(
                offering.price(Market::OnDemand, OperatingSystem::Linux).is_none(),
                "{}",
                offering.instance_type().name()
            );
        }
    }
}

#[test]
fn devices_are_counted_once_and_in_parts() {
    let device = |name: &str| {
        let devices: Vec<Device<'_>> = Catalog::embedded().instance_type(name).unwrap().devices().collect();
        assert_eq!(devices.len(), 1, "{name}");
        devices[0]
    };
    let part = device("g6f.large");
    assert_eq!(
        (part.kind, part.name, part.count),
        (DeviceKind::Gpu, "L4", DeviceCount::from_thousandths(125))
    );
    assert_eq!(part.memory, Some(Mebibytes(2861)));
    assert_eq!(device("g6.xlarge").memory, Some(Mebibytes(22_888)));
    let trainium = device("trn1.32xlarge");
    assert_eq!(
        (trainium.kind, trainium.name, trainium.count),
        (DeviceKind::Neuron, "Trainium", DeviceCount::whole(16))
    );
    assert_eq!(device("inf2.48xlarge").count, DeviceCount::whole(12));
    assert_eq!(device("dl2q.24xlarge").kind, DeviceKind::Inference);
    assert_eq!(device("f2.48xlarge").kind, DeviceKind::Fpga);
    assert_eq!(device("vt1.24xlarge").kind, DeviceKind::Media);
}

#[test]
fn a_large_machine_sums_its_network_cards() {
    let one = Catalog::embedded().instance_type("p5.48xlarge").unwrap();
    assert_eq!((one.network_cards(), one.efa_interfaces()), (Some(32), Some(32)));
    assert_eq!(one.network_peak_mbps(), Some(3_200_000));
    assert!(one.markets().any(|market| market == Market::CapacityBlock));
    let disks: Vec<_> = one.disks().map(|disk| (disk.count, disk.size_gb, disk.kind, disk.nvme)).collect();
    assert_eq!(disks, [(8, 3800, DiskKind::Ssd, true)]);
}

#[test]
fn an_offering_names_its_zones() {
    let region = Catalog::embedded().region("us-west-1").unwrap();
    assert!(region.zones().eq(["usw1-az1", "usw1-az3"]));
    let one = Catalog::embedded().instance_type("m7i.large").unwrap();
    assert!(one.offerings().all(|offering| offering.instance_type().name() == "m7i.large"));
    assert!(one.offerings().count() > 20);
}

#[test]
fn a_name_that_is_not_there_has_neighbours() {
    let catalog = Catalog::embedded();
    assert!(catalog.instance_type("m7i.lagre").is_none());
    assert_eq!(catalog.nearest_types("m7i.lagre").first(), Some(&"m7i.large"));
    assert_eq!(catalog.nearest_regions("us-est-1").first(), Some(&"us-east-1"));
    assert!(catalog.nearest_types("kubernetes").is_empty());
}
