//! The part of the answer of DescribeInstanceTypes that the catalog keeps.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html>

use cloudkit::model::Architecture;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Described {
    pub(super) instance_type: String,
    pub(super) v_cpu_info: VcpuInfo,
    pub(super) memory_info: Memory,
    pub(super) processor_info: Processor,
    pub(super) network_info: Network,
    pub(super) ebs_info: Ebs,
    pub(super) instance_storage_info: Option<Storage>,
    pub(super) gpu_info: Option<GpuInfo>,
    pub(super) fpga_info: Option<FpgaInfo>,
    pub(super) neuron_info: Option<NeuronInfo>,
    pub(super) inference_accelerator_info: Option<AcceleratorInfo>,
    pub(super) media_accelerator_info: Option<AcceleratorInfo>,
    pub(super) hypervisor: Option<String>,
    pub(super) nitro_enclaves_support: Option<String>,
    pub(super) supported_usage_classes: Vec<String>,
    pub(super) bare_metal: bool,
    pub(super) burstable_performance_supported: bool,
    pub(super) hibernation_supported: bool,
    pub(super) current_generation: bool,
    pub(super) free_tier_eligible: bool,
    pub(super) dedicated_hosts_supported: bool,
    pub(super) auto_recovery_supported: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VcpuInfo {
    pub(super) default_v_cpus: u32,
    pub(super) default_cores: u32,
    pub(super) default_threads_per_core: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Memory {
    #[serde(rename = "SizeInMiB")]
    pub(super) size_in_mib: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Processor {
    pub(super) supported_architectures: Vec<Architecture>,
    pub(super) manufacturer: Option<String>,
    pub(super) sustained_clock_speed_in_ghz: Option<f64>,
    #[serde(default)]
    pub(super) supported_features: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Network {
    pub(super) network_performance: Option<String>,
    pub(super) maximum_network_cards: u16,
    #[serde(default)]
    pub(super) network_cards: Vec<NetworkCard>,
    pub(super) efa_supported: bool,
    pub(super) efa_info: Option<Efa>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NetworkCard {
    pub(super) baseline_bandwidth_in_gbps: Option<f64>,
    pub(super) peak_bandwidth_in_gbps: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Efa {
    pub(super) maximum_efa_interfaces: u16,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Ebs {
    pub(super) ebs_optimized_info: Option<EbsOptimizedInfo>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EbsOptimizedInfo {
    pub(super) baseline_bandwidth_in_mbps: u32,
    #[serde(rename = "BaselineThroughputInMBps")]
    pub(super) baseline_throughput_in_megabytes: f64,
    pub(super) baseline_iops: u32,
    pub(super) maximum_bandwidth_in_mbps: u32,
    #[serde(rename = "MaximumThroughputInMBps")]
    pub(super) maximum_throughput_in_megabytes: f64,
    pub(super) maximum_iops: u32,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Storage {
    #[serde(default)]
    pub(super) disks: Vec<LocalDisk>,
    pub(super) nvme_support: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LocalDisk {
    pub(super) count: u16,
    #[serde(rename = "SizeInGB")]
    pub(super) size_in_gb: u32,
    #[serde(rename = "Type")]
    pub(super) kind: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GpuInfo {
    pub(super) gpus: Vec<Accelerator>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FpgaInfo {
    pub(super) fpgas: Vec<Accelerator>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NeuronInfo {
    pub(super) neuron_devices: Vec<Accelerator>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AcceleratorInfo {
    pub(super) accelerators: Vec<Accelerator>,
}

/// A device of any kind: EC2 describes all of them in the same few words.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Accelerator {
    pub(super) name: String,
    pub(super) manufacturer: Option<String>,
    pub(super) count: u32,
    pub(super) logical_gpu_count: Option<u32>,
    pub(super) gpu_partition_size: Option<f64>,
    pub(super) memory_info: Option<Memory>,
}
