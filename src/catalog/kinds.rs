//! Small vocabularies of the catalog: kinds of devices and disks, and the features of a type.
//!
//! A kind's place in its `ALL` is its number in a catalog file: new ones are added at the end, and no place is used
//! twice.

use std::borrow::Cow;

use crate::model::{self, DeviceCount, Mebibytes};

/// What a device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceKind {
    /// A graphics processor, whole or a part of one.
    Gpu,
    /// A device of AWS's own for machine learning: Trainium, Inferentia.
    Neuron,
    /// Another maker's device for inference.
    Inference,
    /// A field-programmable gate array.
    Fpga,
    /// A video transcoder.
    Media,
}

impl DeviceKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Gpu, Self::Neuron, Self::Inference, Self::Fpga, Self::Media];
}

/// What a local disk is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiskKind {
    /// Flash.
    Ssd,
    /// Spinning.
    Hdd,
}

impl DiskKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Ssd, Self::Hdd];
}

/// A yes-or-no fact of a type, as DescribeInstanceTypes gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// No hypervisor between the system and the machine.
    BareMetal,
    /// Earns processor credits below a baseline and spends them above it.
    Burstable,
    /// Can be stopped with its memory kept.
    Hibernation,
    /// Not one of the types that AWS calls previous generation.
    CurrentGeneration,
    /// Counts for the free tier.
    FreeTier,
    /// Can be run on a dedicated host.
    DedicatedHosts,
    /// Runs virtual machines of its own without being bare metal.
    NestedVirtualization,
    /// Is moved to working hardware by EC2 when its own fails.
    AutoRecovery,
    /// Can part off isolated enclaves.
    NitroEnclaves,
    /// Has an elastic fabric adapter.
    Efa,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 10] = [
        Self::BareMetal,
        Self::Burstable,
        Self::Hibernation,
        Self::CurrentGeneration,
        Self::FreeTier,
        Self::DedicatedHosts,
        Self::NestedVirtualization,
        Self::AutoRecovery,
        Self::NitroEnclaves,
        Self::Efa,
    ];
}

impl Feature {
    /// Its name in documents and for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BareMetal => "bare metal",
            Self::Burstable => "burstable",
            Self::Hibernation => "hibernation",
            Self::CurrentGeneration => "current generation",
            Self::FreeTier => "free tier",
            Self::DedicatedHosts => "dedicated hosts",
            Self::NestedVirtualization => "nested virtualization",
            Self::AutoRecovery => "auto recovery",
            Self::NitroEnclaves => "nitro enclaves",
            Self::Efa => "efa",
        }
    }
}

const _: () = assert!(Feature::ALL.len() <= 16, "the features of a type have to fit in its record");

/// Devices of one kind in a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device<'c> {
    /// What it does.
    pub kind: DeviceKind,
    /// Its name, `L4`.
    pub name: &'c str,
    /// Who makes it.
    pub manufacturer: Option<&'c str>,
    /// How many, fractions included.
    pub count: DeviceCount,
    /// Memory of one of them as the API gives it; of the part, where it is a part.
    pub memory: Option<Mebibytes>,
}

impl<'c> From<Device<'c>> for model::Device<'c> {
    fn from(device: Device<'c>) -> Self {
        Self {
            name: Cow::Borrowed(device.name),
            manufacturer: device.manufacturer.map(Cow::Borrowed),
            count: device.count,
            memory_mib: device.memory,
        }
    }
}

/// Local disks of one size in a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// How many of them.
    pub count: u16,
    /// Size of one of them in gigabytes (10⁹ bytes).
    pub size_gb: u32,
    /// What it is made of.
    pub kind: DiskKind,
    /// Whether it is reached over NVMe.
    pub nvme: bool,
}

/// What a machine gets from EBS at most, for a while (peak) or for good (baseline).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EbsPerformance {
    /// Megabits a second.
    pub bandwidth_mbps: u32,
    /// Thousands of bytes a second; the API gives megabytes with fractions (`81.25`).
    pub throughput_kilobytes: u32,
    /// Operations of 16 KiB a second.
    pub iops: u32,
}
