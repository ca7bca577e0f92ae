//! How long the catalog takes: `cargo bench --no-default-features --bench catalog`.
//!
//! Figures for people; nothing fails here.

use std::hint::black_box;

use cloudkit::catalog::{Catalog, InstanceType, Region};
use cloudkit::model::{Market, OperatingSystem};

const FILE: &[u8] = include_bytes!("../src/catalog/embedded.bin");

fn main() {
    divan::main();
}

/// The cache's catalog as every command opens it: the file read, its checksum compared, its sections laid.
#[divan::bench]
fn open_the_cache(bencher: divan::Bencher<'_, '_>) {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    if std::fs::write(file.path(), FILE).is_err() {
        return;
    }
    bencher.bench(|| {
        let bytes = std::fs::read(black_box(file.path())).unwrap_or_default();
        Catalog::read(&bytes).map_or(0, |catalog| catalog.types().len())
    });
}

/// The embedded catalog, which has been opened once already: what a command without a cache pays.
#[divan::bench]
fn open_the_embedded_one() -> usize {
    black_box(Catalog::embedded()).types().len()
}

#[divan::bench]
fn look_up_a_type() -> Option<u32> {
    Catalog::embedded().instance_type(black_box("m7i.large")).and_then(InstanceType::vcpus)
}

#[divan::bench]
fn look_up_a_price() -> Option<u64> {
    let region = Catalog::embedded().region(black_box("us-east-1"))?;
    region
        .offering(black_box("m7i.large"))?
        .price(Market::OnDemand, OperatingSystem::Linux)
        .map(|price| price.amount.micros())
}

/// Every offering of every region with its price, as `find search --region all` visits them.
#[divan::bench]
fn walk_every_offering() -> u64 {
    let offerings = Catalog::embedded().regions().flat_map(Region::offerings);
    offerings
        .filter(|offering| offering.instance_type().vcpus() >= black_box(Some(8)))
        .filter_map(|offering| offering.price(Market::OnDemand, OperatingSystem::Linux))
        .map(|price| price.amount.micros())
        .sum()
}

#[divan::bench]
fn suggest_a_type() -> Vec<&'static str> {
    Catalog::embedded().nearest_types(black_box("m7i.lagre"))
}
