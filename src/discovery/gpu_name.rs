//! Which GPUs somebody means by a name: `l4` is the L4 and never the L40S.
//!
//! Spaces, dashes and letter case do not count. A name that is a GPU's whole name, with or without its maker, means that
//! one; otherwise it means the GPUs in whose names it is a run of whole words (`radeon`, `v520`). Part of a word means
//! nothing.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Device, InstanceType, nearest};

use super::DiscoveryError;

/// The names, as the catalog spells them, of the GPUs that are meant.
pub(super) fn resolve<'c>(catalog: &'c Catalog<'c>, asked: &str) -> Result<Vec<&'c str>, DiscoveryError> {
    let wanted = normalised(asked);
    let known: BTreeMap<&str, Option<&str>> = catalog
        .types()
        .flat_map(InstanceType::gpus)
        .map(|Device { name, manufacturer, .. }| (name, manufacturer))
        .collect();
    let is_whole = |name: &str, maker: Option<&str>| {
        normalised(name) == wanted || normalised(maker.unwrap_or_default()) + &normalised(name) == wanted
    };
    let by_whole_name: Vec<&str> =
        known.iter().filter(|(name, maker)| is_whole(name, **maker)).map(|(name, _)| *name).collect();
    if !by_whole_name.is_empty() {
        return Ok(by_whole_name);
    }
    let by_words: Vec<&str> = known.keys().copied().filter(|name| has_words(name, &wanted)).collect();
    if by_words.is_empty() {
        return Err(unknown(asked, &known.into_keys().collect::<Vec<_>>()));
    }
    Ok(by_words)
}

fn normalised(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether some words of the name, one after the other, are what is wanted.
fn has_words(name: &str, wanted: &str) -> bool {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(normalised).collect();
    (0..words.len())
        .any(|first| (first + 1..=words.len()).any(|behind| words[first..behind].concat() == wanted))
}

fn unknown(asked: &str, known: &[&str]) -> DiscoveryError {
    let by_normalised: BTreeMap<String, &str> = known.iter().map(|name| (normalised(name), *name)).collect();
    let nearest = nearest(&normalised(asked), by_normalised.keys().map(String::as_str));
    let nearest =
        nearest.into_iter().filter_map(|name| by_normalised.get(name)).map(ToString::to_string).collect();
    DiscoveryError::UnknownGpu { asked: asked.to_owned(), nearest }
}
