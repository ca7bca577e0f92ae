//! The mark by which cloudkit's programs know each other: which version they are, and from which sources they were built.
//!
//! It keeps programs apart that do not belong together. It proves nothing of where they are from: that takes a signature.

use std::hint;

/// The mark of this build, which each of its programs holds as it stands.
pub const MARK: &str =
    concat!("cloudkit-mark:", env!("CARGO_PKG_VERSION"), ":", env!("CLOUDKIT_SOURCES"), ";");

/// Keeps the mark in the program that calls this, however much of the rest is left out.
pub fn keep() {
    hint::black_box(MARK);
}

/// Whether the content of a file holds the mark of this build.
#[must_use]
pub fn is_in(content: &[u8]) -> bool {
    content.windows(MARK.len()).any(|window| window == MARK.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_wherever_it_stands_and_another_builds_is_not() {
        let other = MARK.replace(env!("CARGO_PKG_VERSION"), "0.0.9");
        assert!(is_in(format!("\0{other}\0{MARK}").as_bytes()));
        assert!(!is_in(other.as_bytes()));
        assert!(!is_in(b""));
    }
}
