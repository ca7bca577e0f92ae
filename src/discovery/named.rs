//! The instance types that a pattern names, and what may have been meant where it names none.
//!
//! Patterns are looked up in the whole catalog, so that a type that exists elsewhere is told from one that does not exist.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, InstanceType, Offering, Region, nearest};

use super::pattern::WILDCARDS;
use super::{NamePattern, Unmatched};

/// A pattern and the types that fit it.
pub(super) struct Named<'q, 'c> {
    pattern: &'q NamePattern,
    types: Vec<InstanceType<'c>>,
}

impl<'q, 'c> Named<'q, 'c> {
    /// Looks a pattern up: a name directly, anything else along all names.
    pub(super) fn find(catalog: &'c Catalog<'c>, pattern: &'q NamePattern) -> Self {
        let types = match pattern.exact_name() {
            Some(name) => catalog.instance_type(name).into_iter().collect(),
            None => {
                let matcher = pattern.matcher();
                catalog.types().filter(|one| matcher.fits(one.name())).collect()
            }
        };
        Self { pattern, types }
    }

    /// The pattern as it was typed.
    pub(super) fn pattern(&self) -> &'q str {
        self.pattern.as_str()
    }

    /// The types that fit any of the patterns, by name, each once; all types where there is no pattern.
    pub(super) fn any_of(catalog: &'c Catalog<'c>, named: &[Self]) -> Vec<InstanceType<'c>> {
        if named.is_empty() {
            return catalog.types().collect();
        }
        let by_name: BTreeMap<&str, InstanceType<'c>> =
            named.iter().flat_map(|named| &named.types).map(|one| (one.name(), *one)).collect();
        by_name.into_values().collect()
    }

    /// Why the pattern contributes nothing in these regions, if it does not.
    pub(super) fn unmatched(
        &self,
        catalog: &'c Catalog<'c>,
        regions: &[Region<'c>],
    ) -> Option<Unmatched<'c>> {
        if self.types.is_empty() {
            return self.no_such_type(catalog);
        }
        let offered =
            |one: &InstanceType<'_>| regions.iter().any(|region| region.offering(one.name()).is_some());
        if self.types.iter().any(offered) {
            return None;
        }
        let offered_in: BTreeSet<&str> = self
            .types
            .iter()
            .flat_map(|one| one.offerings())
            .map(Offering::region)
            .map(Region::code)
            .collect();
        let pattern = self.pattern().to_owned();
        Some(Unmatched::NotOffered { pattern, offered_in: offered_in.into_iter().collect() })
    }

    /// That no type anywhere fits the pattern, if none does.
    pub(super) fn no_such_type<'a>(&self, catalog: &Catalog<'_>) -> Option<Unmatched<'a>> {
        let pattern = self.pattern().to_owned();
        let nearest = nearest_names(catalog, &pattern);
        self.types.is_empty().then_some(Unmatched::NoSuchType { pattern, nearest })
    }
}

/// What may have been meant: for a family, the pattern of its types; for a family that does not exist, the same of the
/// nearest families; otherwise the nearest names.
fn nearest_names(catalog: &Catalog<'_>, pattern: &str) -> Vec<String> {
    let families: BTreeSet<&str> = catalog.types().map(InstanceType::family).collect();
    match pattern.split_once('.') {
        None if families.contains(pattern) => vec![format!("{pattern}.*")],
        Some((family, size)) if !families.contains(family) && size.contains(WILDCARDS) => {
            let families = nearest(family, families.into_iter());
            families.into_iter().map(|family| format!("{family}.{size}")).collect()
        }
        _ => catalog.nearest_types(pattern).into_iter().map(str::to_owned).collect(),
    }
}
