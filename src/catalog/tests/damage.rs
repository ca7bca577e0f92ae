//! A damaged file is refused or harmless; it never makes a reader panic.

use proptest::prelude::*;

use crate::catalog::{Catalog, CatalogError, encode};

use super::round_trip::sample;
use super::walk;

const EMBEDDED: &[u8] = include_bytes!("../embedded.bin");

/// Bytes with some of them overwritten and the end cut off.
fn damage(
    bytes: &[u8],
    changes: &[(prop::sample::Index, u8)],
    length: Option<prop::sample::Index>,
) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    for (place, byte) in changes {
        damaged[place.index(bytes.len())] = *byte;
    }
    damaged.truncate(length.map_or(bytes.len(), |length| length.index(bytes.len())));
    damaged
}

/// Reads with its checksum, as files from a disk are read, and without, as the embedded file is; walks what comes
/// of it.
fn survive(bytes: &[u8]) {
    let checked = Catalog::read(bytes);
    let opened = Catalog::open(bytes);
    assert!(opened.is_ok() || checked.is_err());
    for catalog in [checked, opened].into_iter().flatten() {
        let found = catalog.instance_type("m7i.large").map_or(0, |one| one.offerings().count());
        assert!(walk(&catalog) >= found);
    }
}

proptest! {
    #[test]
    fn a_small_file_may_be_damaged_anywhere(
        changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..8),
        length in any::<Option<prop::sample::Index>>(),
    ) {
        survive(&damage(&encode(&sample()).unwrap(), &changes, length));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_embedded_file_may_be_damaged_anywhere(
        changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 1..64),
        length in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        survive(&damage(EMBEDDED, &changes, length));
    }

    #[test]
    fn any_bytes_at_all_may_be_read(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        survive(&bytes);
        survive(&[EMBEDDED.get(..12).unwrap(), &bytes].concat());
    }
}

#[test]
fn a_file_that_is_cut_short_is_refused() {
    let file = encode(&sample()).unwrap();
    for length in 0..file.len() {
        assert!(Catalog::read(&file[..length]).is_err(), "{length} of {} bytes", file.len());
    }
}

#[test]
fn every_kind_of_damage_is_named() {
    let file = encode(&sample()).unwrap();
    assert_eq!(Catalog::read(b"PK").err(), Some(CatalogError::NotACatalog));
    let mut other_version = file.clone();
    other_version[8] = 1;
    assert_eq!(Catalog::read(&other_version).err(), Some(CatalogError::Version { found: 1, wanted: 4 }));
    let mut not_text = file.clone();
    *not_text.get_mut(84).unwrap() = 0xff;
    assert_eq!(Catalog::read(&not_text).err(), Some(CatalogError::NotText));
    let mut other_price = file.clone();
    *other_price.last_mut().unwrap() ^= 1;
    assert_eq!(Catalog::read(&other_price).err(), Some(CatalogError::Checksum));
    let last = file.len() - 6;
    let cut = Catalog::read(&file[..last]).err();
    assert_eq!(cut, Some(CatalogError::CutShort { section: "sources" }));
}
