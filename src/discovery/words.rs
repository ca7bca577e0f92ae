//! Reads a question that is put in words: `h100 efa`, `8 gpus`, `a100-80gb`, `"ice lake" 16+ cores`, `m7i.* cheapest`.
//!
//! Each word becomes a pattern of names or one of the filters that flags become too; all of them have to hold, and of
//! several patterns any. A word that means nothing is an error, never a guess.

use std::cell::OnceCell;

use crate::catalog::{Catalog, Device, InstanceType};
use crate::model::Market;
use crate::model::range::meant;

use super::pattern::{is_pattern_of_types, names_of, split};
use super::vocabulary::{LONGEST_PHRASE, Meaning, Vocabulary};
use super::{
    Direction, DiscoveryError, Figure, Filter, Label, NamePattern, NotAPattern, SortColumn, SortKey,
};

/// A question as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Patterns of types' names; a type has to fit one of them.
    pub patterns: Vec<NamePattern>,
    /// What all types have to pass.
    pub filters: Vec<Filter>,
    /// The markets that the offers are of, where the words say so; several mean any of them.
    pub markets: Vec<Market>,
    /// What comes first in the order.
    pub sort: Vec<SortKey>,
    /// How many are wanted, where the words say so.
    pub limit: Option<usize>,
    /// What was read as what.
    pub terms: Vec<Term>,
}

/// Words and what they were read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The words.
    pub words: String,
    /// What they were read as.
    pub meaning: String,
}

/// Reads the words of a question; an argument may hold several.
///
/// # Errors
/// Where a word means nothing, a number stands alone, or a pattern is malformed.
pub fn read_question<'c>(words: &[&str], catalog: &'c Catalog<'c>) -> Result<Reading, DiscoveryError> {
    if words.is_empty() {
        return Ok(Reading::default());
    }
    let mut tokens = Vec::new();
    for argument in words {
        let before = tokens.len();
        let pieces = split(argument, char::is_whitespace).flat_map(between_commas);
        tokens.extend(pieces.filter(|token| !token.is_empty()));
        if tokens.len() == before {
            return Err(NotAPattern::Empty.into());
        }
    }
    let mut reader = Reader {
        catalog,
        vocabulary: OnceCell::new(),
        tokens,
        latest: Vec::new(),
        reading: Reading::default(),
    };
    let mut place = 0;
    while place < reader.tokens.len() {
        place += reader.read_at(place)?;
    }
    refuse_contradictions(&reader.reading.filters)?;
    Ok(reader.reading)
}

struct Reader<'w, 'c> {
    catalog: &'c Catalog<'c>,
    /// Made when the first word comes: names and patterns need none.
    vocabulary: OnceCell<Vocabulary>,
    tokens: Vec<&'w str>,
    /// The filters of the words before the place that is read.
    latest: Vec<Filter>,
    reading: Reading,
}

/// Nouns that a number goes with, and the figure that they name.
const NOUNS: [(&str, Figure); 24] = [
    ("gpu", Figure::Gpus),
    ("gpus", Figure::Gpus),
    ("vcpu", Figure::Vcpus),
    ("vcpus", Figure::Vcpus),
    ("cpu", Figure::Vcpus),
    ("cpus", Figure::Vcpus),
    ("core", Figure::Cores),
    ("cores", Figure::Cores),
    ("accelerator", Figure::Accelerators),
    ("accelerators", Figure::Accelerators),
    ("nic", Figure::NetworkCards),
    ("nics", Figure::NetworkCards),
    ("iops", Figure::EbsIops),
    ("zone", Figure::Zones),
    ("zones", Figure::Zones),
    ("az", Figure::Zones),
    ("azs", Figure::Zones),
    ("ghz", Figure::Clock),
    ("mhz", Figure::Clock),
    ("usd", Figure::Price),
    ("gbps", Figure::Network),
    ("gbit", Figure::Network),
    ("gigabit", Figure::Network),
    ("mbps", Figure::Network),
];

/// Units of memory; a number with one of them is main memory unless another noun follows.
const MEMORY_UNITS: [&str; 9] = ["g", "gb", "gib", "t", "tb", "tib", "m", "mb", "mib"];

/// What follows a figure with its unit, and the figure that it makes of it.
const QUALIFIERS: [(&str, Figure, Figure); 12] = [
    ("memory", Figure::Memory, Figure::Memory),
    ("ram", Figure::Memory, Figure::Memory),
    ("vram", Figure::Memory, Figure::GpuMemory),
    ("gpu memory", Figure::Memory, Figure::GpuMemory),
    ("gpu", Figure::Memory, Figure::GpuMemory),
    ("gpus", Figure::Memory, Figure::GpuMemory),
    ("per vcpu", Figure::Memory, Figure::MemoryPerVcpu),
    ("storage", Figure::Memory, Figure::Storage),
    ("disk", Figure::Memory, Figure::Storage),
    ("network", Figure::Network, Figure::Network),
    ("baseline", Figure::Network, Figure::NetworkBaseline),
    ("ebs", Figure::Network, Figure::EbsBandwidth),
];

/// What may stand before a size, and the figure that the size is then of.
const BEFORE_A_SIZE: [(&str, Figure); 5] = [
    ("memory", Figure::Memory),
    ("ram", Figure::Memory),
    ("vram", Figure::GpuMemory),
    ("storage", Figure::Storage),
    ("disk", Figure::Storage),
];

/// Kinds of local disks: a size of gigabytes or terabytes behind one is that of the disks.
const DISKS: [&str; 3] = ["nvme", "ssd", "hdd"];

impl<'c> Reader<'_, 'c> {
    /// Reads what stands at a place, and says how many tokens that was.
    fn read_at(&mut self, place: usize) -> Result<usize, DiscoveryError> {
        let token = self.token(place);
        if let Some((meaning, length)) = self.phrase_at(place) {
            self.mean(place, length, meaning);
            return Ok(length);
        }
        if let Some((number, unit)) = number_and_unit(token) {
            let (number, unit) = (number.to_owned(), unit.to_owned());
            return self.read_number(place, &number, &unit);
        }
        if is_pattern_of_types(token) {
            let pattern: NamePattern = token.parse()?;
            self.note(place, 1, format!("instance types called {pattern}"));
            self.reading.patterns.push(pattern);
            return Ok(1);
        }
        if let Some((gpu, memory)) = self.gpu_with_memory(token) {
            self.add(place, 1, vec![gpu, memory]);
            return Ok(1);
        }
        match self.read_size_behind(place)? {
            Some(read) => Ok(read),
            None => Err(self.unknown(self.token(place))),
        }
    }

    /// Reads a number with what it counts: `8 gpus`, `64gib`, `8x h100`.
    fn read_number(&mut self, place: usize, number: &str, unit: &str) -> Result<usize, DiscoveryError> {
        // The noun is in the same token, or in the next.
        let (noun, read) = if unit.is_empty() { (self.token(place + 1), 2) } else { (unit, 1) };
        if let Some((figure, unit)) = figure_of(&noun.to_lowercase()) {
            let range = amount(number, unit);
            let (figure, qualified) = match self.qualified(place + read, figure) {
                (Figure::Memory, 0) => (self.memory_of_what(place, &range), 0),
                qualified => qualified,
            };
            let filter = Filter::figure(figure, &range)
                .map_err(|source| DiscoveryError::NotAFigure { figure, source })?;
            self.add(place, read + qualified, vec![filter]);
            return Ok(read + qualified);
        }
        if let Some((filters, read)) = self.counted_devices(place, number, unit)? {
            self.add(place, read, filters);
            return Ok(read);
        }
        Err(if unit.is_empty() {
            DiscoveryError::NumberAlone { number: number.to_owned() }
        } else {
            let token = self.token(place);
            DiscoveryError::UnknownWord {
                word: token.to_owned(),
                nearest: as_range(token).into_iter().collect(),
            }
        })
    }

    /// `storage 1tb`, `vram 24gb`: what it is a size of, and the size.
    fn read_size_behind(&mut self, place: usize) -> Result<Option<usize>, DiscoveryError> {
        let word = self.token(place).to_lowercase();
        let Some((_, figure)) = BEFORE_A_SIZE.iter().find(|(before, _)| *before == word) else {
            return Ok(None);
        };
        let Some((number, unit)) = number_and_unit(self.token(place + 1)) else { return Ok(None) };
        let (unit, read) = if unit.is_empty() { (self.token(place + 2), 3) } else { (unit, 2) };
        let Some((Figure::Memory, unit)) =
            figure_of(&unit.to_lowercase()).map(|(of, unit)| (of, unit.to_owned()))
        else {
            return Ok(None);
        };
        let filter = Filter::figure(*figure, &amount(number, &unit))
            .map_err(|source| DiscoveryError::NotAFigure { figure: *figure, source })?;
        self.add(place, read, vec![filter]);
        Ok(Some(read))
    }

    /// What a size is of that no noun follows: of the GPU before it, where such GPUs have so much; of the disks before it,
    /// where it is in their unit; else of the machine.
    fn memory_of_what(&self, place: usize, range: &str) -> Figure {
        let before = place.checked_sub(1).map(|before| self.token(before).to_lowercase());
        let is_of_disks = before.is_some_and(|before| DISKS.contains(&before.as_str()));
        if is_of_disks && Filter::figure(Figure::Storage, range).is_ok() {
            return Figure::Storage;
        }
        let Ok(Filter::Figure(_, memory)) = Filter::figure(Figure::GpuMemory, range) else {
            return Figure::Memory;
        };
        let is_asked = |gpu: &Device<'c>| match self.latest.last() {
            Some(Filter::Label(Label::Gpu, names)) => names.iter().any(|name| name == gpu.name),
            Some(filter) => *filter == Filter::at_least(Figure::Gpus, 1),
            None => false,
        };
        let mut gpus = self.catalog.types().flat_map(InstanceType::gpus).filter(is_asked);
        if gpus.any(|gpu| gpu.memory.is_some_and(|each| memory.contain(&each.0))) {
            Figure::GpuMemory
        } else {
            Figure::Memory
        }
    }

    /// `8 h100`, `8x h100`, `8 x h100`, `8xh100`.
    fn counted_devices(
        &self,
        place: usize,
        number: &str,
        unit: &str,
    ) -> Result<Option<(Vec<Filter>, usize)>, DiscoveryError> {
        let glued = unit.strip_prefix('x').filter(|name| !name.is_empty());
        let found = if let Some(name) = glued {
            self.device(name).map(|filters| (filters, 1))
        } else if unit.is_empty() || unit == "x" {
            let skipped = usize::from(unit.is_empty() && self.token(place + 1).eq_ignore_ascii_case("x"));
            let device_at = place + 1 + skipped;
            let phrase = self.phrase_at(device_at).and_then(|(meaning, length)| match meaning {
                Meaning::Filter(filter) => Some((vec![filter], length)),
                Meaning::Cheapest | Meaning::Market(_) => None,
            });
            let device = phrase.or_else(|| Some((self.device(self.token(device_at))?, 1)));
            device.map(|(filters, length)| (filters, 1 + skipped + length))
        } else {
            None
        };
        let Some((filters, read)) = found else { return Ok(None) };
        let figure = match filters.first() {
            Some(Filter::Label(Label::Gpu | Label::GpuMaker, _)) => Figure::Gpus,
            Some(Filter::Label(Label::Accelerator | Label::AcceleratorMaker, _)) => Figure::Accelerators,
            _ => return Ok(None),
        };
        let count =
            Filter::figure(figure, number).map_err(|source| DiscoveryError::NotAFigure { figure, source })?;
        Ok(Some(([count].into_iter().chain(filters).collect(), read)))
    }

    /// The filters of a device's name in one token, with its memory where that is part of it.
    fn device(&self, token: &str) -> Option<Vec<Filter>> {
        match self.vocabulary().meaning(token) {
            Some(Meaning::Filter(filter)) => Some(vec![filter.clone()]),
            Some(Meaning::Cheapest | Meaning::Market(_)) => None,
            None => self.gpu_with_memory(token).map(|(gpu, memory)| vec![gpu, memory]),
        }
    }

    /// `a100-80gb`: a GPU with so much memory.
    fn gpu_with_memory(&self, token: &str) -> Option<(Filter, Filter)> {
        let (name, memory) = token.rsplit_once('-')?;
        let (_, unit) = number_and_unit(memory)?;
        let Meaning::Filter(gpu @ Filter::Label(Label::Gpu, _)) = self.vocabulary().meaning(name)? else {
            return None;
        };
        let has_unit = MEMORY_UNITS.contains(&unit.to_lowercase().as_str());
        has_unit.then(|| Some((gpu.clone(), Filter::figure(Figure::GpuMemory, memory).ok()?)))?
    }

    /// What a qualifier at a place makes of a figure, and how many tokens it has.
    fn qualified(&self, place: usize, figure: Figure) -> (Figure, usize) {
        let fits = |words: &&str| {
            words.split(' ').enumerate().all(|(at, word)| self.token(place + at).eq_ignore_ascii_case(word))
        };
        let found = QUALIFIERS.iter().find(|(words, of, _)| *of == figure && fits(words));
        found.map_or((figure, 0), |(words, _, made)| (*made, words.split(' ').count()))
    }

    /// The longest phrase at a place that means something, and how many tokens it has.
    fn phrase_at(&self, place: usize) -> Option<(Meaning, usize)> {
        let most = LONGEST_PHRASE.min(self.tokens.len().saturating_sub(place));
        (1..=most).rev().find_map(|length| {
            let tokens = self.tokens.get(place..place + length)?;
            // A pattern is never part of a phrase, whatever is left of it without its punctuation.
            let is_phrase = !tokens.iter().any(|token| is_pattern_of_types(token));
            is_phrase.then(|| Some((self.vocabulary().meaning(&tokens.concat())?.clone(), length)))?
        })
    }

    fn mean(&mut self, place: usize, length: usize, meaning: Meaning) {
        match meaning {
            Meaning::Filter(filter) => self.add(place, length, vec![filter]),
            Meaning::Market(market) => {
                self.note(place, length, format!("{market} offers"));
                self.reading.markets.push(market);
            }
            Meaning::Cheapest => {
                self.note(place, length, "sorted by price, the first one".to_owned());
                let column = SortColumn::Figure(Figure::Price);
                self.reading.sort.push(SortKey { column, direction: Direction::Ascending });
                self.reading.limit = Some(1);
            }
        }
    }

    fn add(&mut self, place: usize, length: usize, filters: Vec<Filter>) {
        let meanings: Vec<String> = filters.iter().map(ToString::to_string).collect();
        self.note(place, length, meanings.join(", "));
        self.latest.clone_from(&filters);
        self.reading.filters.extend(filters);
    }

    fn note(&mut self, place: usize, length: usize, meaning: String) {
        self.latest.clear();
        let tokens: Vec<&str> = self.tokens.iter().skip(place).take(length).copied().collect();
        self.reading.terms.push(Term { words: tokens.join(" "), meaning });
    }

    fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary.get_or_init(|| Vocabulary::of(self.catalog))
    }

    /// The token at a place; nothing where there is none.
    fn token(&self, place: usize) -> &str {
        self.tokens.get(place).copied().unwrap_or_default()
    }

    fn unknown(&self, word: &str) -> DiscoveryError {
        if let Some(region) = self.catalog.region(word) {
            let nearest = vec![format!("--region {}", region.code())];
            return DiscoveryError::UnknownWord { word: word.to_owned(), nearest };
        }
        if let Some(range) = as_range(word) {
            return DiscoveryError::UnknownWord { word: word.to_owned(), nearest: vec![range] };
        }
        if NOUNS.iter().any(|(noun, _)| *noun == word) || MEMORY_UNITS.contains(&word) {
            return DiscoveryError::NoNumber { word: word.to_owned() };
        }
        let nearest = self.vocabulary().nearest(word, NOUNS.iter().map(|(noun, _)| *noun));
        DiscoveryError::UnknownWord { word: word.to_owned(), nearest }
    }
}

/// Refuses words that no type can have both, which would find nothing whatever the catalog.
fn refuse_contradictions(filters: &[Filter]) -> Result<(), DiscoveryError> {
    let names = |label: Label| {
        filters.iter().filter_map(move |filter| match filter {
            Filter::Label(of, names) if *of == label && label.is_one_of_a_kind() => Some(names.join(" or ")),
            _ => None,
        })
    };
    for label in Label::ALL {
        let Some(one) = names(label).next() else { continue };
        if let Some(other) = names(label).find(|other| *other != one) {
            return Err(DiscoveryError::Contradiction { label, one, other });
        }
    }
    Ok(())
}

/// A number and its unit as it is typed in a flag. In `64+ gib` the unit belongs to the number, and the plus behind both.
fn amount(number: &str, unit: &str) -> String {
    match number.strip_suffix('+') {
        Some(least) => format!("{least}{unit}+"),
        None => format!("{number}{unit}"),
    }
}

/// The range that is meant by one that is written as elsewhere, such as `8-16` or `>=8`.
fn as_range(token: &str) -> Option<String> {
    meant(token).filter(|range| number_and_unit(range).is_some())
}

/// The parts of a text between commas, where a list of amounts is one part: `4,8`, `16,32gib`.
fn between_commas(text: &str) -> impl Iterator<Item = &str> {
    let unit = |part| number_and_unit(part).map(|(_, unit): (&str, &str)| unit);
    let is_list = |one, other| match (unit(one), unit(other)) {
        (Some(one), Some(other)) => one.is_empty() || one.eq_ignore_ascii_case(other),
        _ => false,
    };
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    let mut previous: Option<&str> = None;
    for part in names_of(text) {
        let end = start + part.len();
        match parts.last_mut() {
            Some((_, end_of_list)) if previous.is_some_and(|previous| is_list(previous, part)) => {
                *end_of_list = end;
            }
            _ => parts.push((start, end)),
        }
        previous = Some(part);
        start = end + ",".len();
    }
    parts.into_iter().filter_map(|(start, end)| text.get(start..end))
}

/// A token that begins with a number or a range, as that and what follows it: `8`, `16+`, `4..8gib`, `$2`, `4,8`.
fn number_and_unit(token: &str) -> Option<(&str, &str)> {
    if let Some((others, last)) = token.rsplit_once(',') {
        let unit = number_and_unit(last)?.1;
        return number_and_unit(others).and(token.split_at_checked(token.len() - unit.len()));
    }
    let is_number = token.starts_with(|c: char| c.is_ascii_digit() || c == '$')
        || token.strip_prefix("..").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let unit =
        token.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '$')).unwrap_or(token.len());
    // In `4gib..8gib` the unit is the last one, and the number all before it.
    let unit = token.rfind("..").map_or(unit, |dots| {
        let behind = token.get(dots..).unwrap_or_default();
        let end = behind.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(behind.len());
        unit.max(dots + end)
    });
    is_number.then(|| token.split_at_checked(unit))?
}

/// The figure that a noun names, and the unit that has to stay with the number.
fn figure_of(noun: &str) -> Option<(Figure, &str)> {
    let noun_without_plus = noun.trim_end_matches('+');
    if MEMORY_UNITS.contains(&noun_without_plus) {
        return Some((Figure::Memory, noun));
    }
    let (word, figure) = NOUNS.iter().find(|(word, _)| *word == noun_without_plus)?;
    let is_unit = matches!(figure, Figure::Clock | Figure::Network | Figure::Price);
    Some((*figure, if is_unit { noun } else { noun.strip_prefix(*word).unwrap_or_default() }))
}
