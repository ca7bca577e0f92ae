//! How long a capacity block lasts.
//!
//! EC2 sells them in whole days up to 14 and in whole weeks up to 26; anything between is refused where it is typed, with
//! the nearest that are sold.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeCapacityBlockOfferings.html>

use std::fmt;
use std::str::FromStr;

use super::{NotAValue, Span};

const DAY_HOURS: u32 = 24;
const WEEK_HOURS: u32 = 7 * DAY_HOURS;
const MOST_DAYS: u32 = 14;
const MOST_WEEKS: u32 = 26;

/// A duration that capacity blocks are sold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockDuration {
    hours: u32,
}

/// A duration that no block is sold for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotABlockDuration {
    /// Not a span of time at all.
    #[error(transparent)]
    NotASpan(#[from] NotAValue),
    /// A span between those that are sold, or beyond them.
    #[error(
        "capacity blocks are sold for whole days up to 14d and whole weeks up to 26w, not for {asked}; nearest: {}",
        words(nearest)
    )]
    NotSold {
        /// What was asked for.
        asked: Span,
        /// What is sold just below and just above it.
        nearest: Vec<BlockDuration>,
    },
}

impl BlockDuration {
    /// The shortest that is sold.
    pub const DAY: Self = Self { hours: DAY_HOURS };

    /// The duration in hours, as EC2 takes it.
    #[must_use]
    pub const fn hours(self) -> u32 {
        self.hours
    }

    /// Every duration that is sold, the shortest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        let days = (1..=MOST_DAYS).map(|days| days * DAY_HOURS);
        let weeks = (MOST_DAYS / 7 + 1..=MOST_WEEKS).map(|weeks| weeks * WEEK_HOURS);
        days.chain(weeks).map(|hours| Self { hours })
    }

    /// The other durations that are sold, the nearest first; of two as near the shorter one.
    #[must_use]
    pub fn others(self) -> Vec<Self> {
        let mut others: Vec<Self> = Self::all().filter(|other| *other != self).collect();
        others.sort_by_key(|other| (other.hours.abs_diff(self.hours), other.hours));
        others
    }
}

impl TryFrom<Span> for BlockDuration {
    type Error = NotABlockDuration;

    fn try_from(span: Span) -> Result<Self, NotABlockDuration> {
        let seconds = |one: &Self| u64::from(one.hours) * 3600;
        if let Some(sold) = Self::all().find(|one| seconds(one) == span.seconds()) {
            return Ok(sold);
        }
        let below = Self::all().rfind(|one| seconds(one) < span.seconds());
        let above = Self::all().find(|one| seconds(one) > span.seconds());
        Err(NotABlockDuration::NotSold { asked: span, nearest: below.into_iter().chain(above).collect() })
    }
}

impl FromStr for BlockDuration {
    type Err = NotABlockDuration;

    fn from_str(text: &str) -> Result<Self, NotABlockDuration> {
        text.parse::<Span>()?.try_into()
    }
}

impl fmt::Display for BlockDuration {
    /// In days up to 14, then in weeks: `2d`, `3w`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&if self.hours <= MOST_DAYS * DAY_HOURS {
            format!("{}d", self.hours / DAY_HOURS)
        } else {
            format!("{}w", self.hours / WEEK_HOURS)
        })
    }
}

fn words(nearest: &[BlockDuration]) -> String {
    nearest.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_last_whole_days_then_whole_weeks() {
        for (text, hours) in [("1d", 24), ("24h", 24), ("14d", 336), ("2w", 336), ("3w", 504), ("26w", 4368)]
        {
            assert_eq!(text.parse::<BlockDuration>().map(BlockDuration::hours), Ok(hours), "{text}");
        }
        assert_eq!(BlockDuration::all().count(), 14 + 24);
    }

    #[test]
    fn a_duration_between_names_its_neighbours() {
        let refusal = |text: &str| text.parse::<BlockDuration>().unwrap_err().to_string();
        assert!(refusal("36h").ends_with("not for 1d12h; nearest: 1d, 2d"), "{}", refusal("36h"));
        assert!(refusal("16d").ends_with("nearest: 14d, 3w"), "{}", refusal("16d"));
        assert!(refusal("1h").ends_with("nearest: 1d"), "{}", refusal("1h"));
        assert!(refusal("200d").ends_with("nearest: 26w"), "{}", refusal("200d"));
        assert!(refusal("2 days").contains("span of time"), "{}", refusal("2 days"));
    }

    #[test]
    fn others_come_nearest_first() {
        let names = |text: &str| {
            let others = text.parse::<BlockDuration>().unwrap().others();
            others.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("2d"), "1d 3d 4d");
        assert_eq!(names("14d"), "13d 12d 11d");
        assert_eq!(names("26w"), "25w 24w 23w");
    }
}
