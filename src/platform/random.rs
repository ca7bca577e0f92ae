//! Randomness, for seeds.
//!
//! What a seed becomes is decided where it can be tested: seeds are handed down.

/// A seed from the operating system.
///
/// # Errors
/// Where the operating system has none.
pub fn seed() -> Result<u32, getrandom::Error> {
    getrandom::u32()
}
