//! Randomness, for seeds and salts.
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
