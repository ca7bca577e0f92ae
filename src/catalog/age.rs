//! When a figure is old.
//!
//! Prices on demand change a few times a year, spot prices within the hour, interruption rates are a month's average that
//! moves slowly. An old figure is still shown, and said to be old.

use jiff::civil::Date;

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

    /// The first date whose figures are not old on a day.
    fn fresh_since(self, today: Date) -> Date {
        today.saturating_sub(jiff::Span::new().days(self.old_after_days()))
    }
}

/// Since when figures are not old on a day: made once, asked for each offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    on_demand_since: String,
    spot_since: String,
    interruptions_since: String,
}

impl Freshness {
    /// That of a day.
    #[must_use]
    pub fn on(today: Date) -> Self {
        let since = |figure: Figure| figure.fresh_since(today).to_string();
        Self {
            on_demand_since: since(Figure::OnDemandPrice),
            spot_since: since(Figure::SpotPrice),
            interruptions_since: since(Figure::Interruption),
        }
    }

    /// Whether a figure of that date (`2026-08-06`) is old. Dates are ISO 8601, so that texts compare as days.
    #[must_use]
    pub fn is_old(&self, figure: Figure, as_of: &str) -> bool {
        let since = match figure {
            Figure::OnDemandPrice => &self.on_demand_since,
            Figure::SpotPrice => &self.spot_since,
            Figure::Interruption => &self.interruptions_since,
        };
        as_of < since.as_str()
    }
}

/// How many days ago a date was.
#[must_use]
pub fn age_in_days(as_of: &str, today: Date) -> Option<i32> {
    let date: Date = as_of.parse().ok()?;
    date.until(today).ok().map(|span| span.get_days())
}

/// How many days lie between two dates, whichever is the earlier.
#[must_use]
pub fn days_between(one: &str, other: &str) -> Option<i32> {
    if one == other {
        return Some(0);
    }
    let days = one.parse::<Date>().ok()?.until(other.parse::<Date>().ok()?).ok()?.get_days();
    Some(days.saturating_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_grows_old_in_its_own_time() {
        let today: Date = "2026-11-22".parse().unwrap();
        assert_eq!(age_in_days("2026-08-06", today), Some(108));
        assert_eq!(days_between("2026-08-06", "2026-11-22"), Some(108));
        assert_eq!(days_between("2026-11-22", "2025-11-22"), Some(365));
        assert_eq!((days_between("soon", "soon"), days_between("soon", "2026-11-22")), (Some(0), None));
        for (figure, fresh, old) in [
            (Figure::OnDemandPrice, "2026-08-24", "2026-08-23"),
            (Figure::SpotPrice, "2026-11-21", "2026-11-20"),
            (Figure::Interruption, "2026-05-26", "2026-05-25"),
        ] {
            let freshness = Freshness::on(today);
            assert!(!freshness.is_old(figure, fresh) && freshness.is_old(figure, old), "{figure:?}");
        }
    }
}
