//! Ranges, written the same way wherever a range is asked for: `8`, `8..`, `8+`, `..8`, `4..16`, `4..16gib`.
//!
//! Both ends belong to the range, and a unit behind the second end is that of the first too. What stands at the ends is
//! read by whoever knows the values.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// What lies between two ends, either of which may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range<T> {
    /// The least value that belongs to the range, if there is one.
    pub from: Option<T>,
    /// The greatest value that belongs to the range, if there is one.
    pub to: Option<T>,
}

impl<T: PartialOrd> Range<T> {
    /// Whether a value lies in the range, its ends included.
    pub fn contains(&self, value: &T) -> bool {
        self.from.as_ref().is_none_or(|from| value >= from) && self.to.as_ref().is_none_or(|to| value <= to)
    }
}

impl<T: PartialOrd + Clone> Range<T> {
    /// Reads a range whose ends are read by `end`.
    ///
    /// # Errors
    /// Where the text has no end, an end is no value, or the ends are the wrong way round.
    pub fn parse_with<E>(text: &str, end: impl Fn(&str) -> Result<T, E>) -> Result<Self, NotARange<E>> {
        let end = |part: &str| if part.is_empty() { Ok(None) } else { end(part).map(Some) };
        let trimmed = text.trim();
        let range = match (trimmed.split_once(".."), trimmed.strip_suffix('+')) {
            (Some((from, to)), _) => {
                let (from, to) = (from.trim(), to.trim());
                Self { from: end(&with_unit_of(from, to))?, to: end(to)? }
            }
            (None, Some(from)) => Self { from: end(from.trim())?, to: None },
            (None, None) => {
                let only = end(trimmed)?;
                Self { from: only.clone(), to: only }
            }
        };
        match (&range.from, &range.to) {
            (None, None) => Err(NotARange::Unbounded(text.to_owned())),
            (Some(from), Some(to)) if from > to => Err(NotARange::Empty(text.to_owned())),
            _ => Ok(range),
        }
    }
}

/// A first end that has no unit, with the unit of the second.
fn with_unit_of<'t>(from: &'t str, to: &str) -> Cow<'t, str> {
    let number = |text: &str| text.trim_end_matches(|c: char| !c.is_ascii_digit()).len();
    if from.is_empty() || number(from) < from.len() {
        return Cow::Borrowed(from);
    }
    Cow::Owned(format!("{from}{}", &to[number(to)..]))
}

/// A text that is not a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotARange<E> {
    /// One of its ends is not a value.
    #[error(transparent)]
    End(#[from] E),
    /// `..` alone, or nothing, bounds nothing.
    #[error("{0:?} has no end; write 8, 8.., ..8 or 4..16")]
    Unbounded(String),
    /// The first end lies above the second.
    #[error("{0:?} is empty: its first end lies above its second")]
    Empty(String),
}

impl<T: FromStr + PartialOrd + Clone> FromStr for Range<T> {
    type Err = NotARange<T::Err>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_with(text, T::from_str)
    }
}

impl<T: fmt::Display + PartialEq> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) if from == to => write!(f, "{from}"),
            (from, to) => {
                if let Some(from) = from {
                    write!(f, "{from}")?;
                }
                f.write_str("..")?;
                if let Some(to) = to {
                    write!(f, "{to}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mebibytes;

    #[test]
    fn both_ends_belong_to_the_range() {
        let range: Range<u32> = "4..16".parse().unwrap();
        assert!(range.contains(&4) && range.contains(&16) && !range.contains(&17));
        assert!("8..".parse::<Range<u32>>().unwrap().contains(&800));
        assert!(!"8".parse::<Range<u32>>().unwrap().contains(&9));
        assert_eq!("..16gib".parse(), Ok(Range { from: None, to: Some(Mebibytes(16384)) }));
    }

    #[test]
    fn a_plus_is_an_open_end_and_a_unit_is_that_of_both_ends() {
        assert_eq!("16+".parse(), Ok(Range { from: Some(16), to: None }));
        assert_eq!("1.5tib+".parse(), Ok(Range { from: Some(Mebibytes(1_572_864)), to: None }));
        let half_to_one = Range { from: Some(Mebibytes(512)), to: Some(Mebibytes(1024)) };
        assert_eq!("512..1024mib".parse(), Ok(half_to_one));
        assert_eq!("512mib..1gib".parse(), Ok(half_to_one));
    }

    #[test]
    fn what_bounds_nothing_is_refused() {
        for text in ["", "..", "16..4", "a..b", "1...3", "+", "4..8+", "4++"] {
            assert!(text.parse::<Range<u32>>().is_err(), "{text}");
        }
    }
}
