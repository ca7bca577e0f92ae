//! Opens a catalog's bytes and finds types and regions in them.
//!
//! Opening looks at the header and at the string section alone; no record is visited, nothing is copied. That is
//! enough for the embedded file, whose checksum a test looks at. A file from anywhere else goes through
//! [`Catalog::read`], which compares it. Either way no view can panic: an index that leads nowhere gives an
//! empty text or an empty list.

use std::cmp::Ordering;
use std::sync::LazyLock;

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::encode::checksum;
use super::layout::{
    DeviceRecord, DiskRecord, Header, MAGIC, OfferingRecord, RegionRecord, Run, Section, SourceRecord, Text,
    TypeRecord, VERSION,
};
use super::{CatalogError, InstanceType, Region, Source, nearest};
use crate::model::{Market, OperatingSystem};

static EMBEDDED: LazyLock<Catalog<'static>> =
    LazyLock::new(|| Catalog::open(include_bytes!("embedded.bin")).unwrap_or_default());

/// What AWS sells, read in place.
///
/// Everything that is found in it is a small copyable view that borrows from it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Catalog<'c> {
    /// Of its bytes: what tells this catalog from any other.
    pub(super) checksum: u32,
    /// Of the catalog that it was made over.
    pub(super) base: u32,
    pub(super) strings: &'c str,
    pub(super) types: &'c [TypeRecord],
    pub(super) devices: &'c [DeviceRecord],
    pub(super) disks: &'c [DiskRecord],
    pub(super) regions: &'c [RegionRecord],
    pub(super) zones: &'c [Text],
    pub(super) offerings: &'c [OfferingRecord],
    pub(super) sources: &'c [SourceRecord],
}

impl Catalog<'static> {
    /// The catalog that is compiled in.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }
}

impl<'c> Catalog<'c> {
    /// Reads a catalog from bytes of any origin.
    ///
    /// # Errors
    ///
    /// Where the bytes are not a catalog of this version, or not those that were written.
    pub fn read(bytes: &'c [u8]) -> Result<Self, CatalogError> {
        let catalog = Self::open(bytes)?;
        let is_whole = bytes.get(size_of::<Header>()..).map(checksum) == Some(catalog.checksum);
        if is_whole && catalog.lies_as_written(bytes) { Ok(catalog) } else { Err(CatalogError::Checksum) }
    }

    /// Whether the sections lie one after another from the header to the end. The checksum does not cover the table that
    /// says where they lie.
    fn lies_as_written(&self, bytes: &[u8]) -> bool {
        let Ok((header, _)) = Header::ref_from_prefix(bytes) else { return false };
        let sections = [
            (header.strings, size_of_val(self.strings)),
            (header.types, size_of_val(self.types)),
            (header.devices, size_of_val(self.devices)),
            (header.disks, size_of_val(self.disks)),
            (header.regions, size_of_val(self.regions)),
            (header.zones, size_of_val(self.zones)),
            (header.offerings, size_of_val(self.offerings)),
            (header.sources, size_of_val(self.sources)),
        ];
        let mut end = size_of::<Header>();
        let is_next = |(section, size): (Section, usize)| {
            let follows = usize::try_from(section.offset.get()) == Ok(end);
            end += size;
            follows
        };
        sections.into_iter().all(is_next) && end == bytes.len()
    }

    /// Lays the sections over the bytes without looking at their records.
    pub(super) fn open(bytes: &'c [u8]) -> Result<Self, CatalogError> {
        let (header, _) = Header::ref_from_prefix(bytes).map_err(|_| CatalogError::NotACatalog)?;
        if header.magic != MAGIC {
            return Err(CatalogError::NotACatalog);
        }
        if header.version.get() != VERSION {
            return Err(CatalogError::Version { found: header.version.get(), wanted: VERSION });
        }
        let strings = section::<u8>(bytes, header.strings, "strings")?;
        Ok(Self {
            checksum: header.checksum.get(),
            base: header.base.get(),
            strings: std::str::from_utf8(strings).map_err(|_| CatalogError::NotText)?,
            types: section(bytes, header.types, "types")?,
            devices: section(bytes, header.devices, "devices")?,
            disks: section(bytes, header.disks, "disks")?,
            regions: section(bytes, header.regions, "regions")?,
            zones: section(bytes, header.zones, "zones")?,
            offerings: section(bytes, header.offerings, "offerings")?,
            sources: section(bytes, header.sources, "sources")?,
        })
    }

    /// Every type, by name.
    pub fn types(&'c self) -> impl ExactSizeIterator<Item = InstanceType<'c>> + Clone {
        self.types.iter().map(|record| InstanceType::new(self, record))
    }

    /// The type of this name.
    #[must_use]
    pub fn instance_type(&'c self, name: &str) -> Option<InstanceType<'c>> {
        find(self.types, |record| self.text(record.name).cmp(name))
            .map(|record| InstanceType::new(self, record))
    }

    /// Every region, by code.
    pub fn regions(&'c self) -> impl ExactSizeIterator<Item = Region<'c>> + Clone {
        self.regions.iter().map(|record| Region::new(self, record))
    }

    /// Whether it knows what spot machines cost anywhere, for an operating system.
    #[must_use]
    pub fn has_spot_prices(&'c self, os: OperatingSystem) -> bool {
        self.regions().flat_map(Region::offerings).any(|one| one.price(Market::Spot, os).is_some())
    }

    /// The region of this code.
    #[must_use]
    pub fn region(&'c self, code: &str) -> Option<Region<'c>> {
        find(self.regions, |record| self.text(record.code).cmp(code)).map(|record| Region::new(self, record))
    }

    /// Where its figures come from.
    pub fn sources(&'c self) -> impl ExactSizeIterator<Item = Source<'c>> + Clone {
        self.sources.iter().map(|record| Source::new(self, record))
    }

    /// What tells this catalog from any other.
    #[must_use]
    pub const fn checksum(&self) -> u32 {
        self.checksum
    }

    /// The checksum of the catalog that this one was made over; 0 where it was made from nothing.
    #[must_use]
    pub const fn base(&self) -> u32 {
        self.base
    }

    /// The types whose names are nearest to this one, three at most, nearest first.
    #[must_use]
    pub fn nearest_types(&'c self, name: &str) -> Vec<&'c str> {
        nearest(name, self.types().map(InstanceType::name))
    }

    /// The regions whose codes are nearest to this one, three at most, nearest first.
    #[must_use]
    pub fn nearest_regions(&'c self, code: &str) -> Vec<&'c str> {
        nearest(code, self.regions().map(Region::code))
    }

    pub(super) fn text(&self, text: Text) -> &'c str {
        let within = || {
            let start = usize::try_from(text.offset.get()).ok()?;
            self.strings.get(start..start.checked_add(usize::from(text.length.get()))?)
        };
        within().unwrap_or_default()
    }
}

/// The records of a run; none where it leads nowhere.
pub(super) fn run_of<T>(records: &[T], run: Run) -> &[T] {
    let within = || {
        let first = usize::try_from(run.first.get()).ok()?;
        records.get(first..first.checked_add(usize::from(run.count.get()))?)
    };
    within().unwrap_or_default()
}

/// The record that `compare` calls equal, in records sorted by what it compares.
pub(super) fn find<T>(records: &[T], compare: impl FnMut(&T) -> Ordering) -> Option<&T> {
    records.binary_search_by(compare).ok().and_then(|index| records.get(index))
}

fn section<'c, T>(bytes: &'c [u8], section: Section, name: &'static str) -> Result<&'c [T], CatalogError>
where
    T: FromBytes + KnownLayout + Immutable + Unaligned,
{
    let cut_short = || CatalogError::CutShort { section: name };
    let start = usize::try_from(section.offset.get()).map_err(|_| cut_short())?;
    let count = usize::try_from(section.count.get()).map_err(|_| cut_short())?;
    let bytes = bytes.get(start..).ok_or_else(cut_short)?;
    let (records, _) = <[T]>::ref_from_prefix_with_elems(bytes, count).map_err(|_| cut_short())?;
    Ok(records)
}
