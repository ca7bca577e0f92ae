//! Tests of the feeds: small files of the same shape with values of our own, each fault that a file can have, and the
//! real files where they are at hand.

mod arbitrary;
mod captures;
mod identify;
mod interruption;
mod locations;
mod on_demand;
mod on_demand_index;
mod spot_price;
mod values;

use std::fmt::Debug;

use super::{DropReason, FeedError, Parsed};

/// Larger than any file of the tests, and small.
const LIMIT: usize = 16 << 20;

const SPOT_PRICE: &str = include_str!("spot-price.json");
const INTERRUPTION: &str = include_str!("interruption.json");
const ON_DEMAND: &str = include_str!("on-demand.json");
const ON_DEMAND_INDEX: &str = include_str!("on-demand-index.json");
const LOCATIONS: &str = include_str!("locations.json");
const ALL: [&str; 5] = [SPOT_PRICE, INTERRUPTION, ON_DEMAND, ON_DEMAND_INDEX, LOCATIONS];

/// Checks the account of a file: every row is kept or dropped, and these were dropped.
fn assert_account<Row: Debug>(parsed: &Parsed<Row>, total: usize, dropped: &[(DropReason, usize)]) {
    assert_eq!(parsed.dropped.iter().map(|(reason, count)| (*reason, *count)).collect::<Vec<_>>(), dropped);
    assert_eq!(parsed.total, total);
    assert_eq!(parsed.rows.len() + parsed.dropped.values().sum::<usize>(), total);
}

/// Checks what the parser says of a file in which each text is replaced by another: `(text, other, error)`.
fn assert_refused<Rows: Debug>(
    file: &str,
    parse: impl Fn(&str) -> Result<Rows, FeedError>,
    changes: &[(&str, &str, &str)],
) {
    for (text, other, error) in changes {
        assert!(file.contains(text), "{text} is not in the file");
        let refusal = parse(&file.replace(text, other)).expect_err(error).to_string();
        assert_eq!(&refusal, error);
    }
}
