//! Lays newer figures over a catalog.
//!
//! A figure takes the place of one of the same or an earlier date; what nobody speaks of stays as it was, for each type,
//! region and operating system. Types and regions that are new come into being with what is said of them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::contents::{
    CatalogContents, InterruptionContents, OfferingContents, PriceContents, RegionContents, SourceContents,
    TypeContents,
};
use super::encode::encode_over;
use super::{Catalog, Disk, EncodeError};
use crate::model::{InstanceTypeName, Mebibytes, RegionName};

/// The label of sources that were fetched at run time.
pub const FEED: &str = "feed";

/// A catalog that is being made over another one.
#[derive(Debug)]
pub struct Overlay {
    contents: CatalogContents,
    base: u32,
    types: HashMap<String, usize>,
    regions: HashMap<String, usize>,
    /// The place of an offering in its region, by the region's place and the type's.
    offerings: HashMap<(usize, usize), usize>,
}

/// What became of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Laid {
    /// It is in the catalog now.
    Kept,
    /// What was known already is from a later date.
    Outdated,
}

/// What a price list says of a type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedFacts {
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Main memory.
    pub memory: Option<Mebibytes>,
    /// The local disks, none included.
    pub disks: Option<Vec<Disk>>,
    /// The network as AWS words it.
    pub network_performance: Option<String>,
}

impl Overlay {
    /// Begins with everything that a catalog holds.
    #[must_use]
    pub fn over(catalog: &Catalog<'_>) -> Self {
        let contents = CatalogContents::of(catalog);
        let places = |names: Vec<&String>| {
            names
                .into_iter()
                .enumerate()
                .map(|(place, name)| (name.clone(), place))
                .collect::<HashMap<_, _>>()
        };
        let types = places(contents.types.iter().map(|one| &one.name).collect());
        let regions = places(contents.regions.iter().map(|one| &one.code).collect());
        let mut offerings = HashMap::new();
        for (region_place, region) in contents.regions.iter().enumerate() {
            for (place, offering) in region.offerings.iter().enumerate() {
                if let Some(type_place) = types.get(&offering.instance_type) {
                    offerings.insert((region_place, *type_place), place);
                }
            }
        }
        Self { contents, base: catalog.checksum(), types, regions, offerings }
    }

    /// Lays what another catalog had from feeds over this one.
    ///
    /// # Errors
    /// Where there are too many sources.
    pub fn lay_feeds_of(&mut self, other: &Catalog<'_>) -> Result<(), EncodeError> {
        let other = CatalogContents::of(other);
        let mut sources = HashMap::new();
        for (place, source) in other.sources.iter().enumerate().filter(|(_, one)| one.label == FEED) {
            sources.insert(place, self.source(source.clone())?);
        }
        for one in other.types {
            if !self.types.contains_key(&one.name) {
                self.add_type(one);
            }
        }
        for region in &other.regions {
            let Ok(code) = region.code.parse::<RegionName>() else { continue };
            for offering in &region.offerings {
                let Ok(name) = offering.instance_type.parse::<InstanceTypeName>() else { continue };
                for price in &offering.prices {
                    if let Some(source) = sources.get(&usize::from(price.source)) {
                        self.lay_price(&code, &name, PriceContents { source: *source, ..*price });
                    }
                }
                for one in &offering.interruptions {
                    if let Some(source) = sources.get(&usize::from(one.source)) {
                        self.lay_interruption(&code, &name, InterruptionContents { source: *source, ..*one });
                    }
                }
            }
        }
        Ok(())
    }

    /// The place of a source, to be named by figures.
    ///
    /// # Errors
    /// Where there are more than a catalog can hold.
    pub fn source(&mut self, source: SourceContents) -> Result<u8, EncodeError> {
        let known = self.contents.sources.iter().position(|one| *one == source);
        let place = known.unwrap_or_else(|| {
            self.contents.sources.push(source);
            self.contents.sources.len() - 1
        });
        u8::try_from(place).map_err(|_| EncodeError::TooMany("sources"))
    }

    /// Lays a price.
    pub fn lay_price(
        &mut self,
        region: &RegionName,
        instance_type: &InstanceTypeName,
        price: PriceContents,
    ) -> Laid {
        let (region, place) = self.place_of(region, instance_type);
        let CatalogContents { regions, sources, .. } = &mut self.contents;
        let prices = &mut regions[region].offerings[place].prices;
        match prices.iter_mut().find(|one| (one.market, one.os) == (price.market, price.os)) {
            Some(known) if is_later(sources, known.source, price.source) => return Laid::Outdated,
            Some(known) => *known = price,
            None => prices.push(price),
        }
        Laid::Kept
    }

    /// Lays how often spot machines are taken back.
    pub fn lay_interruption(
        &mut self,
        region: &RegionName,
        instance_type: &InstanceTypeName,
        interruption: InterruptionContents,
    ) -> Laid {
        let (region, place) = self.place_of(region, instance_type);
        let CatalogContents { regions, sources, .. } = &mut self.contents;
        let known = &mut regions[region].offerings[place].interruptions;
        if known.iter().any(|one| is_later(sources, one.source, interruption.source)) {
            return Laid::Outdated;
        }
        // One source speaks of all operating systems of an offering: older figures of others go.
        known.retain(|one| one.os != interruption.os && one.source == interruption.source);
        known.push(interruption);
        Laid::Kept
    }

    /// Fills in what is not known yet of a type.
    pub fn lay_facts(&mut self, instance_type: &InstanceTypeName, facts: ListedFacts) {
        let place = self.type_place(instance_type);
        let one = &mut self.contents.types[place];
        if !one.is_described {
            one.vcpus = one.vcpus.or(facts.vcpus);
            one.memory = one.memory.or(facts.memory);
            one.disks = one.disks.take().or(facts.disks);
            one.network_performance = one.network_performance.take().or(facts.network_performance);
        }
    }

    /// The bytes of the catalog.
    ///
    /// # Errors
    /// Where they do not fit the layout.
    pub fn finish(mut self) -> Result<Vec<u8>, EncodeError> {
        self.drop_unused_sources();
        encode_over(&self.contents, self.base)
    }

    fn place_of(&mut self, region: &RegionName, instance_type: &InstanceTypeName) -> (usize, usize) {
        let type_place = self.type_place(instance_type);
        let region_place = *self.regions.entry(region.to_string()).or_insert_with(|| {
            let new = RegionContents { code: region.to_string(), ..RegionContents::default() };
            self.contents.regions.push(new);
            self.contents.regions.len() - 1
        });
        let offerings = &mut self.contents.regions[region_place].offerings;
        let place = *self.offerings.entry((region_place, type_place)).or_insert_with(|| {
            let instance_type = instance_type.to_string();
            offerings.push(OfferingContents { instance_type, ..OfferingContents::default() });
            offerings.len() - 1
        });
        (region_place, place)
    }

    fn type_place(&mut self, instance_type: &InstanceTypeName) -> usize {
        match self.types.get(instance_type.as_str()) {
            Some(place) => *place,
            None => {
                self.add_type(TypeContents { name: instance_type.to_string(), ..TypeContents::default() })
            }
        }
    }

    fn add_type(&mut self, one: TypeContents) -> usize {
        let place = self.contents.types.len();
        self.types.insert(one.name.clone(), place);
        self.contents.types.push(one);
        place
    }

    fn drop_unused_sources(&mut self) {
        let mut kept = HashMap::new();
        let mut sources = Vec::new();
        let all = &self.contents.sources;
        let mut renumber = |source: &mut u8| {
            let next = u8::try_from(sources.len()).unwrap_or(u8::MAX);
            *source = match kept.entry(*source) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    sources.extend(all.get(usize::from(*source)).cloned());
                    *new.insert(next)
                }
            };
        };
        for offering in self.contents.regions.iter_mut().flat_map(|region| &mut region.offerings) {
            offering.prices.iter_mut().for_each(|one| renumber(&mut one.source));
            offering.interruptions.iter_mut().for_each(|one| renumber(&mut one.source));
        }
        self.contents.sources = sources;
    }
}

/// Whether a source that is known is of a later date than another one. Dates are ISO 8601, so that texts compare as days.
fn is_later(sources: &[SourceContents], known: u8, other: u8) -> bool {
    let date = |place: u8| sources.get(usize::from(place)).map(|source| source.as_of.as_str());
    date(known) > date(other)
}
