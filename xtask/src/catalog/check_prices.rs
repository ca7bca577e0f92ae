//! `cargo xtask catalog --check-prices FILE`: the embedded prices against a list that AWS published.
//!
//! FILE is a price list of on-demand Linux machines in one region as AWS's price pages load it. It is for checking
//! alone: no build reads it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use cloudkit::catalog::{Catalog, Region};
use cloudkit::model::{Market, Money, OperatingSystem};
use serde::Deserialize;

use super::CatalogError;

/// The only region that such a list is read for: its display name there, and its code.
const LOCATION: &str = "US East (N. Virginia)";
const REGION: &str = "us-east-1";

#[derive(Debug, Deserialize)]
struct Document {
    manifest: Manifest,
    regions: BTreeMap<String, BTreeMap<String, Row>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    hawk_file_publication_date: String,
}

#[derive(Debug, Deserialize)]
struct Row {
    #[serde(rename = "Instance Type")]
    instance_type: String,
    price: String,
}

/// How the embedded prices compare.
#[derive(Debug)]
struct Comparison {
    published: String,
    kept: usize,
    agreeing: usize,
    wrong: Vec<Wrong>,
}

/// A price that the list has otherwise.
#[derive(Debug)]
struct Wrong {
    instance_type: String,
    embedded: Money,
    as_of: String,
    published: Money,
}

/// Compares and prints.
pub(super) fn run(list: &Path) -> Result<(), CatalogError> {
    let comparison = compare(list)?;
    write!(std::io::stdout().lock(), "{comparison}")?;
    Ok(())
}

fn compare(path: &Path) -> Result<Comparison, CatalogError> {
    let (published, list) = read(path)?;
    let mut comparison = Comparison { published, kept: 0, agreeing: 0, wrong: Vec::new() };
    let offerings = Catalog::embedded().region(REGION).into_iter().flat_map(Region::offerings);
    for (offering, price) in
        offerings.filter_map(|one| Some((one, one.price(Market::OnDemand, OperatingSystem::Linux)?)))
    {
        comparison.kept += 1;
        match list.get(offering.instance_type().name()) {
            Some(published) if *published == price.amount => comparison.agreeing += 1,
            Some(published) => comparison.wrong.push(Wrong {
                instance_type: offering.instance_type().name().to_owned(),
                embedded: price.amount,
                as_of: price.source.as_of().to_owned(),
                published: *published,
            }),
            None => {}
        }
    }
    Ok(comparison)
}

/// The date of the list, and its prices by type.
fn read(path: &Path) -> Result<(String, BTreeMap<String, Money>), CatalogError> {
    let bytes = fs::read(path).map_err(|source| CatalogError::Read { path: path.to_owned(), source })?;
    let name = path.display().to_string();
    let document: Document =
        serde_json::from_slice(&bytes).map_err(|error| CatalogError::shape(name.as_str(), &error))?;
    let rows = document
        .regions
        .get(LOCATION)
        .ok_or_else(|| CatalogError::shape(name.as_str(), &format!("it has no prices of {LOCATION}")))?;
    let price = |row: &Row| {
        let shortened = row.price.trim_end_matches('0').trim_end_matches('.');
        Some((row.instance_type.clone(), shortened.parse().ok()?))
    };
    Ok((document.manifest.hawk_file_publication_date, rows.values().filter_map(price).collect()))
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{REGION}, linux, against the list of {}:", self.published)?;
        writeln!(f, "  kept      {:>4}", self.kept)?;
        writeln!(f, "  agreeing  {:>4}", self.agreeing)?;
        writeln!(f, "  wrong     {:>4}", self.wrong.len())?;
        writeln!(f, "  not there {:>4}", self.kept - self.agreeing - self.wrong.len())?;
        for wrong in &self.wrong {
            let Wrong { instance_type, embedded, as_of, published } = wrong;
            writeln!(f, "wrong: {instance_type} is {published}, embedded {embedded} as of {as_of}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/feeds/index.json");

    #[test]
    fn the_embedded_prices_hold_against_the_published_list() {
        let list = Path::new(LIST);
        if !list.exists() {
            // Not through a macro: the test harness would keep that to itself.
            writeln!(std::io::stderr(), "SKIPPED: there is no published price list at {LIST}").unwrap();
            return;
        }
        let comparison = compare(list).unwrap();
        assert!(comparison.agreeing >= 560, "{comparison}");
        assert!(comparison.wrong.len() * 100 <= comparison.kept, "{comparison}");
    }
}
