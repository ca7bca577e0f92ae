//! The list of spot interruptions: any text is read or refused, and every row is accounted for.
#![no_main]

use cloudkit::catalog::feeds::interruption;
use cloudkit_fuzz::{assert_accounted, with_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    with_text(bytes, |text| {
        if let Ok(parsed) = interruption::parse(text) {
            assert_accounted(&parsed.rates);
            assert_accounted(&parsed.types);
            let bands = parsed.rates.rows.iter().map(|row| row.band);
            assert!(
                bands.into_iter().all(|band| band.min_percent < band.max_percent && band.max_percent <= 100)
            );
        }
    });
});
