//! Money in whole micro-dollars.
//!
//! Never a float: prices are added, multiplied by time and compared, and the sum on the screen has to be the sum of the
//! parts above it. Only US dollars, since the price lists that cloudkit reads are in them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{NotAValue, Span};

const MICROS_PER_DOLLAR: u64 = 1_000_000;
const SECONDS_PER_HOUR: u128 = 3600;

/// An amount in millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money {
    micros: u64,
}

impl Money {
    /// That many millionths of a dollar.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// The amount in millionths of a dollar.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.micros
    }

    /// The sum of two amounts.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { micros: self.micros.saturating_add(other.micros) }
    }

    /// The amount that many times.
    #[must_use]
    pub const fn times(self, count: u64) -> Self {
        Self { micros: self.micros.saturating_mul(count) }
    }

    /// What a price per hour comes to over a span, rounded up to the micro-dollar.
    #[must_use]
    pub fn per_hour_for(self, span: Span) -> Self {
        let micros = (u128::from(self.micros) * u128::from(span.seconds())).div_ceil(SECONDS_PER_HOUR);
        Self { micros: u64::try_from(micros).unwrap_or(u64::MAX) }
    }

    /// The amount shared among `parts`, rounded up to the micro-dollar; nothing to share among is no amount.
    #[must_use]
    pub fn divided_by(self, parts: u64) -> Option<Self> {
        (parts > 0).then(|| Self { micros: self.micros.div_ceil(parts) })
    }

    /// What paying this amount in place of `other` saves, in whole percent rounded down; 0 where it is dearer.
    #[must_use]
    pub fn saving_percent(self, other: Self) -> Option<u64> {
        let saved = u128::from(other.micros.saturating_sub(self.micros)) * 100;
        u64::try_from(saved.checked_div(u128::from(other.micros))?).ok()
    }

    /// The amount rounded to cents, for sums that a person reads (`12.34`); less than a cent is not rounded away.
    #[must_use]
    pub fn to_cents(self) -> String {
        if self.micros < 10_000 {
            return self.to_string();
        }
        let cents = (self.micros + 5_000) / 10_000;
        format!("{}.{:02}", cents / 100, cents % 100)
    }
}

impl fmt::Display for Money {
    /// Dollars with all their decimals and none that say nothing, two at the least for a whole-cent look: `0.1008`, `12.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, micros) = (self.micros / MICROS_PER_DOLLAR, self.micros % MICROS_PER_DOLLAR);
        let decimals = format!("{micros:06}");
        let decimals = decimals.trim_end_matches('0');
        f.pad(&format!("{whole}.{decimals:0<2}"))
    }
}

impl FromStr for Money {
    type Err = NotAValue;

    /// Dollars with up to six decimals; a leading `$` is understood.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || NotAValue::new(text, "an amount of US dollars such as 0.5, 2 or 12.34");
        let number = text.trim().strip_prefix('$').unwrap_or(text.trim());
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
            return Err(refuse());
        }
        let whole: u64 = whole.parse().map_err(|_| refuse())?;
        let micros: u64 = format!("{decimals:0<6}").parse().map_err(|_| refuse())?;
        whole
            .checked_mul(MICROS_PER_DOLLAR)
            .and_then(|n| n.checked_add(micros))
            .map(Self::from_micros)
            .ok_or_else(refuse)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_survives_being_written_and_read() {
        for (text, micros, shown) in [
            ("0.1008", 100_800, "0.1008"),
            ("$2", 2_000_000, "2.00"),
            ("21.957642", 21_957_642, "21.957642"),
            ("0.5", 500_000, "0.50"),
        ] {
            let money: Money = text.parse().unwrap();
            assert_eq!((money.micros(), money.to_string().as_str()), (micros, shown));
            assert_eq!(shown.parse(), Ok(money));
        }
        for text in ["", "1.", ".5", "-1", "1,000", "0.1234567", "99999999999999999999"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_saving_is_rounded_down_and_never_less_than_nothing() {
        let saving = |one: u64, other: u64| Money::from_micros(one).saving_percent(Money::from_micros(other));
        assert_eq!((saving(301, 1000), saving(1000, 1000), saving(2, 1)), (Some(69), Some(0), Some(0)));
        assert_eq!((saving(0, u64::MAX), saving(1, 0)), (Some(100), None));
    }

    #[test]
    fn an_hourly_price_over_a_span_is_never_rounded_down() {
        let price: Money = "0.1008".parse().unwrap();
        assert_eq!(price.per_hour_for(Span::from_seconds(8 * 3600)).to_string(), "0.8064");
        assert_eq!(Money::from_micros(1).per_hour_for(Span::from_seconds(1)), Money::from_micros(1));
        assert_eq!(price.times(8).to_cents(), "0.81");
        assert_eq!(Money::from_micros(564).to_cents(), "0.000564");
    }
}
