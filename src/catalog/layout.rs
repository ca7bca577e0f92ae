//! The records of a catalog file, exactly as they lie in its bytes.
//!
//! The file is a [`Header`] and eight sections behind it. Records have no padding and no alignment, numbers are
//! little endian, so a section is read in place as a slice of records on any machine. Types are sorted by name,
//! regions by code, and the offerings of a region by type, so that every search is a binary one. Nothing here reads
//! or checks: that is [`super::reader`]'s business.
//!
//! A number that is not known is 0 wherever 0 would mean nothing (a price, a clock, a bandwidth). Where 0 and nothing
//! are answers (no GPU, no disk, no such feature), [`TypeRecord::known`] says whether they are.

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::model::{Architecture, Market, OperatingSystem};

/// The first bytes of a catalog file.
pub(super) const MAGIC: [u8; 8] = *b"cloudkit";

/// The version of this layout; a file of any other version is refused.
pub(super) const VERSION: u32 = 4;

/// How many prices an offering can have; see [`price_place`].
pub(super) const PRICES: usize = 6;

/// The operating systems for which AWS publishes spot prices and interruptions.
pub(super) const SPOT_SYSTEMS: [OperatingSystem; 2] = [OperatingSystem::Linux, OperatingSystem::Windows];

/// The bit of [`TypeRecord::known`]: devices, interfaces, architectures, markets and features are all there.
pub(super) const DESCRIBED: u8 = 1;

/// The bit of [`TypeRecord::known`]: the local disks are all there.
pub(super) const DISKS: u8 = 2;

/// How many zones a region can have: the bits of [`OfferingRecord::zones`].
pub(super) const MAX_ZONES: usize = u64::BITS as usize;

/// The markets that a type can be sold in, in the order of the bits of [`TypeRecord::markets`].
pub(super) const MARKETS: [Market; 3] = [Market::OnDemand, Market::Spot, Market::CapacityBlock];

/// What the file begins with.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Header {
    pub(super) magic: [u8; 8],
    pub(super) version: U32,
    /// CRC-32 of everything behind the header.
    pub(super) checksum: U32,
    /// The checksum of the catalog that this one was made over; 0 where it was made from nothing.
    pub(super) base: U32,
    pub(super) strings: Section,
    pub(super) types: Section,
    pub(super) devices: Section,
    pub(super) disks: Section,
    pub(super) regions: Section,
    pub(super) zones: Section,
    pub(super) offerings: Section,
    pub(super) sources: Section,
}

/// Where a section lies: its first byte, counted from the start of the file, and how many records it has.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Section {
    pub(super) offset: U32,
    pub(super) count: U32,
}

/// A text: a range of the string section.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Text {
    pub(super) offset: U32,
    pub(super) length: U16,
}

/// Records of another section that belong to one record.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct Run {
    pub(super) first: U32,
    pub(super) count: U16,
}

/// A bandwidth, a throughput and a rate of operations to EBS.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct EbsRecord {
    pub(super) bandwidth_mbps: U32,
    pub(super) throughput_kilobytes: U32,
    pub(super) iops: U32,
}

/// An instance type.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct TypeRecord {
    pub(super) name: Text,
    pub(super) processor_maker: Text,
    pub(super) hypervisor: Text,
    pub(super) network_performance: Text,
    pub(super) memory_mib: U64,
    pub(super) vcpus: U32,
    pub(super) cores: U32,
    pub(super) threads_per_core: U32,
    pub(super) clock_mhz: U32,
    pub(super) network_baseline_mbps: U32,
    pub(super) network_peak_mbps: U32,
    pub(super) ebs_baseline: EbsRecord,
    pub(super) ebs_peak: EbsRecord,
    pub(super) devices: Run,
    pub(super) disks: Run,
    pub(super) network_cards: U16,
    pub(super) efa_interfaces: U16,
    /// Bit n is `Feature::ALL[n]`.
    pub(super) features: U16,
    /// Bit n is `Architecture::ALL[n]`.
    pub(super) architectures: u8,
    /// Bit n is `MARKETS[n]`.
    pub(super) markets: u8,
    /// [`DESCRIBED`] and [`DISKS`].
    pub(super) known: u8,
}

/// Devices of one kind in a type.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct DeviceRecord {
    pub(super) name: Text,
    pub(super) manufacturer: Text,
    pub(super) count_thousandths: U32,
    pub(super) memory_mib: U32,
    /// Index into `DeviceKind::ALL`.
    pub(super) kind: u8,
}

/// Local disks of one size in a type.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct DiskRecord {
    pub(super) size_gb: U32,
    pub(super) count: U16,
    /// Index into `DiskKind::ALL`.
    pub(super) kind: u8,
    /// 1 where it is reached over NVMe.
    pub(super) nvme: u8,
}

/// A region.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct RegionRecord {
    pub(super) code: Text,
    pub(super) zones: Run,
    pub(super) offerings: Run,
}

/// A type in a region.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct OfferingRecord {
    /// Index of the type.
    pub(super) instance_type: U16,
    /// Bit n is the region's zone n.
    pub(super) zones: U64,
    /// Micro-dollars an hour, each at its [`price_place`].
    pub(super) prices: [U32; PRICES],
    /// Index of the source of each price.
    pub(super) sources: [u8; PRICES],
    /// How often spot machines are interrupted and what they save, in the order of [`SPOT_SYSTEMS`].
    pub(super) interruptions: [BandRecord; SPOT_SYSTEMS.len()],
    /// Index of the source of each of them.
    pub(super) interruption_sources: [u8; SPOT_SYSTEMS.len()],
}

/// What the advisor says: a band of percents, 0 to 0 where it is not known, and a saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct BandRecord {
    pub(super) min_percent: u8,
    pub(super) max_percent: u8,
    /// [`NO_SAVING`] where it is not known: 0 is an answer.
    pub(super) saving_percent: u8,
}

/// The saving that is none.
pub(super) const NO_SAVING: u8 = u8::MAX;

impl BandRecord {
    pub(super) const UNKNOWN: Self = Self { min_percent: 0, max_percent: 0, saving_percent: NO_SAVING };
}

/// Where prices come from.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
pub(super) struct SourceRecord {
    pub(super) label: Text,
    pub(super) as_of: Text,
    pub(super) origin: Text,
    /// Index into `DatedBy::ALL`.
    pub(super) dated_by: u8,
}

/// The place of a price in [`OfferingRecord::prices`]; none where a catalog keeps no such price.
pub(super) const fn price_place(market: Market, os: OperatingSystem) -> Option<usize> {
    match (market, os) {
        (Market::OnDemand, OperatingSystem::Linux) => Some(0),
        (Market::OnDemand, OperatingSystem::Windows) => Some(1),
        (Market::OnDemand, OperatingSystem::Rhel) => Some(2),
        (Market::OnDemand, OperatingSystem::Suse) => Some(3),
        (Market::Spot, OperatingSystem::Linux) => Some(4),
        (Market::Spot, OperatingSystem::Windows) => Some(5),
        _ => None,
    }
}

/// Whether the bit of the element at `index` is set.
pub(super) fn has_bit(bits: u64, index: usize) -> bool {
    u32::try_from(index).ok().and_then(|index| bits.checked_shr(index)).is_some_and(|bits| bits & 1 == 1)
}

/// The bits of those elements of `all` that `chosen` has as well.
pub(super) fn bits_of<T: PartialEq>(all: &[T], chosen: &[T]) -> u64 {
    all.iter()
        .enumerate()
        .filter(|(_, one)| chosen.contains(one))
        .fold(0, |bits, (index, _)| bits | 1 << index)
}

const _: () = assert!(Architecture::ALL.len() <= 8 && MARKETS.len() <= 8, "their bits have to fit in a byte");
