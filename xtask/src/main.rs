//! The cloudkit binary.
fn main() {}
