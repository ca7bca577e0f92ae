//! Turns the contents of a catalog into the bytes of a catalog file.
//!
//! The same contents give the same bytes, in whatever order they come. What could not be read back is refused here,
//! so the reader never meets a price that was cut off or a type that lost its name.

use std::collections::{BTreeMap, HashMap};

use zerocopy::little_endian::{U16, U32};
use zerocopy::{Immutable, IntoBytes};

use crate::model::{Architecture, DatedBy, Interruption};

use super::contents::{
    CatalogContents, DeviceContents, OfferingContents, RegionContents, SourceContents, TypeContents,
};
use super::layout::{
    BandRecord, DESCRIBED, DISKS, DeviceRecord, DiskRecord, EbsRecord, Header, MAGIC, MARKETS, MAX_ZONES,
    NO_SAVING, OfferingRecord, PRICES, RegionRecord, Run, SPOT_SYSTEMS, Section, SourceRecord, Text,
    TypeRecord, VERSION, bits_of, price_place,
};
use super::{DeviceKind, Disk, DiskKind, EbsPerformance, EncodeError, Feature};

/// The bytes of a catalog file.
///
/// # Errors
///
/// Where the contents contradict themselves or do not fit the layout.
pub fn encode(contents: &CatalogContents) -> Result<Vec<u8>, EncodeError> {
    encode_over(contents, 0)
}

/// The bytes of a catalog file that was made over another one.
pub(super) fn encode_over(contents: &CatalogContents, base: u32) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder::default();
    for source in &contents.sources {
        encoder.add_source(source)?;
    }
    let types = by_name(&contents.types, |one| &one.name)?;
    for one in types.values() {
        encoder.add_type(one)?;
    }
    let index: HashMap<&str, usize> = types.keys().enumerate().map(|(index, name)| (*name, index)).collect();
    for region in by_name(&contents.regions, |region| &region.code)?.values() {
        encoder.add_region(region, &index)?;
    }
    encoder.finish(base)
}

/// The sections as they grow.
#[derive(Default)]
struct Encoder {
    strings: String,
    known_strings: HashMap<String, Text>,
    types: Vec<TypeRecord>,
    devices: Vec<DeviceRecord>,
    disks: Vec<DiskRecord>,
    regions: Vec<RegionRecord>,
    zones: Vec<Text>,
    offerings: Vec<OfferingRecord>,
    sources: Vec<SourceRecord>,
}

impl Encoder {
    fn add_source(&mut self, source: &SourceContents) -> Result<(), EncodeError> {
        let record = SourceRecord {
            label: self.name(&source.label, "label", &source.origin)?,
            as_of: self.name(&source.as_of, "date", &source.label)?,
            origin: self.name(&source.origin, "origin", &source.label)?,
            dated_by: place(&DatedBy::ALL, &source.dated_by),
        };
        self.sources.push(record);
        Ok(())
    }

    fn add_type(&mut self, one: &TypeContents) -> Result<(), EncodeError> {
        let record = TypeRecord {
            name: self.name(&one.name, "name", "a type")?,
            processor_maker: self.text(one.processor_maker.as_deref())?,
            hypervisor: self.text(one.hypervisor.as_deref())?,
            network_performance: self.text(one.network_performance.as_deref())?,
            memory_mib: one.memory.map_or(0, |memory| memory.0).into(),
            vcpus: or_zero(one.vcpus),
            cores: or_zero(one.cores),
            threads_per_core: or_zero(one.threads_per_core),
            clock_mhz: or_zero(one.clock_mhz),
            network_baseline_mbps: or_zero(one.network_baseline_mbps),
            network_peak_mbps: or_zero(one.network_peak_mbps),
            ebs_baseline: ebs_record(one.ebs_baseline),
            ebs_peak: ebs_record(one.ebs_peak),
            devices: self.add_devices(one)?,
            disks: self.add_disks(one)?,
            network_cards: one.network_cards.into(),
            efa_interfaces: one.efa_interfaces.into(),
            features: bits::<u16, _>(&Feature::ALL, &one.features, "features", &one.name)?.into(),
            architectures: bits(&Architecture::ALL, &one.architectures, "architectures", &one.name)?,
            markets: bits(&MARKETS, &one.markets, "markets", &one.name)?,
            known: flag(one.is_described, DESCRIBED) | flag(one.disks.is_some(), DISKS),
        };
        self.types.push(record);
        Ok(())
    }

    fn add_devices(&mut self, one: &TypeContents) -> Result<Run, EncodeError> {
        let first = self.devices.len();
        for device in &one.devices {
            let record = self.device(device, &one.name)?;
            self.devices.push(record);
        }
        run(first, self.devices.len(), "devices")
    }

    fn device(&mut self, device: &DeviceContents, of: &str) -> Result<DeviceRecord, EncodeError> {
        require(!device.count.is_zero(), "count of devices", of)?;
        let mib = device.memory.map_or(0, |memory| memory.0);
        Ok(DeviceRecord {
            name: self.name(&device.name, "name of a device", of)?,
            manufacturer: self.text(device.manufacturer.as_deref())?,
            count_thousandths: device.count.thousandths().into(),
            memory_mib: fit::<u32, _>(mib, "device memory", of)?.into(),
            kind: place(&DeviceKind::ALL, &device.kind),
        })
    }

    fn add_disks(&mut self, one: &TypeContents) -> Result<Run, EncodeError> {
        let disks = one.disks.as_deref().unwrap_or_default();
        require(disks.iter().all(|disk| disk.count > 0), "count of disks", &one.name)?;
        let first = self.disks.len();
        self.disks.extend(disks.iter().map(disk_record));
        run(first, self.disks.len(), "disks")
    }

    fn add_region(
        &mut self,
        region: &RegionContents,
        types: &HashMap<&str, usize>,
    ) -> Result<(), EncodeError> {
        let zones = by_name(&region.zones, |zone| zone)?;
        require(zones.len() <= MAX_ZONES, "room for its zones", &region.code)?;
        let zones: Vec<&str> = zones.into_keys().collect();
        let first_zone = self.zones.len();
        for zone in &zones {
            let zone = self.name(zone, "name of a zone", &region.code)?;
            self.zones.push(zone);
        }
        let first_offering = self.offerings.len();
        for offering in by_name(&region.offerings, |offering| &offering.instance_type)?.values() {
            let record = self.offering(offering, region, &zones, types)?;
            self.offerings.push(record);
        }
        let record = RegionRecord {
            code: self.name(&region.code, "code", "a region")?,
            zones: run(first_zone, self.zones.len(), "zones")?,
            offerings: run(first_offering, self.offerings.len(), "offerings")?,
        };
        self.regions.push(record);
        Ok(())
    }

    fn offering(
        &self,
        offering: &OfferingContents,
        region: &RegionContents,
        zones: &[&str],
        types: &HashMap<&str, usize>,
    ) -> Result<OfferingRecord, EncodeError> {
        let index = types.get(offering.instance_type.as_str()).ok_or_else(|| EncodeError::UnknownType {
            region: region.code.clone(),
            instance_type: offering.instance_type.clone(),
        })?;
        let mut record = OfferingRecord {
            instance_type: u16::try_from(*index).map_err(|_| EncodeError::TooMany("types"))?.into(),
            zones: zone_bits(offering, region, zones)?.into(),
            prices: [U32::ZERO; PRICES],
            sources: [0; PRICES],
            interruptions: [BandRecord::UNKNOWN; SPOT_SYSTEMS.len()],
            interruption_sources: [0; SPOT_SYSTEMS.len()],
        };
        self.add_prices(&mut record, offering)?;
        self.add_interruptions(&mut record, offering)?;
        Ok(record)
    }

    fn add_prices(
        &self,
        record: &mut OfferingRecord,
        offering: &OfferingContents,
    ) -> Result<(), EncodeError> {
        for price in &offering.prices {
            let micros = price.amount.micros();
            require(micros > 0, "price, but names one", &offering.instance_type)?;
            self.require_source(price.source, &offering.instance_type)?;
            let place = price_place(price.market, price.os);
            let place = place.ok_or_else(|| EncodeError::Missing {
                what: "place for a price of this market and operating system",
                of: offering.instance_type.clone(),
            })?;
            record.prices[place] = fit::<u32, _>(micros, "price", &offering.instance_type)?.into();
            record.sources[place] = price.source;
        }
        Ok(())
    }

    fn add_interruptions(
        &self,
        record: &mut OfferingRecord,
        offering: &OfferingContents,
    ) -> Result<(), EncodeError> {
        for interruption in &offering.interruptions {
            self.require_source(interruption.source, &offering.instance_type)?;
            let place = SPOT_SYSTEMS.iter().position(|os| *os == interruption.os);
            let place = place.ok_or_else(|| EncodeError::Missing {
                what: "place for interruptions of this operating system",
                of: offering.instance_type.clone(),
            })?;
            let Interruption { min_percent, max_percent } = interruption.band;
            require(max_percent > 0, "band of interruptions, but names one", &offering.instance_type)?;
            let saving_percent = interruption.saving_percent.unwrap_or(NO_SAVING);
            let is_percent = saving_percent <= 100 || interruption.saving_percent.is_none();
            require(is_percent, "saving of a hundred percent or less", &offering.instance_type)?;
            record.interruptions[place] = BandRecord { min_percent, max_percent, saving_percent };
            record.interruption_sources[place] = interruption.source;
        }
        Ok(())
    }

    fn require_source(&self, source: u8, of: &str) -> Result<(), EncodeError> {
        require(usize::from(source) < self.sources.len(), "source of a figure", of)
    }

    /// A text that has to be there.
    fn name(&mut self, text: &str, what: &'static str, of: &str) -> Result<Text, EncodeError> {
        require(!text.is_empty(), what, of)?;
        self.text(Some(text))
    }

    /// A text that is stored once, however often it is used.
    fn text(&mut self, text: Option<&str>) -> Result<Text, EncodeError> {
        let Some(text) = text else { return Ok(Text { offset: U32::ZERO, length: U16::ZERO }) };
        if let Some(known) = self.known_strings.get(text) {
            return Ok(*known);
        }
        let stored = Text {
            offset: fit::<u32, _>(self.strings.len(), "place", text)?.into(),
            length: fit::<u16, _>(text.len(), "length", text)?.into(),
        };
        self.strings.push_str(text);
        self.known_strings.insert(text.to_owned(), stored);
        Ok(stored)
    }

    fn finish(self, base: u32) -> Result<Vec<u8>, EncodeError> {
        let mut body = Body { bytes: Vec::new() };
        let mut header = Header {
            magic: MAGIC,
            version: VERSION.into(),
            checksum: U32::ZERO,
            base: base.into(),
            strings: body.section(self.strings.as_bytes())?,
            types: body.section(&self.types)?,
            devices: body.section(&self.devices)?,
            disks: body.section(&self.disks)?,
            regions: body.section(&self.regions)?,
            zones: body.section(&self.zones)?,
            offerings: body.section(&self.offerings)?,
            sources: body.section(&self.sources)?,
        };
        header.checksum = checksum(&body.bytes).into();
        let mut file = header.as_bytes().to_vec();
        file.append(&mut body.bytes);
        Ok(file)
    }
}

/// The sections one after another, as they lie behind the header.
struct Body {
    bytes: Vec<u8>,
}

impl Body {
    fn section<T: IntoBytes + Immutable>(&mut self, records: &[T]) -> Result<Section, EncodeError> {
        let offset = size_of::<Header>() + self.bytes.len();
        self.bytes.extend_from_slice(records.as_bytes());
        Ok(Section {
            offset: u32::try_from(offset).map_err(|_| EncodeError::TooMany("bytes"))?.into(),
            count: u32::try_from(records.len()).map_err(|_| EncodeError::TooMany("records"))?.into(),
        })
    }
}

/// The elements by their names, none of which may be there twice.
fn by_name<T>(elements: &[T], name: impl Fn(&T) -> &String) -> Result<BTreeMap<&str, &T>, EncodeError> {
    let mut sorted = BTreeMap::new();
    for element in elements {
        if sorted.insert(name(element).as_str(), element).is_some() {
            return Err(EncodeError::Twice(name(element).clone()));
        }
    }
    Ok(sorted)
}

fn zone_bits(
    offering: &OfferingContents,
    region: &RegionContents,
    zones: &[&str],
) -> Result<u64, EncodeError> {
    let unknown = offering.zones.iter().find(|zone| !zones.contains(&zone.as_str()));
    if let Some(zone) = unknown {
        return Err(EncodeError::UnknownZone {
            region: region.code.clone(),
            instance_type: offering.instance_type.clone(),
            zone: zone.clone(),
        });
    }
    let chosen: Vec<&str> = offering.zones.iter().map(String::as_str).collect();
    Ok(bits_of(zones, &chosen))
}

fn disk_record(disk: &Disk) -> DiskRecord {
    DiskRecord {
        size_gb: disk.size_gb.into(),
        count: disk.count.into(),
        kind: place(&DiskKind::ALL, &disk.kind),
        nvme: disk.nvme.into(),
    }
}

fn ebs_record(performance: Option<EbsPerformance>) -> EbsRecord {
    let of = |field: fn(EbsPerformance) -> u32| or_zero(performance.map(field));
    EbsRecord {
        bandwidth_mbps: of(|known| known.bandwidth_mbps),
        throughput_kilobytes: of(|known| known.throughput_kilobytes),
        iops: of(|known| known.iops),
    }
}

fn run(first: usize, end: usize, what: &'static str) -> Result<Run, EncodeError> {
    let too_many = |_| EncodeError::TooMany(what);
    Ok(Run {
        first: u32::try_from(first).map_err(too_many)?.into(),
        count: u16::try_from(end - first).map_err(too_many)?.into(),
    })
}

fn require(holds: bool, what: &'static str, of: &str) -> Result<(), EncodeError> {
    if holds { Ok(()) } else { Err(EncodeError::Missing { what, of: of.to_owned() }) }
}

fn fit<T: TryFrom<N>, N>(number: N, what: &'static str, of: &str) -> Result<T, EncodeError> {
    T::try_from(number).map_err(|_| EncodeError::TooLarge { what, of: of.to_owned() })
}

fn bits<T: TryFrom<u64>, E: PartialEq>(
    all: &[E],
    chosen: &[E],
    what: &'static str,
    of: &str,
) -> Result<T, EncodeError> {
    fit(bits_of(all, chosen), what, of)
}

const fn flag(holds: bool, bit: u8) -> u8 {
    if holds { bit } else { 0 }
}

/// The checksum of what stands behind a header.
pub(super) fn checksum(body: &[u8]) -> u32 {
    let mut sum = flate2::Crc::new();
    sum.update(body);
    sum.sum()
}

fn or_zero(number: Option<u32>) -> U32 {
    number.unwrap_or(0).into()
}

/// The number of a kind: its place among all kinds.
fn place<T: PartialEq>(all: &[T], one: &T) -> u8 {
    all.iter().position(|other| other == one).and_then(|index| u8::try_from(index).ok()).unwrap_or(u8::MAX)
}
