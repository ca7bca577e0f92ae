//! What the fuzz targets share. A target is a file in `src/bin/`, and its first files are in `seeds/` under its name;
//! `cargo xtask fuzz` finds both. It does not say what the targets try.

use cloudkit::catalog::feeds::{Parsed, decoded};

/// Larger than any text that a fuzzer makes up, and smaller than what it may unpack.
pub const LIMIT: usize = 1 << 20;

/// Bytes as the text of a feed, where they are text.
pub fn with_text(bytes: &[u8], read: impl FnOnce(&str)) {
    if let Ok(text) = decoded(bytes, LIMIT) {
        assert!(text.len() <= LIMIT);
        read(&text);
    }
}

/// Every row of a feed is kept, or dropped for a reason.
pub fn assert_accounted<Row>(parsed: &Parsed<Row>) {
    assert_eq!(parsed.rows.len() + parsed.dropped.values().sum::<usize>(), parsed.total);
}
