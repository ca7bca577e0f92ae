//! Where the embedded catalog comes from, as a file beside it.
//!
//! Everything in it follows from the pinned packages, so it is the same on every machine and on every day.

use cloudkit::catalog::CatalogContents;
use serde::Serialize;

use super::packages::{Package, sha256};
use super::prices::Tally;
use super::{CatalogError, PROVENANCE, describe, offerings, prices, processors};

/// What is known once the catalog is built.
pub(super) struct Facts<'a> {
    pub(super) moto: &'a Package,
    pub(super) libcloud: &'a Package,
    pub(super) contents: &'a CatalogContents,
    pub(super) offerings_of_types_not_described: usize,
    pub(super) prices: &'a Tally,
    pub(super) catalog: &'a [u8],
}

#[derive(Serialize)]
struct Provenance<'a> {
    /// Of the catalog file.
    sha256: String,
    bytes: usize,
    counts: Counts<'a>,
    price_sources: Vec<PriceSource<'a>>,
    packages: Vec<PackageFacts>,
}

#[derive(Serialize)]
struct Counts<'a> {
    types: usize,
    types_offered_nowhere: usize,
    regions: usize,
    zones: usize,
    offerings: usize,
    offerings_of_types_not_described: usize,
    prices: &'a Tally,
}

#[derive(Serialize)]
struct PriceSource<'a> {
    as_of: &'a str,
    origin: &'a str,
}

#[derive(Serialize)]
struct PackageFacts {
    name: &'static str,
    version: &'static str,
    wheel: &'static str,
    sha256: &'static str,
    files: Vec<PackedFile>,
}

#[derive(Serialize)]
struct PackedFile {
    path: String,
    packed_on: String,
    /// Of the content; without the gzip around it.
    sha256: String,
}

/// The file's bytes.
pub(super) fn write(facts: &Facts<'_>) -> Result<Vec<u8>, CatalogError> {
    let mut moto_files = vec![describe::FILE.to_owned()];
    moto_files.extend(facts.moto.files_in(offerings::FOLDER)?);
    let provenance = Provenance {
        sha256: sha256(facts.catalog),
        bytes: facts.catalog.len(),
        counts: counts(facts),
        price_sources: facts
            .contents
            .sources
            .iter()
            .map(|source| PriceSource { as_of: &source.as_of, origin: &source.origin })
            .collect(),
        packages: vec![
            package(facts.moto, moto_files)?,
            package(facts.libcloud, vec![prices::FILE.to_owned(), processors::FILE.to_owned()])?,
        ],
    };
    let mut bytes =
        serde_json::to_vec_pretty(&provenance).map_err(|error| CatalogError::shape(PROVENANCE, &error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn counts<'a>(facts: &Facts<'a>) -> Counts<'a> {
    let regions = &facts.contents.regions;
    let offered = |name: &str| {
        regions.iter().flat_map(|region| &region.offerings).any(|offering| offering.instance_type == name)
    };
    Counts {
        types: facts.contents.types.len(),
        types_offered_nowhere: facts.contents.types.iter().filter(|one| !offered(&one.name)).count(),
        regions: regions.len(),
        zones: regions.iter().map(|region| region.zones.len()).sum(),
        offerings: regions.iter().map(|region| region.offerings.len()).sum(),
        offerings_of_types_not_described: facts.offerings_of_types_not_described,
        prices: facts.prices,
    }
}

fn package(package: &Package, files: Vec<String>) -> Result<PackageFacts, CatalogError> {
    let files = files.into_iter().map(|path| {
        Ok(PackedFile { packed_on: package.packed_on(&path)?, sha256: sha256(&package.file(&path)?), path })
    });
    Ok(PackageFacts {
        name: package.pin.name,
        version: package.pin.version,
        wheel: package.pin.wheel,
        sha256: package.pin.sha256,
        files: files.collect::<Result<_, CatalogError>>()?,
    })
}
