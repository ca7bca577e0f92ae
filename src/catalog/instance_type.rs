//! One instance type of a catalog.
//!
//! What it is; where it is offered and for how much belongs to regions.

use crate::model::{self, Architecture, DeviceCount, Market, Mebibytes};

use super::layout::{DESCRIBED, DISKS, DeviceRecord, DiskRecord, EbsRecord, MARKETS, TypeRecord, has_bit};
use super::reader::run_of;
use super::{Catalog, Device, DeviceKind, Disk, DiskKind, EbsPerformance, Feature, Offering, Region};

/// An instance type: a view into a catalog.
#[derive(Debug, Clone, Copy)]
pub struct InstanceType<'c> {
    catalog: &'c Catalog<'c>,
    record: &'c TypeRecord,
}

impl<'c> InstanceType<'c> {
    pub(super) const fn new(catalog: &'c Catalog<'c>, record: &'c TypeRecord) -> Self {
        Self { catalog, record }
    }

    /// The whole name, `m7i.large`.
    #[must_use]
    pub fn name(self) -> &'c str {
        self.catalog.text(self.record.name)
    }

    /// What stands before the dot of its name, `m7i`.
    #[must_use]
    pub fn family(self) -> &'c str {
        model::name::family(self.name())
    }

    /// Whether EC2's description of it is known: its devices, interfaces, architectures, markets and features. Of a type
    /// that only a price list names they are not, and then nothing follows from their absence here.
    #[must_use]
    pub fn is_described(self) -> bool {
        self.record.known & DESCRIBED != 0
    }

    /// Virtual processors.
    #[must_use]
    pub fn vcpus(self) -> Option<u32> {
        known(self.record.vcpus.get())
    }

    /// Processor cores that are on by default.
    #[must_use]
    pub fn cores(self) -> Option<u32> {
        known(self.record.cores.get())
    }

    /// Threads of each core by default.
    #[must_use]
    pub fn threads_per_core(self) -> Option<u32> {
        known(self.record.threads_per_core.get())
    }

    /// Main memory.
    #[must_use]
    pub fn memory(self) -> Option<Mebibytes> {
        let mib = self.record.memory_mib.get();
        (mib != 0).then_some(Mebibytes(mib))
    }

    /// The architectures that it runs.
    pub fn architectures(self) -> impl Iterator<Item = Architecture> + Clone {
        chosen(Architecture::ALL, self.record.architectures.into())
    }

    /// Who makes its processor: `Intel`, `AMD`, `AWS`, `Apple`.
    #[must_use]
    pub fn processor_maker(self) -> Option<&'c str> {
        known_text(self.catalog.text(self.record.processor_maker))
    }

    /// The clock that its processor sustains, in MHz.
    #[must_use]
    pub fn clock_mhz(self) -> Option<u32> {
        known(self.record.clock_mhz.get())
    }

    /// `nitro` or `xen`; bare metal has none.
    #[must_use]
    pub fn hypervisor(self) -> Option<&'c str> {
        known_text(self.catalog.text(self.record.hypervisor))
    }

    /// Devices of every kind.
    pub fn devices(self) -> impl Iterator<Item = Device<'c>> + Clone {
        run_of(self.catalog.devices, self.record.devices).iter().filter_map(move |record| self.device(record))
    }

    /// Its GPUs, parts of one included.
    pub fn gpus(self) -> impl Iterator<Item = Device<'c>> + Clone {
        self.devices().filter(|device| device.kind == DeviceKind::Gpu)
    }

    /// Its accelerators other than GPUs.
    pub fn accelerators(self) -> impl Iterator<Item = Device<'c>> + Clone {
        self.devices().filter(|device| device.kind != DeviceKind::Gpu)
    }

    /// Whether its local disks are known, none included.
    #[must_use]
    pub fn knows_disks(self) -> bool {
        self.record.known & DISKS != 0
    }

    /// Its local disks, one entry a size.
    pub fn disks(self) -> impl Iterator<Item = Disk> + Clone + use<'c> {
        run_of(self.catalog.disks, self.record.disks).iter().filter_map(disk)
    }

    /// The network as EC2 words it: `Up to 12.5 Gigabit`, `Moderate`.
    #[must_use]
    pub fn network_performance(self) -> Option<&'c str> {
        known_text(self.catalog.text(self.record.network_performance))
    }

    /// What all its network cards give together for good, in megabits a second. Not known of older types.
    #[must_use]
    pub fn network_baseline_mbps(self) -> Option<u32> {
        known(self.record.network_baseline_mbps.get())
    }

    /// What all its network cards give together for a while, in megabits a second. Not known of older types.
    #[must_use]
    pub fn network_peak_mbps(self) -> Option<u32> {
        known(self.record.network_peak_mbps.get())
    }

    /// Network cards.
    #[must_use]
    pub fn network_cards(self) -> Option<u16> {
        self.is_described().then(|| self.record.network_cards.get())
    }

    /// Elastic fabric adapters at most; 0 where it has none.
    #[must_use]
    pub fn efa_interfaces(self) -> Option<u16> {
        self.is_described().then(|| self.record.efa_interfaces.get())
    }

    /// What EBS gives for good; none where EC2 names no figure for the type.
    #[must_use]
    pub fn ebs_baseline(self) -> Option<EbsPerformance> {
        ebs(self.record.ebs_baseline)
    }

    /// What EBS gives for a while; none where EC2 names no figure for the type.
    #[must_use]
    pub fn ebs_peak(self) -> Option<EbsPerformance> {
        ebs(self.record.ebs_peak)
    }

    /// The markets that it is sold in: on demand, spot, capacity blocks.
    pub fn markets(self) -> impl Iterator<Item = Market> + Clone {
        chosen(MARKETS, self.record.markets.into())
    }

    /// Whether a yes-or-no fact holds of it, where that is known.
    #[must_use]
    pub fn has(self, feature: Feature) -> Option<bool> {
        self.is_described().then(|| self.features().any(|one| one == feature))
    }

    /// Its yes-or-no facts that hold.
    pub fn features(self) -> impl Iterator<Item = Feature> + Clone {
        chosen(Feature::ALL, self.record.features.get().into())
    }

    /// It in every region that offers it, by the region's code.
    pub fn offerings(self) -> impl Iterator<Item = Offering<'c>> + Clone {
        self.catalog.regions().filter_map(move |region: Region<'c>| region.offering(self.name()))
    }

    fn device(self, record: &DeviceRecord) -> Option<Device<'c>> {
        Some(Device {
            kind: *DeviceKind::ALL.get(usize::from(record.kind))?,
            name: self.catalog.text(record.name),
            manufacturer: known_text(self.catalog.text(record.manufacturer)),
            count: DeviceCount::from_thousandths(record.count_thousandths.get()),
            memory: known(record.memory_mib.get()).map(|mib| Mebibytes(mib.into())),
        })
    }
}

fn disk(record: &DiskRecord) -> Option<Disk> {
    Some(Disk {
        count: record.count.get(),
        size_gb: record.size_gb.get(),
        kind: *DiskKind::ALL.get(usize::from(record.kind))?,
        nvme: record.nvme == 1,
    })
}

fn ebs(record: EbsRecord) -> Option<EbsPerformance> {
    known(record.bandwidth_mbps.get()).map(|bandwidth_mbps| EbsPerformance {
        bandwidth_mbps,
        throughput_kilobytes: record.throughput_kilobytes.get(),
        iops: record.iops.get(),
    })
}

/// The elements of `all` whose bits are set.
fn chosen<T, const N: usize>(all: [T; N], bits: u64) -> impl Iterator<Item = T> + Clone
where
    T: Copy,
{
    all.into_iter().enumerate().filter(move |(index, _)| has_bit(bits, *index)).map(|(_, one)| one)
}

fn known(number: u32) -> Option<u32> {
    (number != 0).then_some(number)
}

fn known_text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
