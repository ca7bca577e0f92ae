//! How many machines are changed at once: a number, or a percentage of them.
//!
//! Which they are is not decided here.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use crate::model::NotAValue;

/// The size of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchSize {
    /// So many machines.
    Machines(NonZeroUsize),
    /// So many of a hundred, at least one.
    Percent(u8),
}

impl BatchSize {
    /// How many that is of so many.
    #[must_use]
    pub fn of(self, machines: usize) -> NonZeroUsize {
        match self {
            Self::Machines(count) => count,
            Self::Percent(percent) => {
                NonZeroUsize::new(machines.saturating_mul(percent.into()) / 100).unwrap_or(NonZeroUsize::MIN)
            }
        }
    }
}

impl fmt::Display for BatchSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machines(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl FromStr for BatchSize {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let size = match text.strip_suffix('%') {
            Some(percent) => {
                percent.parse().ok().filter(|percent| (1..=100).contains(percent)).map(Self::Percent)
            }
            None => text.parse().ok().map(Self::Machines),
        };
        size.ok_or_else(|| {
            NotAValue::new(text, "a number of machines such as 2, or a percentage such as 10%")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_never_empty() {
        for (text, machines, size) in
            [("3", 100, 3), ("10%", 100, 10), ("10%", 19, 1), ("10%", 4, 1), ("100%", 7, 7), ("1%", 0, 1)]
        {
            assert_eq!(text.parse::<BatchSize>().unwrap().of(machines).get(), size, "{text} of {machines}");
            assert_eq!(text.parse::<BatchSize>().unwrap().to_string(), text);
        }
        for text in ["0", "0%", "101%", "-1", "a few", "%", ""] {
            assert!(text.parse::<BatchSize>().is_err(), "{text}");
        }
    }
}
