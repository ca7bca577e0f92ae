//! Lays newer figures over a catalog.
//!
//! A figure takes the place of one of the same or an earlier date, and one whose date is known of one whose date is guessed,
//! whichever is later. What nobody speaks of stays as it was, for each type, region and operating system. Types and
//! regions that are new come into being with what is said of them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

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
    /// What was known already has a better date than this one's, which may be later or not.
    Undated,
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
        self.add_types(&other, |source| sources.contains_key(&usize::from(source)));
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

    /// Lays a price. One that is known already with a better date is kept with that date.
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
            Some(known) => match contest(sources, known.source, price.source) {
                Laid::Kept => *known = price,
                Laid::Undated if known.amount == price.amount => {}
                lost => return lost,
            },
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
        match known.iter_mut().find(|one| one.os == interruption.os) {
            Some(known) => match contest(sources, known.source, interruption.source) {
                Laid::Kept => *known = interruption,
                Laid::Undated if known.says_the_same(interruption) => {}
                lost => return lost,
            },
            None => known.push(interruption),
        }
        Laid::Kept
    }

    /// Fills in what is not known yet of a type.
    pub fn lay_facts(&mut self, instance_type: &InstanceTypeName, facts: ListedFacts) {
        let place = self.type_place(instance_type);
        self.contents.types[place].fill_in(facts);
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

    /// The types that feeds made known: those that nobody has described, and described ones of which feeds have figures.
    /// The rest is of an older catalog, and gone with it.
    fn add_types(&mut self, other: &CatalogContents, is_feed: impl Fn(u8) -> bool) {
        let offerings = other.regions.iter().flat_map(|region| &region.offerings);
        let with_figures: HashSet<&str> = offerings
            .filter(|offering| {
                offering.prices.iter().any(|one| is_feed(one.source))
                    || offering.interruptions.iter().any(|one| is_feed(one.source))
            })
            .map(|offering| offering.instance_type.as_str())
            .collect();
        for one in &other.types {
            match self.types.get(&one.name) {
                Some(place) => self.contents.types[*place].fill_in(ListedFacts::of(one)),
                None if !one.is_described || with_figures.contains(one.name.as_str()) => {
                    self.add_type(one.clone());
                }
                None => {}
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

impl TypeContents {
    /// Takes what is not known yet. Of a type that is described all is known that there is.
    fn fill_in(&mut self, facts: ListedFacts) {
        if !self.is_described {
            self.vcpus = self.vcpus.or(facts.vcpus);
            self.memory = self.memory.or(facts.memory);
            self.disks = self.disks.take().or(facts.disks);
            self.network_performance = self.network_performance.take().or(facts.network_performance);
        }
    }
}

impl ListedFacts {
    /// What such a list would say of a type, from a catalog that has read one.
    fn of(one: &TypeContents) -> Self {
        Self {
            vcpus: one.vcpus,
            memory: one.memory,
            disks: one.disks.clone(),
            network_performance: one.network_performance.clone(),
        }
    }
}

impl InterruptionContents {
    fn says_the_same(&self, other: Self) -> bool {
        (self.band, self.saving_percent) == (other.band, other.saving_percent)
    }
}

/// What becomes of a figure of one source where one of another is known. A date that is guessed says nothing against a figure
/// whose date is known; of guesses the later one counts, and the date of a list beside it before a copy's. Dates are ISO
/// 8601, so that texts compare as days.
fn contest(sources: &[SourceContents], known: u8, new: u8) -> Laid {
    let source = |place: u8| sources.get(usize::from(place));
    let (Some(known), Some(new)) = (source(known), source(new)) else { return Laid::Kept };
    if new.dated_by > known.dated_by {
        Laid::Kept
    } else if new.as_of < known.as_of {
        Laid::Outdated
    } else if known.dated_by.is_said() && !new.dated_by.is_said() {
        Laid::Undated
    } else {
        Laid::Kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, encode};
    use crate::model::{DatedBy, Interruption, Market, Money, OperatingSystem};

    fn name(text: &str) -> InstanceTypeName {
        text.parse().unwrap()
    }

    fn region() -> RegionName {
        "us-east-9".parse().unwrap()
    }

    fn source(label: &str, as_of: &str) -> SourceContents {
        dated(label, as_of, DatedBy::Said)
    }

    fn dated(label: &str, as_of: &str, dated_by: DatedBy) -> SourceContents {
        let origin = "a list".to_owned();
        SourceContents { label: label.to_owned(), as_of: as_of.to_owned(), dated_by, origin }
    }

    fn price(micros: u64, source: u8) -> PriceContents {
        let amount = Money::from_micros(micros);
        PriceContents { market: Market::OnDemand, os: OperatingSystem::Linux, amount, source }
    }

    fn type_called(name: &str, is_described: bool) -> TypeContents {
        TypeContents { name: name.to_owned(), is_described, ..TypeContents::default() }
    }

    /// A catalog with some types, of which the first has a price.
    fn base(types: Vec<TypeContents>, price: PriceContents, source: SourceContents) -> Vec<u8> {
        let instance_type = types[0].name.clone();
        let offering = OfferingContents { instance_type, prices: vec![price], ..OfferingContents::default() };
        let code = region().to_string();
        let region = RegionContents { code, offerings: vec![offering], ..RegionContents::default() };
        encode(&CatalogContents { types, regions: vec![region], sources: vec![source] }).unwrap()
    }

    fn price_in(catalog: &Catalog<'_>, name: &str) -> Option<(u64, String, String)> {
        let offering = catalog.region(region().as_str())?.offering(name)?;
        let price = offering.price(Market::OnDemand, OperatingSystem::Linux)?;
        Some((price.amount.micros(), price.source.as_of().to_owned(), price.source.label().to_owned()))
    }

    #[test]
    fn a_figure_replaces_one_of_the_same_or_an_earlier_date() {
        for (as_of, laid, micros) in
            [("2026-05-04", Laid::Outdated, 1), ("2026-05-05", Laid::Kept, 2), ("2026-05-06", Laid::Kept, 2)]
        {
            let bytes =
                base(vec![type_called("x9.large", true)], price(1, 0), source("embedded", "2026-05-05"));
            let mut overlay = Overlay::over(&Catalog::read(&bytes).unwrap());
            let place = overlay.source(source(FEED, as_of)).unwrap();
            assert_eq!(overlay.lay_price(&region(), &name("x9.large"), price(2, place)), laid, "{as_of}");
            let bytes = overlay.finish().unwrap();
            let catalog = Catalog::read(&bytes).unwrap();
            assert_eq!(price_in(&catalog, "x9.large").unwrap().0, micros, "{as_of}");
            assert_eq!(catalog.sources().len(), 1, "a source that nothing comes from is gone");
        }
    }

    #[test]
    fn a_date_that_is_known_wins_over_one_that_is_guessed_whichever_is_later() {
        use DatedBy::{FileTime, ListBeside, Said};
        for (known, new, laid, micros) in [
            ((FileTime, "2026-11-22"), (Said, "2026-08-06"), Laid::Kept, 2),
            ((FileTime, "2026-11-22"), (ListBeside, "2026-08-06"), Laid::Kept, 2),
            ((ListBeside, "2026-11-22"), (Said, "2026-08-06"), Laid::Kept, 2),
            ((Said, "2026-08-06"), (FileTime, "2026-11-22"), Laid::Undated, 1),
            ((Said, "2026-08-06"), (ListBeside, "2026-11-22"), Laid::Undated, 1),
            ((ListBeside, "2026-08-06"), (FileTime, "2026-11-22"), Laid::Kept, 2),
            ((ListBeside, "2026-08-06"), (FileTime, "2026-08-05"), Laid::Outdated, 1),
            ((Said, "2026-08-06"), (FileTime, "2026-08-06"), Laid::Undated, 1),
            ((Said, "2026-08-06"), (FileTime, "2026-08-05"), Laid::Outdated, 1),
            ((FileTime, "2026-08-06"), (FileTime, "2026-11-22"), Laid::Kept, 2),
            ((FileTime, "2026-11-22"), (FileTime, "2026-08-06"), Laid::Outdated, 1),
        ] {
            let mut overlay = Overlay::over(&Catalog::default());
            let first = overlay.source(dated(FEED, known.1, known.0)).unwrap();
            let second = overlay.source(dated(FEED, new.1, new.0)).unwrap();
            let name = name("x9.large");
            assert_eq!(overlay.lay_price(&region(), &name, price(1, first)), Laid::Kept);
            assert_eq!(overlay.lay_price(&region(), &name, price(2, second)), laid, "{known:?} {new:?}");
            let bytes = overlay.finish().unwrap();
            let catalog = Catalog::read(&bytes).unwrap();
            assert_eq!(price_in(&catalog, "x9.large").unwrap().0, micros, "{known:?} {new:?}");
        }
    }

    #[test]
    fn the_same_figure_keeps_its_better_date() {
        let mut overlay = Overlay::over(&Catalog::default());
        let said = overlay.source(source(FEED, "2026-08-06")).unwrap();
        let copied = overlay.source(dated(FEED, "2026-11-22", DatedBy::FileTime)).unwrap();
        overlay.lay_price(&region(), &name("x9.large"), price(1, said));
        assert_eq!(overlay.lay_price(&region(), &name("x9.large"), price(1, copied)), Laid::Kept);
        let bytes = overlay.finish().unwrap();
        let catalog = Catalog::read(&bytes).unwrap();
        assert_eq!(price_in(&catalog, "x9.large").unwrap().1, "2026-08-06");
        let dates: Vec<_> = catalog.sources().map(|source| (source.as_of(), source.dated_by())).collect();
        assert_eq!(dates, [("2026-08-06", DatedBy::Said)]);
    }

    #[test]
    fn what_nobody_said_of_a_new_type_stays_unknown() {
        let mut overlay = Overlay::over(&Catalog::default());
        let place = overlay.source(source(FEED, "2026-05-05")).unwrap();
        overlay.lay_price(&region(), &name("x9.large"), price(2, place));
        overlay.lay_facts(&name("x9.large"), ListedFacts { vcpus: Some(3), ..ListedFacts::default() });
        overlay.lay_facts(
            &name("x9.large"),
            ListedFacts { vcpus: Some(4), disks: Some(vec![]), ..ListedFacts::default() },
        );
        let bytes = overlay.finish().unwrap();
        let catalog = Catalog::read(&bytes).unwrap();
        let one = catalog.instance_type("x9.large").unwrap();
        assert!(!one.is_described() && one.knows_disks());
        assert_eq!((one.vcpus(), one.memory(), one.network_cards()), (Some(3), None, None));
        assert_eq!(catalog.region("us-east-9").unwrap().zones().count(), 0);
    }

    #[test]
    fn a_type_that_is_described_takes_no_facts_from_a_list() {
        let bytes = base(vec![type_called("x9.large", true)], price(1, 0), source("embedded", "2026-05-05"));
        let mut overlay = Overlay::over(&Catalog::read(&bytes).unwrap());
        overlay.lay_facts(&name("x9.large"), ListedFacts { vcpus: Some(3), ..ListedFacts::default() });
        let bytes = overlay.finish().unwrap();
        assert_eq!(Catalog::read(&bytes).unwrap().instance_type("x9.large").unwrap().vcpus(), None);
    }

    #[test]
    fn figures_of_feeds_are_carried_over_another_catalog_and_nothing_else() {
        let types = vec![
            type_called("x9.large", true),
            type_called("x9.gone", true),
            TypeContents { vcpus: Some(8), ..type_called("x9.listed", false) },
            TypeContents { vcpus: Some(9), ..type_called("x9.known", false) },
        ];
        let old = base(types, price(1, 0), source("embedded", "2026-05-05"));
        let mut overlay = Overlay::over(&Catalog::read(&old).unwrap());
        let place = overlay.source(source(FEED, "2026-06-01")).unwrap();
        overlay.lay_price(&region(), &name("x9.listed"), price(7, place));
        let old = overlay.finish().unwrap();

        let new = base(vec![type_called("x9.known", false)], price(5, 0), source("embedded", "2026-07-01"));
        let mut overlay = Overlay::over(&Catalog::read(&new).unwrap());
        overlay.lay_feeds_of(&Catalog::read(&old).unwrap()).unwrap();
        let bytes = overlay.finish().unwrap();
        let catalog = Catalog::read(&bytes).unwrap();
        let names: Vec<&str> = catalog.types().map(crate::catalog::InstanceType::name).collect();
        assert_eq!(names, ["x9.known", "x9.listed"], "what only the older catalog had is gone with it");
        assert_eq!(catalog.instance_type("x9.known").unwrap().vcpus(), Some(9), "a fact of a list stays");
        assert_eq!(price_in(&catalog, "x9.known"), Some((5, "2026-07-01".to_owned(), "embedded".to_owned())));
        assert_eq!(price_in(&catalog, "x9.listed"), Some((7, "2026-06-01".to_owned(), "feed".to_owned())));
        assert_eq!(catalog.base(), Catalog::read(&new).unwrap().checksum());
    }

    #[test]
    fn an_interruption_rate_that_no_list_speaks_of_stays() {
        let mut overlay = Overlay::over(&Catalog::default());
        let first = overlay.source(source(FEED, "2026-05-05")).unwrap();
        let second = overlay.source(source(FEED, "2026-05-06")).unwrap();
        let rate = |os, max_percent, source| {
            let band = Interruption { min_percent: 0, max_percent };
            InterruptionContents { os, band, saving_percent: None, source }
        };
        let mut lay = |rate| overlay.lay_interruption(&region(), &name("x9.large"), rate);
        assert_eq!(lay(rate(OperatingSystem::Linux, 5, first)), Laid::Kept);
        assert_eq!(lay(rate(OperatingSystem::Windows, 6, first)), Laid::Kept);
        assert_eq!(lay(rate(OperatingSystem::Linux, 7, second)), Laid::Kept);
        assert_eq!(lay(rate(OperatingSystem::Linux, 8, first)), Laid::Outdated);
        let bytes = overlay.finish().unwrap();
        let catalog = Catalog::read(&bytes).unwrap();
        let offering = catalog.region("us-east-9").unwrap().offering("x9.large").unwrap();
        let linux = offering.interruption(OperatingSystem::Linux).unwrap();
        assert_eq!((linux.band.max_percent, linux.source.as_of()), (7, "2026-05-06"));
        let windows = offering.interruption(OperatingSystem::Windows).unwrap();
        assert_eq!((windows.band.max_percent, windows.source.as_of()), (6, "2026-05-05"));
    }
}
