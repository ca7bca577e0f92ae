//! The index of the on-demand prices: any text is read or refused, and every row is accounted for.
#![no_main]

use cloudkit::catalog::feeds::on_demand_index;
use cloudkit_fuzz::{assert_accounted, with_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    with_text(bytes, |text| {
        if let Ok(parsed) = on_demand_index::parse(text) {
            assert_accounted(&parsed.locations);
            assert_accounted(&parsed.operating_systems);
        }
    });
});
