//! `cargo xtask catalog`: builds the embedded catalog from two pinned packages.
//!
//! The packages are Moto (what DescribeInstanceTypes and DescribeInstanceTypeOfferings say) and Apache Libcloud (a
//! price list of all regions, which is not clean: see [`prices`]; and what AWS calls its processors, which a test of
//! `discovery` reads). Built twice, the result is the same to the byte.
//! Nothing is read from AWS, and nothing but the two packages is downloaded.

mod check_prices;
mod describe;
mod error;
mod offerings;
mod packages;
mod prices;
mod processors;
mod provenance;

use std::fs;
use std::path::{Path, PathBuf};

use cloudkit::catalog::{CatalogContents, encode};

pub(crate) use error::CatalogError;
use packages::{LIBCLOUD, MOTO, Package};

const CATALOG: &str = "src/catalog/embedded.bin";
const PROVENANCE: &str = "src/catalog/embedded.provenance.json";
const PROCESSORS: &str = "src/catalog/embedded.processors.csv";

/// What `cargo xtask catalog` is asked to do.
#[derive(Debug, clap::Args)]
pub(crate) struct CatalogArguments {
    /// Build again and compare with the committed files instead of writing them
    #[arg(long, conflicts_with = "check_prices")]
    check: bool,
    /// Compare the embedded prices with a price list as AWS publishes it, and print what differs
    #[arg(long, value_name = "FILE")]
    check_prices: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
///
/// Where a package cannot be had or read, or the committed files are not what a build gives.
pub(crate) fn run(arguments: &CatalogArguments) -> Result<(), CatalogError> {
    if let Some(list) = &arguments.check_prices {
        return check_prices::run(list);
    }
    let root = workspace_root();
    let built = build(&root.join("target/catalog-cache"))?;
    let files = [
        (root.join(CATALOG), built.catalog),
        (root.join(PROVENANCE), built.provenance),
        (root.join(PROCESSORS), built.processors),
    ];
    for (path, bytes) in &files {
        if arguments.check { compare(path, bytes)? } else { error::write(path, bytes)? }
    }
    Ok(())
}

/// The files as bytes.
struct Built {
    catalog: Vec<u8>,
    provenance: Vec<u8>,
    processors: Vec<u8>,
}

fn build(cache: &Path) -> Result<Built, CatalogError> {
    let moto = Package::fetch(&MOTO, cache)?;
    let libcloud = Package::fetch(&LIBCLOUD, cache)?;
    let types = describe::read(&moto)?;
    let (mut regions, missing) = offerings::read(&moto, &types)?;
    let priced = prices::add(&libcloud, &types, &mut regions)?;
    let contents = CatalogContents { types, regions, sources: priced.sources };
    let catalog = encode(&contents)?;
    let provenance = provenance::write(&provenance::Facts {
        moto: &moto,
        libcloud: &libcloud,
        contents: &contents,
        offerings_of_types_not_described: missing,
        prices: &priced.tally,
        catalog: &catalog,
    })?;
    Ok(Built { catalog, provenance, processors: processors::write(&libcloud)? })
}

fn compare(path: &Path, bytes: &[u8]) -> Result<(), CatalogError> {
    let committed = fs::read(path).map_err(|source| CatalogError::Read { path: path.to_owned(), source })?;
    if committed == bytes { Ok(()) } else { Err(CatalogError::Stale(path.to_owned())) }
}

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}
