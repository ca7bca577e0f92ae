//! Reads a question that is put in words: `h100 efa`, `8 gpus`, `a100-80gb`, `"ice lake" 16+ cores`, `m7i.* cheapest`.
//!
//! Each word becomes a pattern of names or one of the filters that flags become too; all of them have to hold, and of
//! several patterns any. A word that means nothing is an error, never a guess.

use std::cell::OnceCell;

use crate::catalog::Catalog;

use super::pattern::{is_pattern_of_types, split};
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
    let is_separator = |c: char| c.is_whitespace() || c == ',';
    let mut tokens = Vec::new();
    for argument in words {
        let before = tokens.len();
        tokens.extend(split(argument, is_separator).filter(|token| !token.is_empty()));
        if tokens.len() == before {
            return Err(NotAPattern::Empty.into());
        }
    }
    let mut reader = Reader { catalog, vocabulary: OnceCell::new(), tokens, reading: Reading::default() };
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
const QUALIFIERS: [(&str, Figure, Figure); 10] = [
    ("memory", Figure::Memory, Figure::Memory),
    ("ram", Figure::Memory, Figure::Memory),
    ("vram", Figure::Memory, Figure::GpuMemory),
    ("gpu memory", Figure::Memory, Figure::GpuMemory),
    ("per vcpu", Figure::Memory, Figure::MemoryPerVcpu),
    ("storage", Figure::Memory, Figure::Storage),
    ("disk", Figure::Memory, Figure::Storage),
    ("network", Figure::Network, Figure::Network),
    ("baseline", Figure::Network, Figure::NetworkBaseline),
    ("ebs", Figure::Network, Figure::EbsBandwidth),
];

impl Reader<'_, '_> {
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
        Err(self.unknown(token))
    }

    /// Reads a number with what it counts: `8 gpus`, `64gib`, `8x h100`.
    fn read_number(&mut self, place: usize, number: &str, unit: &str) -> Result<usize, DiscoveryError> {
        // The noun is in the same token, or in the next.
        let (noun, read) = if unit.is_empty() { (self.token(place + 1), 2) } else { (unit, 1) };
        if let Some((figure, unit)) = figure_of(&noun.to_lowercase()) {
            let (figure, qualified) = self.qualified(place + read, figure);
            // In `64+ gib` the unit belongs to the number, and the plus behind both.
            let range = match number.strip_suffix('+') {
                Some(least) => format!("{least}{unit}+"),
                None => format!("{number}{unit}"),
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
            DiscoveryError::UnknownWord { word: self.token(place).to_owned(), nearest: Vec::new() }
        })
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
                Meaning::Cheapest => None,
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
            Some(Meaning::Cheapest) => None,
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
        self.reading.filters.extend(filters);
    }

    fn note(&mut self, place: usize, length: usize, meaning: String) {
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

/// A token that begins with a number or a range, as that and what follows it: `8`, `16+`, `4..8gib`, `$2`.
fn number_and_unit(token: &str) -> Option<(&str, &str)> {
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
