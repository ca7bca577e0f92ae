//! When a figure is old.
//!
//! Prices on demand change a few times a year, spot prices within the hour, interruption rates are a month's average that
//! moves slowly. An old figure is still shown, and said to be old.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::Market;

/// What a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// An on-demand price.
    OnDemandPrice,
    /// A spot price.
    SpotPrice,
    /// How often spot machines are taken back.
    Interruption,
}

impl Figure {
    /// The figure that the price in a market is.
    #[must_use]
    pub const fn price_in(market: Market) -> Self {
        match market {
            Market::Spot => Self::SpotPrice,
            Market::OnDemand | Market::CapacityBlock | Market::Reservation => Self::OnDemandPrice,
        }
    }

    /// After how many days it is old.
    #[must_use]
    pub const fn old_after_days(self) -> i32 {
        match self {
            Self::OnDemandPrice => 90,
            Self::SpotPrice => 1,
            Self::Interruption => 180,
        }
    }

    /// Whether a figure of that date (`2026-08-06`) is old. One whose date can't be read is.
    #[must_use]
    pub fn is_old(self, as_of: &str, now: Timestamp) -> bool {
        age_in_days(as_of, now).is_none_or(|days| days > self.old_after_days())
    }
}

/// How many days ago a date was.
#[must_use]
pub fn age_in_days(as_of: &str, now: Timestamp) -> Option<i32> {
    let date: Date = as_of.parse().ok()?;
    let today = now.to_zoned(TimeZone::UTC).date();
    date.until(today).ok().map(|span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_grows_old_in_its_own_time() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        assert_eq!(age_in_days("2026-08-06", now), Some(108));
        for (figure, fresh, old) in [
            (Figure::OnDemandPrice, "2026-08-24", "2026-08-23"),
            (Figure::SpotPrice, "2026-11-21", "2026-11-20"),
            (Figure::Interruption, "2026-05-26", "2026-05-25"),
        ] {
            assert!(!figure.is_old(fresh, now) && figure.is_old(old, now), "{figure:?}");
        }
        assert!(Figure::SpotPrice.is_old("yesterday", now));
    }
}
