//! The list of locations: any text is read or refused, and every row is accounted for.
#![no_main]

use cloudkit::catalog::feeds::locations;
use cloudkit_fuzz::{assert_accounted, with_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    with_text(bytes, |text| {
        if let Ok(parsed) = locations::parse(text) {
            assert_accounted(&parsed);
            assert!(parsed.rows.iter().all(|row| row.code.starts_with(row.region.as_str())));
        }
    });
});
