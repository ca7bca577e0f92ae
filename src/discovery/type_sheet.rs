//! Everything that a catalog knows of one instance type, in one plain value.
//!
//! What is not known is absent; that there is none of something is an empty list or a 0.

use jiff::civil::Date;
use serde::Serialize;

use crate::catalog::age::{Figure, Freshness};
use crate::catalog::{Catalog, DiskKind, EbsPerformance, Feature, InstanceType, Offering};
use crate::model::{
    Architecture, DatedBy, Device, Interruption, Market, Mebibytes, Money, OperatingSystem, Saving,
    SavingSource,
};

use super::DiscoveryError;
use super::candidate::Quoted;
use super::saving::saving;

/// The value of a sheet's `schema` field.
const SCHEMA: &str = "cloudkit.instance-type/v1";

/// An instance type, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TypeSheet<'c> {
    schema: &'static str,
    /// `m7i.large`.
    pub instance_type: &'c str,
    /// `m7i`.
    pub family: &'c str,
    /// Virtual processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<u32>,
    /// Cores that are on by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Threads of each core by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads_per_core: Option<u32>,
    /// Main memory in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<Mebibytes>,
    /// The architectures that it runs.
    pub architectures: Vec<Architecture>,
    /// Who makes the processor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processor_maker: Option<&'c str>,
    /// The clock that the processor sustains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_mhz: Option<u32>,
    /// `nitro` or `xen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<&'c str>,
    /// GPUs; absent where it is not known whether there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpus: Option<Vec<Device<'c>>>,
    /// Other accelerators; absent where it is not known whether there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accelerators: Option<Vec<Device<'c>>>,
    /// Local disks; absent where it is not known whether there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_disks: Option<Vec<SheetDisk>>,
    /// The network as EC2 words it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_performance: Option<&'c str>,
    /// What all network cards give for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_baseline_mbps: Option<u32>,
    /// What all network cards give for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_peak_mbps: Option<u32>,
    /// Network cards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_cards: Option<u16>,
    /// Elastic fabric adapters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub efa_interfaces: Option<u16>,
    /// What EBS gives for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ebs_baseline: Option<SheetEbs>,
    /// What EBS gives for a while.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ebs_peak: Option<SheetEbs>,
    /// The yes-or-no facts that hold; absent where none of them is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<&'static str>>,
    /// How it is sold anywhere; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markets: Option<Vec<Market>>,
    /// Where it is offered, by region.
    pub regions: Vec<SheetRegion<'c>>,
}

/// Local disks of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SheetDisk {
    /// How many.
    pub count: u16,
    /// Size of one in gigabytes (10⁹ bytes).
    pub size_gb: u32,
    /// `ssd` or `hdd`.
    pub kind: &'static str,
    /// Whether it is reached over NVMe.
    pub nvme: bool,
}

/// What a machine gets from EBS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SheetEbs {
    /// Megabits a second.
    pub bandwidth_mbps: u32,
    /// Thousands of bytes a second.
    pub throughput_kilobytes: u32,
    /// Operations of 16 KiB a second.
    pub iops: u32,
}

/// The type in a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetRegion<'c> {
    /// The region's code.
    pub region: &'c str,
    /// The ids of the zones that have it; none where they are not known.
    pub zones: Vec<&'c str>,
    /// The prices that are known.
    pub prices: Vec<SheetPrice<'c>>,
    /// How often spot machines are taken back, by operating system.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interruptions: Vec<SheetInterruption<'c>>,
    /// What spot machines save against on demand, by operating system.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub savings: Vec<SheetSaving>,
}

/// What an hour costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetPrice<'c> {
    /// How it is sold.
    pub market: Market,
    /// What it is billed as.
    pub os: OperatingSystem,
    /// US dollars an hour.
    pub usd_hour: Money,
    /// `embedded` or `feed`.
    pub source: &'c str,
    /// The date the price is from.
    pub as_of: &'c str,
    /// What that date is by, where it is only guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_dated_by: Option<DatedBy>,
    /// The price is older than prices of this market keep their worth; absent where it is not.
    #[serde(skip_serializing_if = "is_false")]
    pub price_is_old: bool,
}

/// How often spot machines are taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetInterruption<'c> {
    /// What they run.
    pub os: OperatingSystem,
    /// The band of percents.
    #[serde(flatten)]
    pub band: Interruption,
    /// The date that is from.
    pub as_of: &'c str,
    /// The rate is old; absent where it is not.
    #[serde(skip_serializing_if = "is_false")]
    pub interruption_is_old: bool,
}

/// What spot machines save against on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SheetSaving {
    /// What they run.
    pub os: OperatingSystem,
    /// In whole percent, rounded down.
    pub saving_percent: u64,
    /// Where it is from.
    pub saving_source: SavingSource,
    /// What it is from is old; absent where it is not.
    #[serde(skip_serializing_if = "is_false")]
    pub saving_is_old: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl<'c> TypeSheet<'c> {
    /// The sheet of the type of this name, in whatever case it is typed; offered in those of `regions`, or anywhere.
    ///
    /// # Errors
    /// Where the catalog has no such type.
    pub fn named(
        catalog: &'c Catalog<'c>,
        name: &str,
        regions: Option<&[&str]>,
        today: Option<Date>,
    ) -> Result<Self, DiscoveryError> {
        Self::of(catalog, &name.trim().to_ascii_lowercase(), regions, today)
            .ok_or_else(|| DiscoveryError::unknown_type(catalog, name))
    }

    /// The sheet of the type of this name, if the catalog has it; offered in those of `regions`, or anywhere. What is old
    /// is so on a day; nothing is where there is no day.
    #[must_use]
    pub fn of(
        catalog: &'c Catalog<'c>,
        name: &str,
        regions: Option<&[&str]>,
        today: Option<Date>,
    ) -> Option<Self> {
        let freshness = today.map(Freshness::on);
        let region = |offering| region(offering, freshness.as_ref());
        let one = catalog.instance_type(name)?;
        let asked = |offering: &Offering<'c>| {
            regions.is_none_or(|regions| regions.contains(&offering.region().code()))
        };
        Some(Self { regions: one.offerings().filter(asked).map(region).collect(), ..facts(one) })
    }
}

fn facts(one: InstanceType<'_>) -> TypeSheet<'_> {
    let is_described = one.is_described();
    TypeSheet {
        schema: SCHEMA,
        instance_type: one.name(),
        family: one.family(),
        vcpus: one.vcpus(),
        cores: one.cores(),
        threads_per_core: one.threads_per_core(),
        memory_mib: one.memory(),
        architectures: one.architectures().collect(),
        processor_maker: one.processor_maker(),
        clock_mhz: one.clock_mhz(),
        hypervisor: one.hypervisor(),
        gpus: is_described.then(|| one.gpus().map(Into::into).collect()),
        accelerators: is_described.then(|| one.accelerators().map(Into::into).collect()),
        local_disks: one.knows_disks().then(|| one.disks().map(disk).collect()),
        network_performance: one.network_performance(),
        network_baseline_mbps: one.network_baseline_mbps(),
        network_peak_mbps: one.network_peak_mbps(),
        network_cards: one.network_cards(),
        efa_interfaces: one.efa_interfaces(),
        ebs_baseline: one.ebs_baseline().map(ebs),
        ebs_peak: one.ebs_peak().map(ebs),
        features: is_described.then(|| one.features().map(Feature::as_str).collect()),
        markets: is_described.then(|| one.markets().collect()),
        regions: Vec::new(),
    }
}

fn disk(disk: crate::catalog::Disk) -> SheetDisk {
    let kind = match disk.kind {
        DiskKind::Ssd => "ssd",
        DiskKind::Hdd => "hdd",
    };
    SheetDisk { count: disk.count, size_gb: disk.size_gb, kind, nvme: disk.nvme }
}

fn ebs(performance: EbsPerformance) -> SheetEbs {
    let EbsPerformance { bandwidth_mbps, throughput_kilobytes, iops } = performance;
    SheetEbs { bandwidth_mbps, throughput_kilobytes, iops }
}

fn region<'c>(offering: Offering<'c>, freshness: Option<&Freshness>) -> SheetRegion<'c> {
    let is_old = |figure, as_of: &str| freshness.is_some_and(|freshness| freshness.is_old(figure, as_of));
    let markets = [Market::OnDemand, Market::Spot].into_iter();
    let all = markets.flat_map(|market| OperatingSystem::ALL.into_iter().map(move |os| (market, os)));
    let price = |(market, os)| {
        let price = offering.price(market, os)?;
        Some(SheetPrice {
            market,
            os,
            usd_hour: price.amount,
            source: price.source.label(),
            as_of: price.source.as_of(),
            price_dated_by: Some(price.source.dated_by()).filter(|by| !by.is_said()),
            price_is_old: is_old(Figure::price_in(market), price.source.as_of()),
        })
    };
    let interruption = |os| {
        let rate = offering.interruption(os)?;
        let as_of = rate.source.as_of();
        let interruption_is_old = is_old(Figure::Interruption, as_of);
        Some(SheetInterruption { os, band: rate.band, as_of, interruption_is_old })
    };
    SheetRegion {
        region: offering.region().code(),
        zones: offering.zones().collect(),
        prices: all.filter_map(price).collect(),
        interruptions: OperatingSystem::ALL.into_iter().filter_map(interruption).collect(),
        savings: OperatingSystem::ALL.into_iter().filter_map(|os| saved(offering, os, freshness)).collect(),
    }
}

fn saved(offering: Offering<'_>, os: OperatingSystem, freshness: Option<&Freshness>) -> Option<SheetSaving> {
    let price = |market| offering.price(market, os).map(Quoted::from);
    let (spot, on_demand, advice) = (price(Market::Spot), price(Market::OnDemand), offering.interruption(os));
    let Saving { percent: saving_percent, source: saving_source } = saving(spot, on_demand, advice)?;
    let spot = spot.map(|price| (Figure::SpotPrice, price.as_of));
    let on_demand = on_demand.map(|price| (Figure::OnDemandPrice, price.as_of));
    let advice = advice.map(|advice| (Figure::Interruption, advice.source.as_of()));
    let of = match saving_source {
        SavingSource::Computed => [spot, on_demand],
        SavingSource::Advisor => [advice, None],
    };
    let is_old = |(figure, as_of)| freshness.is_some_and(|freshness| freshness.is_old(figure, as_of));
    Some(SheetSaving {
        os,
        saving_percent,
        saving_source,
        saving_is_old: of.into_iter().flatten().any(is_old),
    })
}
