//! The regions that are asked for: codes, patterns, `all`.
//!
//! Which region is the default where none is asked for is decided at the edge.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Region, region_name};

use super::{DiscoveryError, NamePattern, NotAPattern, names_of};

const ALL: &str = "all";

/// A selection of regions as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegionSelection {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    All,
    Pattern(NamePattern),
}

impl RegionSelection {
    /// Reads values such as `us-east-1`, `us-*`, `eu-west-1,eu-west-2` and `all`; each adds to the selection.
    ///
    /// # Errors
    /// Where an element between commas is empty or a malformed pattern.
    pub fn parse<S: AsRef<str>>(values: impl IntoIterator<Item = S>) -> Result<Self, DiscoveryError> {
        let mut terms = Vec::new();
        for value in values {
            for element in names_of(value.as_ref()) {
                let pattern: NamePattern = element.parse().map_err(|error| match error {
                    NotAPattern::Empty => DiscoveryError::NoRegion,
                    other => other.into(),
                })?;
                terms.push(if pattern.as_str() == ALL { Term::All } else { Term::Pattern(pattern) });
            }
        }
        Ok(Self { terms })
    }

    /// Nothing was typed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The selected regions of a catalog by code, each once.
    ///
    /// # Errors
    /// Where an element fits no region, or one alone of which the catalog knows nothing.
    pub fn resolve<'c>(&self, catalog: &'c Catalog<'c>) -> Result<Vec<Region<'c>>, DiscoveryError> {
        let codes = self.codes(catalog, &std::iter::empty())?;
        Ok(codes.into_iter().filter_map(|code| catalog.region(code)).collect())
    }

    /// The codes of the selected regions, those that the catalog knows nothing of included, each once.
    ///
    /// # Errors
    /// Where an element fits no region.
    pub fn names<'c>(&self, catalog: &'c Catalog<'c>) -> Result<BTreeSet<&'c str>, DiscoveryError> {
        self.codes(catalog, &region_name::codes())
    }

    fn codes<'c>(
        &self,
        catalog: &'c Catalog<'c>,
        others: &(impl Iterator<Item = &'c str> + Clone),
    ) -> Result<BTreeSet<&'c str>, DiscoveryError> {
        let known = || catalog.regions().map(Region::code).chain(others.clone());
        let mut codes = BTreeSet::new();
        for term in &self.terms {
            match term {
                Term::All => codes.extend(known()),
                Term::Pattern(pattern) => {
                    let matcher = pattern.matcher();
                    let mut fitting = known().filter(|code| matcher.fits(code)).peekable();
                    if fitting.peek().is_none() {
                        return Err(unknown(catalog, pattern.as_str()));
                    }
                    codes.extend(fitting);
                }
            }
        }
        Ok(codes)
    }
}

pub(super) fn unknown(catalog: &Catalog<'_>, asked: &str) -> DiscoveryError {
    if region_name::name_of(asked).is_some() {
        return DiscoveryError::RegionWithoutData { region: asked.to_owned() };
    }
    let nearest = catalog.nearest_regions(asked).into_iter().map(str::to_owned).collect();
    DiscoveryError::UnknownRegion { asked: asked.to_owned(), nearest }
}
