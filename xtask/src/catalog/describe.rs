//! Instance types, from the answer of DescribeInstanceTypes that Moto carries.
//!
//! Facts are taken as EC2 gives them. Two need reading: a part of a GPU, whose `Count` is 0, and the devices that EC2
//! lists both as Neuron devices and as inference accelerators.

mod answer;

use std::collections::BTreeMap;

use cloudkit::catalog::contents::{DeviceContents, TypeContents};
use cloudkit::catalog::{DeviceKind, Disk, DiskKind, EbsPerformance, Feature};
use cloudkit::model::{DeviceCount, Market, Mebibytes};

use super::CatalogError;
use super::packages::Package;
use answer::{Accelerator, Described, EbsOptimizedInfo, NetworkCard, Storage};

/// The file of the package that is read.
pub(super) const FILE: &str = "moto/ec2/resources/instance_types.json.gz";

/// Who makes Neuron devices; their entries do not say so.
const NEURON_MAKER: &str = "AWS";

/// Every type.
pub(super) fn read(moto: &Package) -> Result<Vec<TypeContents>, CatalogError> {
    let described: BTreeMap<String, Described> =
        serde_json::from_slice(&moto.file(FILE)?).map_err(|error| CatalogError::shape(FILE, &error))?;
    described
        .into_values()
        .map(|one| {
            let name = one.instance_type.clone();
            contents(one).map_err(|what| CatalogError::shape(FILE, &format!("{name}: {what}")))
        })
        .collect()
}

/// A type, or what of it could not be understood.
fn contents(one: Described) -> Result<TypeContents, String> {
    Ok(TypeContents {
        is_described: true,
        vcpus: Some(one.v_cpu_info.default_v_cpus),
        cores: Some(one.v_cpu_info.default_cores),
        threads_per_core: Some(one.v_cpu_info.default_threads_per_core),
        memory: Some(Mebibytes(one.memory_info.size_in_mib)),
        clock_mhz: one.processor_info.sustained_clock_speed_in_ghz.map(thousandths).transpose()?,
        devices: devices(&one)?,
        disks: Some(disks(one.instance_storage_info.as_ref())?),
        network_baseline_mbps: total(&one.network_info.network_cards, |card| {
            card.baseline_bandwidth_in_gbps
        })?,
        network_peak_mbps: total(&one.network_info.network_cards, |card| card.peak_bandwidth_in_gbps)?,
        network_cards: one.network_info.maximum_network_cards,
        efa_interfaces: one.network_info.efa_info.as_ref().map_or(0, |efa| efa.maximum_efa_interfaces),
        ebs_baseline: one.ebs_info.ebs_optimized_info.as_ref().map(baseline).transpose()?,
        ebs_peak: one.ebs_info.ebs_optimized_info.as_ref().map(peak).transpose()?,
        markets: one.supported_usage_classes.iter().map(|class| market(class)).collect::<Result<_, _>>()?,
        features: features(&one),
        architectures: one.processor_info.supported_architectures,
        processor_maker: one.processor_info.manufacturer,
        hypervisor: one.hypervisor,
        network_performance: one.network_info.network_performance,
        name: one.instance_type,
    })
}

fn features(one: &Described) -> Vec<Feature> {
    let nested =
        one.processor_info.supported_features.iter().any(|feature| feature == "nested-virtualization");
    [
        (Feature::BareMetal, one.bare_metal),
        (Feature::Burstable, one.burstable_performance_supported),
        (Feature::Hibernation, one.hibernation_supported),
        (Feature::CurrentGeneration, one.current_generation),
        (Feature::FreeTier, one.free_tier_eligible),
        (Feature::DedicatedHosts, one.dedicated_hosts_supported),
        (Feature::NestedVirtualization, nested),
        (Feature::AutoRecovery, one.auto_recovery_supported),
        (Feature::NitroEnclaves, one.nitro_enclaves_support.as_deref() == Some("supported")),
        (Feature::Efa, one.network_info.efa_supported),
    ]
    .into_iter()
    .filter_map(|(feature, holds)| holds.then_some(feature))
    .collect()
}

fn market(class: &str) -> Result<Market, String> {
    match class {
        "on-demand" => Ok(Market::OnDemand),
        "spot" => Ok(Market::Spot),
        "capacity-block" => Ok(Market::CapacityBlock),
        other => Err(format!("the usage class {other:?} is not known")),
    }
}

/// Devices of all kinds. Where a type has Neuron devices, its inference accelerators are the same devices again.
fn devices(one: &Described) -> Result<Vec<DeviceContents>, String> {
    let gpus = one.gpu_info.iter().flat_map(|info| &info.gpus).map(|gpu| (DeviceKind::Gpu, gpu));
    let fpgas = one.fpga_info.iter().flat_map(|info| &info.fpgas).map(|fpga| (DeviceKind::Fpga, fpga));
    let media = one.media_accelerator_info.iter().flat_map(|info| &info.accelerators);
    let machine_learning: Vec<_> = match (&one.neuron_info, &one.inference_accelerator_info) {
        (Some(neuron), _) => neuron.neuron_devices.iter().map(|one| (DeviceKind::Neuron, one)).collect(),
        (None, Some(other)) => other.accelerators.iter().map(|one| (DeviceKind::Inference, one)).collect(),
        (None, None) => Vec::new(),
    };
    gpus.chain(fpgas)
        .chain(media.map(|one| (DeviceKind::Media, one)))
        .chain(machine_learning)
        .map(|(kind, accelerator)| device(kind, accelerator))
        .collect()
}

fn device(kind: DeviceKind, accelerator: &Accelerator) -> Result<DeviceContents, String> {
    let neuron = (kind == DeviceKind::Neuron).then(|| NEURON_MAKER.to_owned());
    Ok(DeviceContents {
        kind,
        name: accelerator.name.clone(),
        manufacturer: accelerator.manufacturer.clone().or(neuron),
        count: device_count(accelerator)?,
        memory: accelerator.memory_info.as_ref().map(|memory| Mebibytes(memory.size_in_mib)),
    })
}

/// How many devices: parts of a known size where EC2 gives parts (their `Count` is 0), whole ones otherwise.
fn device_count(accelerator: &Accelerator) -> Result<DeviceCount, String> {
    let count = match (accelerator.count, accelerator.logical_gpu_count, accelerator.gpu_partition_size) {
        (0, Some(parts), Some(size)) => DeviceCount::from_thousandths(parts * thousandths(size)?),
        (count, ..) => DeviceCount::whole(count),
    };
    if count.is_zero() { Err(format!("none of the device {}", accelerator.name)) } else { Ok(count) }
}

fn disks(storage: Option<&Storage>) -> Result<Vec<Disk>, String> {
    let Some(storage) = storage else { return Ok(Vec::new()) };
    let nvme = matches!(storage.nvme_support.as_deref(), Some("required" | "supported"));
    let kind = |text: &str| match text {
        "ssd" => Ok(DiskKind::Ssd),
        "hdd" => Ok(DiskKind::Hdd),
        other => Err(format!("the disk type {other:?} is not known")),
    };
    storage
        .disks
        .iter()
        .map(|disk| Ok(Disk { count: disk.count, size_gb: disk.size_in_gb, kind: kind(&disk.kind)?, nvme }))
        .collect()
}

/// What all cards give together in megabits a second, if it is known of each.
fn total(
    cards: &[NetworkCard],
    bandwidth: impl Fn(&NetworkCard) -> Option<f64>,
) -> Result<Option<u32>, String> {
    let gigabits: Option<Vec<f64>> = cards.iter().map(bandwidth).collect();
    match gigabits {
        Some(known) if !known.is_empty() => Ok(Some(thousandths(known.iter().sum())?)),
        _ => Ok(None),
    }
}

fn baseline(info: &EbsOptimizedInfo) -> Result<EbsPerformance, String> {
    Ok(EbsPerformance {
        bandwidth_mbps: info.baseline_bandwidth_in_mbps,
        throughput_kilobytes: thousandths(info.baseline_throughput_in_megabytes)?,
        iops: info.baseline_iops,
    })
}

fn peak(info: &EbsOptimizedInfo) -> Result<EbsPerformance, String> {
    Ok(EbsPerformance {
        bandwidth_mbps: info.maximum_bandwidth_in_mbps,
        throughput_kilobytes: thousandths(info.maximum_throughput_in_megabytes)?,
        iops: info.maximum_iops,
    })
}

/// A decimal number in thousandths: GHz as MHz, Gbps as Mbps, megabytes as kilobytes.
fn thousandths(number: f64) -> Result<u32, String> {
    format!("{:.0}", number * 1000.0).parse().map_err(|_| format!("{number} is out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accelerator(json: &str) -> Accelerator {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_part_of_a_gpu_is_a_fraction_and_never_none() {
        let part = accelerator(r#"{"Name":"L4","Count":0,"LogicalGpuCount":1,"GpuPartitionSize":0.125}"#);
        assert_eq!(device_count(&part), Ok(DeviceCount::from_thousandths(125)));
        let whole = accelerator(r#"{"Name":"L4","Count":4,"LogicalGpuCount":4,"GpuPartitionSize":1.0}"#);
        assert_eq!(device_count(&whole), Ok(DeviceCount::whole(4)));
        let none = accelerator(r#"{"Name":"L4","Count":0}"#);
        assert!(device_count(&none).is_err());
    }

    #[test]
    fn units_are_thousandths() {
        assert_eq!(thousandths(3.2), Ok(3200));
        assert_eq!(thousandths(81.25), Ok(81_250));
        assert_eq!(thousandths(0.064), Ok(64));
        assert!(thousandths(-1.0).is_err());
    }
}
