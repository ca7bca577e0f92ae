//! Ranges, written the same way wherever a range is asked for: `8`, `8..`, `..8`, `4..16`.
//!
//! Both ends belong to the range. What stands at the ends is read by the type of the values.

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
        let end = |part: &str| if part.is_empty() { Ok(None) } else { part.parse().map(Some) };
        let range = match text.trim().split_once("..") {
            Some((from, to)) => Self { from: end(from.trim())?, to: end(to.trim())? },
            None => {
                let only = end(text.trim())?;
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
    fn what_bounds_nothing_is_refused() {
        for text in ["", "..", "16..4", "a..b", "1...3"] {
            assert!(text.parse::<Range<u32>>().is_err(), "{text}");
        }
    }
}
