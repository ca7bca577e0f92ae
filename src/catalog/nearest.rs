//! What somebody may have meant by a name that does not exist.
//!
//! Only suggests: nothing is ever looked up under a name that was not typed.

use std::cmp::Reverse;

/// How many names are suggested at most.
const LIMIT: usize = 3;

/// The names nearest to `name`, three at most, nearest first; none where nothing comes near.
///
/// A name that `name` begins counts as one typing error away (`m7i.la` for `m7i.large`); otherwise what counts is
/// the number of typing errors (a letter too many, too few, wrong, or two swapped), of which one in three letters
/// is forgiven. Among equals the one that begins more alike comes first.
#[must_use]
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let name = name.trim().to_ascii_lowercase();
    let forgiven = (name.chars().count() / 3).max(2);
    let mut ranked: Vec<_> = names
        .map(|candidate| (distance(&name, candidate), Reverse(likeness(&name, candidate)), candidate))
        .filter(|(distance, ..)| *distance <= forgiven)
        .collect();
    ranked.sort_unstable();
    ranked.truncate(LIMIT);
    ranked.into_iter().map(|(.., candidate)| candidate).collect()
}

fn distance(name: &str, candidate: &str) -> usize {
    if !name.is_empty() && candidate.starts_with(name) { 1 } else { strsim::osa_distance(name, candidate) }
}

/// How many letters two names have in common at their start.
fn likeness(name: &str, candidate: &str) -> usize {
    name.chars().zip(candidate.chars()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] =
        ["c7i.large", "m7a.large", "m7i.2xlarge", "m7i.large", "m7i.xlarge", "p5.48xlarge"];

    fn suggested(name: &str) -> Vec<&'static str> {
        nearest(name, NAMES.into_iter())
    }

    #[test]
    fn the_nearest_name_comes_first() {
        assert_eq!(suggested("m7i.lagre"), ["m7i.large", "m7i.xlarge", "m7a.large"]);
        assert_eq!(suggested("M7I.LARGE"), ["m7i.large", "m7i.xlarge", "m7a.large"]);
        assert_eq!(suggested("p5.48xl"), ["p5.48xlarge"]);
    }

    #[test]
    fn what_is_like_nothing_gets_no_suggestion() {
        assert!(suggested("kubernetes").is_empty());
        assert!(suggested("").is_empty());
    }
}
