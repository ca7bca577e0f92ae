//! What goes into a catalog file, as plain values.
//!
//! [`super::encode()`] turns these into bytes; nothing here knows how. Order does not matter: the encoder sorts.

use crate::model::{
    Architecture, DatedBy, DeviceCount, Interruption, Market, Mebibytes, Money, OperatingSystem,
};

use super::{DeviceKind, Disk, EbsPerformance, Feature};

/// The largest price that a catalog can hold, 4,294.967295 US dollars.
pub const LARGEST_PRICE: Money = Money::from_micros(u32::MAX as u64);

/// A whole catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogContents {
    /// Every instance type.
    pub types: Vec<TypeContents>,
    /// Every region, with what is offered there.
    pub regions: Vec<RegionContents>,
    /// Where prices come from; a price names its source by its place here.
    pub sources: Vec<SourceContents>,
}

/// An instance type; a fact that is not known is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeContents {
    /// `m7i.large`.
    pub name: String,
    /// Whether devices, interfaces, architectures, markets and features are what EC2 says, so that what is not among them
    /// is not there.
    pub is_described: bool,
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Processor cores that are on by default.
    pub cores: Option<u32>,
    /// Threads of each core by default.
    pub threads_per_core: Option<u32>,
    /// Main memory.
    pub memory: Option<Mebibytes>,
    /// The architectures that it runs.
    pub architectures: Vec<Architecture>,
    /// Who makes the processor: `Intel`, `AMD`, `AWS`, `Apple`.
    pub processor_maker: Option<String>,
    /// Sustained clock in MHz.
    pub clock_mhz: Option<u32>,
    /// `nitro` or `xen`; bare metal has none.
    pub hypervisor: Option<String>,
    /// GPUs and other accelerators, one entry a kind of device.
    pub devices: Vec<DeviceContents>,
    /// Local disks, one entry a size.
    pub disks: Option<Vec<Disk>>,
    /// The network as EC2 words it: `Up to 12.5 Gigabit`, `Moderate`.
    pub network_performance: Option<String>,
    /// What all network cards give together for good, in megabits a second.
    pub network_baseline_mbps: Option<u32>,
    /// What all network cards give together for a while, in megabits a second.
    pub network_peak_mbps: Option<u32>,
    /// Network cards.
    pub network_cards: u16,
    /// Elastic fabric adapters at most; 0 without [`Feature::Efa`].
    pub efa_interfaces: u16,
    /// What EBS gives for good.
    pub ebs_baseline: Option<EbsPerformance>,
    /// What EBS gives for a while.
    pub ebs_peak: Option<EbsPerformance>,
    /// The markets that it is sold in: on demand, spot, capacity blocks.
    pub markets: Vec<Market>,
    /// Its yes-or-no facts.
    pub features: Vec<Feature>,
}

/// Devices of one kind in a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceContents {
    /// What they do.
    pub kind: DeviceKind,
    /// `L4`.
    pub name: String,
    /// Who makes them.
    pub manufacturer: Option<String>,
    /// How many.
    pub count: DeviceCount,
    /// Memory of one of them.
    pub memory: Option<Mebibytes>,
}

/// A region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegionContents {
    /// `us-east-1`.
    pub code: String,
    /// The ids of its zones, at most 64.
    pub zones: Vec<String>,
    /// The types that are offered there.
    pub offerings: Vec<OfferingContents>,
}

/// A type in a region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferingContents {
    /// The type's name; it has to be among the catalog's types.
    pub instance_type: String,
    /// The ids of the zones that have it, all of them among the region's; none where they are not known.
    pub zones: Vec<String>,
    /// The prices that are known, one a market and operating system.
    pub prices: Vec<PriceContents>,
    /// How often EC2 takes its spot machines back, one an operating system.
    pub interruptions: Vec<InterruptionContents>,
}

/// How often EC2 takes spot machines back, and what they save as AWS says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterruptionContents {
    /// What they run: Linux or Windows.
    pub os: OperatingSystem,
    /// How often.
    pub band: Interruption,
    /// What they save against on demand, as AWS itself says, in percent.
    pub saving_percent: Option<u8>,
    /// The place of its source among the catalog's sources.
    pub source: u8,
}

/// What an hour costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceContents {
    /// How it is sold: on demand, or as spot for Linux and Windows.
    pub market: Market,
    /// What it is billed as.
    pub os: OperatingSystem,
    /// The price; never 0, which would mean that it is not known, and at most [`LARGEST_PRICE`].
    pub amount: Money,
    /// The place of its source among the catalog's sources.
    pub source: u8,
}

/// Where prices come from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceContents {
    /// What the pipe format calls it: `embedded`, `feed`, `api`.
    pub label: String,
    /// The date of its prices, `2025-03-02`.
    pub as_of: String,
    /// What says so.
    pub dated_by: DatedBy,
    /// What was read: a package and its version, or a price list.
    pub origin: String,
}
