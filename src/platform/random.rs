//! Randomness, for seeds, salts and for pauses that do not fall together.
//!
//! What a seed becomes is decided where it can be tested: seeds are handed down.

/// A seed from the operating system.
///
/// # Errors
/// Where the operating system has none.
pub fn seed() -> Result<u32, getrandom::Error> {
    getrandom::u32()
}

/// Text of 128 random bits, which nobody can guess.
///
/// # Errors
/// Where the operating system has none.
pub fn salt() -> Result<String, getrandom::Error> {
    Ok(format!("{:016x}{:016x}", getrandom::u64()?, getrandom::u64()?))
}

/// A duration between half of this one and all of it, so that those who were refused together do not come back together.
#[must_use]
pub fn jittered(longest: std::time::Duration) -> std::time::Duration {
    // Without randomness the pause is the longest.
    let drawn = seed().map_or(1.0, |seed| f64::from(seed) / f64::from(u32::MAX));
    longest.mul_f64(0.5 + drawn / 2.0)
}
