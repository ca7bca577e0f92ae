//! Walks a whole catalog once and refuses what leads nowhere.
//!
//! The shape of the file alone: whether its facts are true is for the builder to care about.

use super::layout::{DeviceRecord, DiskRecord, OfferingRecord, RegionRecord, Run, SYSTEMS, Text, TypeRecord};
use super::reader::checked_run_of;
use super::{Catalog, CatalogError, DeviceKind, DiskKind};

/// Checks every record.
pub(super) fn check(catalog: &Catalog<'_>) -> Result<(), CatalogError> {
    each("types", catalog.types, |record| type_is_sound(catalog, record))?;
    each("devices", catalog.devices, |record| device_is_sound(catalog, record))?;
    each("disks", catalog.disks, disk_is_sound)?;
    each("regions", catalog.regions, |record| region_is_sound(catalog, record))?;
    each("zones", catalog.zones, |zone| named(catalog, *zone))?;
    each("offerings", catalog.offerings, |record| offering_is_sound(catalog, record))?;
    each("sources", catalog.sources, |record| {
        named(catalog, record.label) && named(catalog, record.as_of) && named(catalog, record.origin)
    })?;
    sorted("types", catalog.types, |record| catalog.text(record.name))?;
    sorted("regions", catalog.regions, |record| catalog.text(record.code))?;
    catalog.regions.iter().try_for_each(|record| {
        let offerings = checked_run_of(catalog.offerings, record.offerings).unwrap_or_default();
        sorted("offerings", offerings, |record| record.instance_type.get())
    })
}

fn type_is_sound(catalog: &Catalog<'_>, record: &TypeRecord) -> bool {
    named(catalog, record.name)
        && readable(catalog, record.processor_maker)
        && readable(catalog, record.hypervisor)
        && readable(catalog, record.network_performance)
        && within(catalog.devices, record.devices)
        && within(catalog.disks, record.disks)
        && record.vcpus.get() > 0
        && record.memory_mib.get() > 0
}

fn device_is_sound(catalog: &Catalog<'_>, record: &DeviceRecord) -> bool {
    named(catalog, record.name)
        && readable(catalog, record.manufacturer)
        && usize::from(record.kind) < DeviceKind::ALL.len()
        && record.count_thousandths.get() > 0
}

fn disk_is_sound(record: &DiskRecord) -> bool {
    usize::from(record.kind) < DiskKind::ALL.len() && record.nvme <= 1 && record.count.get() > 0
}

fn region_is_sound(catalog: &Catalog<'_>, record: &RegionRecord) -> bool {
    let zones = usize::from(record.zones.count.get());
    let Some(offerings) = checked_run_of(catalog.offerings, record.offerings) else { return false };
    named(catalog, record.code)
        && within(catalog.zones, record.zones)
        && offerings.iter().all(|offering| {
            usize::try_from(u64::BITS - offering.zones.get().leading_zeros()).is_ok_and(|used| used <= zones)
        })
}

fn offering_is_sound(catalog: &Catalog<'_>, record: &OfferingRecord) -> bool {
    usize::from(record.instance_type.get()) < catalog.types.len()
        && (0..SYSTEMS).all(|system| {
            record.prices[system].get() == 0 || usize::from(record.sources[system]) < catalog.sources.len()
        })
}

fn readable(catalog: &Catalog<'_>, text: Text) -> bool {
    catalog.checked_text(text).is_some()
}

fn named(catalog: &Catalog<'_>, text: Text) -> bool {
    catalog.checked_text(text).is_some_and(|text| !text.is_empty())
}

fn within<T>(records: &[T], run: Run) -> bool {
    checked_run_of(records, run).is_some()
}

fn each<T>(section: &'static str, records: &[T], is_sound: impl Fn(&T) -> bool) -> Result<(), CatalogError> {
    match records.iter().position(|record| !is_sound(record)) {
        None => Ok(()),
        Some(record) => Err(CatalogError::Damaged { section, record }),
    }
}

fn sorted<'c, T, K: Ord>(
    section: &'static str,
    records: &'c [T],
    key: impl Fn(&'c T) -> K,
) -> Result<(), CatalogError> {
    if records.is_sorted_by(|one, next| key(one) < key(next)) {
        Ok(())
    } else {
        Err(CatalogError::Unsorted { section })
    }
}
