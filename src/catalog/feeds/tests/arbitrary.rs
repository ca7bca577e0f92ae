//! Damaged files: whatever the bytes are, the answer is rows or an error, and every row is accounted for.

use proptest::prelude::*;

use super::super::{
    Parsed, decoded, identify, interruption, locations, on_demand, on_demand_index, spot_price,
};
use super::{ALL, LIMIT};

fn accounted<Row>(parsed: &Parsed<Row>) -> bool {
    parsed.rows.len() + parsed.dropped.values().sum::<usize>() == parsed.total
}

/// Reads bytes as every feed; whether every row of what was read is accounted for.
fn all_accounted(bytes: &[u8]) -> bool {
    let Ok(text) = decoded(bytes, LIMIT) else { return true };
    let _ = identify(bytes, LIMIT);
    let index = on_demand_index::parse(&text);
    let interruptions = interruption::parse(&text);
    spot_price::parse(&text).as_ref().map_or(true, accounted)
        && interruptions.map_or(true, |parsed| accounted(&parsed.rates) && accounted(&parsed.types))
        && on_demand::parse(&text).as_ref().map_or(true, accounted)
        && index.map_or(true, |parsed| accounted(&parsed.locations) && accounted(&parsed.operating_systems))
        && locations::parse(&text).as_ref().map_or(true, accounted)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(all_accounted(&bytes));
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(
        file in proptest::sample::select(ALL.to_vec()),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_usize..3), 1..8),
    ) {
        let mut bytes = file.as_bytes().to_vec();
        for (place, byte, edit) in edits {
            let at = place.index(bytes.len());
            match edit {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
        }
        prop_assert!(all_accounted(&bytes));
    }

    #[test]
    fn a_file_with_other_words_is_read_or_refused(
        file in proptest::sample::select(ALL.to_vec()),
        word in proptest::sample::select(vec!["USD", "m99", "0.5", "Linux", "us-east-1", "AWS", "\"", "{", "8"]),
        other in "\\PC{0,12}",
    ) {
        prop_assert!(all_accounted(file.replace(word, &other).as_bytes()));
    }
}
