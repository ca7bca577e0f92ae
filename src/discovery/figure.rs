//! The figures of a machine: what a range is compared with, and what offers are sorted by.
//!
//! Each figure has one row here: how it is typed, what it is called, its unit, and where it is read. A figure that is not
//! known is told from one that a machine does not have.

use crate::catalog::{DeviceKind, EbsPerformance, InstanceType};
use crate::model::{DeviceCount, Market, Money, Unit};

use super::candidate::Candidate;
use super::device_choice::DeviceChoice;

/// A figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Virtual processors.
    Vcpus,
    /// Processor cores.
    Cores,
    /// Main memory.
    Memory,
    /// Main memory shared among the virtual processors, rounded down.
    MemoryPerVcpu,
    /// The clock that the processor sustains.
    Clock,
    /// GPUs in all, of the names and makers asked for where there are any. A type without any has 0.
    Gpus,
    /// Memory of one GPU, the largest.
    GpuMemory,
    /// Memory of all GPUs together.
    GpuMemoryTotal,
    /// Accelerators other than GPUs, of the names and makers asked for where there are any.
    Accelerators,
    /// Network bandwidth at its peak.
    Network,
    /// Network bandwidth for good.
    NetworkBaseline,
    /// Network cards.
    NetworkCards,
    /// Local disks in all.
    Storage,
    /// What EBS gives at its peak.
    EbsBandwidth,
    /// The same in bytes.
    EbsThroughput,
    /// Operations a second at its peak.
    EbsIops,
    /// Zones that have it in the region.
    Zones,
    /// The price of an hour.
    Price,
    /// The price of an hour shared among the virtual processors.
    PricePerVcpu,
    /// The price of an hour shared among the GPUs.
    PricePerGpu,
    /// What a spot machine saves against on demand in its region.
    Saving,
    /// How many spot machines are taken back within a month, at most.
    Interruption,
}

/// A figure of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fact {
    Is(u64),
    /// There is nothing to measure: the memory of a GPU, where there is none.
    None,
    Unknown,
}

impl Figure {
    /// Every figure; from [`Self::Zones`] on they are an offer's, before it the instance type's.
    pub const ALL: [Self; 22] = [
        Self::Vcpus,
        Self::Cores,
        Self::Memory,
        Self::MemoryPerVcpu,
        Self::Clock,
        Self::Gpus,
        Self::GpuMemory,
        Self::GpuMemoryTotal,
        Self::Accelerators,
        Self::Network,
        Self::NetworkBaseline,
        Self::NetworkCards,
        Self::Storage,
        Self::EbsBandwidth,
        Self::EbsThroughput,
        Self::EbsIops,
        Self::Zones,
        Self::Price,
        Self::PricePerVcpu,
        Self::PricePerGpu,
        Self::Saving,
        Self::Interruption,
    ];

    /// How it is typed, what it is called, and its unit.
    const fn row(self) -> (&'static str, &'static str, Unit) {
        match self {
            Self::Vcpus => ("vcpus", "vCPUs", Unit::Things),
            Self::Cores => ("cores", "cores", Unit::Things),
            Self::Memory => ("memory", "memory", Unit::Memory),
            Self::MemoryPerVcpu => ("memory-per-vcpu", "memory per vCPU", Unit::Memory),
            Self::Clock => ("clock", "clock", Unit::Clock),
            Self::Gpus => ("gpus", "number of GPUs", Unit::Devices),
            Self::GpuMemory => ("gpu-memory", "GPU memory", Unit::Memory),
            Self::GpuMemoryTotal => ("gpu-memory-total", "GPU memory in all", Unit::Memory),
            Self::Accelerators => ("accelerators", "number of accelerators", Unit::Devices),
            Self::Network => ("network", "network bandwidth", Unit::Bits),
            Self::NetworkBaseline => ("network-baseline", "network baseline", Unit::Bits),
            Self::NetworkCards => ("network-cards", "number of network cards", Unit::Things),
            Self::Storage => ("storage", "local storage", Unit::Storage),
            Self::EbsBandwidth => ("ebs-bandwidth", "EBS bandwidth", Unit::Bits),
            Self::EbsThroughput => ("ebs-throughput", "EBS throughput", Unit::Bytes),
            Self::EbsIops => ("ebs-iops", "rate of EBS operations", Unit::Things),
            Self::Zones => ("zones", "number of zones", Unit::Things),
            Self::Price => ("price", "price", Unit::Dollars),
            Self::PricePerVcpu => ("price-per-vcpu", "price per vCPU", Unit::Dollars),
            Self::PricePerGpu => ("price-per-gpu", "price per GPU", Unit::Dollars),
            Self::Saving => ("saving", "saving", Unit::Percent),
            Self::Interruption => ("interruption", "interruption rate", Unit::Percent),
        }
    }

    /// Its name as it is typed: in a flag, and as a column to sort by.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.row().0
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().1
    }

    /// What it counts.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.row().2
    }

    /// Whether it is the offer's and not the instance type's.
    pub(super) fn is_of_offer(self) -> bool {
        self >= Self::Zones
    }

    /// The figure of an instance type, where devices are those of a choice.
    pub(super) fn of_type(self, one: InstanceType<'_>, devices: &DeviceChoice<'_>) -> Fact {
        let gpus = || devices.of(one, |kind| kind == DeviceKind::Gpu);
        let gpu_memory = |together: fn(u64, u64) -> u64, times: fn(DeviceCount, u64) -> u64| {
            let memory = gpus().map(|gpu| gpu.memory.map(|memory| times(gpu.count, memory.0)));
            match memory.reduce(|one, other| Some(together(one?, other?))) {
                None => Fact::None,
                Some(memory) => known(memory),
            }
        };
        let described = |fact: Fact| if one.is_described() { fact } else { Fact::Unknown };
        let total = |kinds: fn(DeviceKind) -> bool| {
            let count = devices.of(one, kinds).fold(DeviceCount::default(), |sum, one| sum.plus(one.count));
            described(Fact::Is(count.thousandths().into()))
        };
        match self {
            Self::Vcpus => known(one.vcpus()),
            Self::Cores => known(one.cores()),
            Self::Memory => known(one.memory().map(|memory| memory.0)),
            Self::MemoryPerVcpu => known(memory_per_vcpu(one)),
            Self::Clock => known(one.clock_mhz()),
            Self::Gpus => total(|kind| kind == DeviceKind::Gpu),
            Self::GpuMemory => described(gpu_memory(u64::max, |_, each| each)),
            Self::GpuMemoryTotal => described(gpu_memory(u64::saturating_add, memory_of_all)),
            Self::Accelerators => total(|kind| kind != DeviceKind::Gpu),
            Self::Network => known(one.network_peak_mbps()),
            Self::NetworkBaseline => known(one.network_baseline_mbps()),
            Self::NetworkCards => known(one.network_cards()),
            Self::Storage => known(one.knows_disks().then(|| storage(one))),
            Self::EbsBandwidth => ebs(one, |ebs| ebs.bandwidth_mbps),
            Self::EbsThroughput => ebs(one, |ebs| ebs.throughput_kilobytes),
            Self::EbsIops => ebs(one, |ebs| ebs.iops),
            Self::Zones
            | Self::Price
            | Self::PricePerVcpu
            | Self::PricePerGpu
            | Self::Saving
            | Self::Interruption => Fact::Unknown,
        }
    }

    /// The figure of what may become an offer.
    pub(super) fn of_candidate(self, candidate: &Candidate<'_>, devices: &DeviceChoice<'_>) -> Fact {
        let one = candidate.offering.instance_type();
        let price = candidate.price.map(|price| price.amount);
        match self {
            Self::Zones => match candidate.offering.zones().count() {
                0 => Fact::Unknown,
                zones => known(u64::try_from(zones).ok()),
            },
            Self::Price => known(price.map(Money::micros)),
            Self::PricePerVcpu => {
                let parts = one.vcpus().map(u64::from);
                known(price.zip(parts).and_then(|(price, parts)| price.divided_by(parts)).map(Money::micros))
            }
            Self::PricePerGpu => match Self::Gpus.of_type(one, devices) {
                Fact::Is(0) => Fact::None,
                Fact::Is(gpus) => {
                    known(price.and_then(|price| price.times(1000).divided_by(gpus)).map(Money::micros))
                }
                other => other,
            },
            Self::Saving => of_spot(candidate.market, || candidate.saving().map(|saving| saving.percent)),
            Self::Interruption => of_spot(candidate.market, || {
                candidate.interruption().map(|rate| rate.band.max_percent.into())
            }),
            of_type => of_type.of_type(one, devices),
        }
    }
}

impl Fact {
    pub(super) const fn value(self) -> Option<u64> {
        match self {
            Self::Is(value) => Some(value),
            Self::None | Self::Unknown => None,
        }
    }
}

fn known(value: Option<impl Into<u64>>) -> Fact {
    value.map_or(Fact::Unknown, |value| Fact::Is(value.into()))
}

/// A figure that only spot machines have: a machine on demand is never taken back, and saves nothing against itself.
fn of_spot(market: Market, figure: impl FnOnce() -> Option<u64>) -> Fact {
    match market {
        Market::Spot => known(figure()),
        Market::OnDemand => Fact::Is(0),
        Market::CapacityBlock | Market::Reservation => Fact::None,
    }
}

fn memory_per_vcpu(one: InstanceType<'_>) -> Option<u64> {
    one.memory()?.0.checked_div(u64::from(one.vcpus()?))
}

/// A part of a GPU has its own memory, which the catalog gives.
pub(super) fn memory_of_all(count: DeviceCount, each: u64) -> u64 {
    u64::from(count.thousandths()).div_ceil(1000).saturating_mul(each)
}

fn storage(one: InstanceType<'_>) -> u64 {
    one.disks().map(|disk| u64::from(disk.count) * u64::from(disk.size_gb)).sum()
}

fn ebs(one: InstanceType<'_>, figure: fn(EbsPerformance) -> u32) -> Fact {
    known(one.ebs_peak().map(figure).filter(|figure| *figure != 0))
}
