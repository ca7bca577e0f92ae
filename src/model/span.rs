//! Spans of time as people type them: `90s`, `45m`, `8h`, `2d`, `1w`, and sums of these.
//!
//! Nothing else is read. A span that was half understood is how machines run for ever, so `7 days`, `1.5h` and a bare
//! number are refused where they are typed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::NotAValue;

const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// A whole number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    seconds: u64,
}

impl Span {
    /// That many seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// The span in seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.seconds
    }

    /// The span as the standard library's type.
    #[must_use]
    pub const fn to_duration(self) -> std::time::Duration {
        std::time::Duration::from_secs(self.seconds)
    }

    /// The span in its two largest units, rounded down: what a person wants to know of `1d3h20m7s` is `1d3h`.
    #[must_use]
    pub fn rough(self) -> Self {
        let largest = UNITS.iter().position(|(_, seconds)| self.seconds >= *seconds);
        let (_, smallest) = UNITS[largest.map_or(UNITS.len() - 1, |at| (at + 1).min(UNITS.len() - 1))];
        Self { seconds: self.seconds - self.seconds % smallest }
    }

    /// The span between two instants; none where `to` is not after `from`.
    #[must_use]
    pub fn between(from: jiff::Timestamp, to: jiff::Timestamp) -> Self {
        Self { seconds: u64::try_from(to.as_second() - from.as_second()).unwrap_or(0) }
    }

    /// The instant that lies this span after `start`; none where time does not go that far.
    #[must_use]
    pub fn after(self, start: jiff::Timestamp) -> Option<jiff::Timestamp> {
        let seconds = i64::try_from(self.seconds).ok()?;
        start.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()
    }
}

impl fmt::Display for Span {
    /// The largest units first, as it would be typed: `1d12h`; nothing at all is `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.seconds;
        let mut text = String::new();
        for (unit, seconds) in UNITS {
            if rest >= seconds {
                text.push_str(&format!("{}{unit}", rest / seconds));
                rest %= seconds;
            }
        }
        f.pad(if text.is_empty() { "0s" } else { &text })
    }
}

impl FromStr for Span {
    type Err = NotAValue;

    /// Numbers with a unit each, largest unit first, no unit twice, more than nothing in all.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || NotAValue::new(text, "a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h");
        let mut total = 0_u64;
        let mut units = UNITS.iter();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
            let (number, tail) = rest.split_at(digits);
            let unit = tail.chars().next().ok_or_else(refuse)?;
            let (_, seconds) = units.find(|(name, _)| *name == unit).ok_or_else(refuse)?;
            let number: u64 = number.parse().map_err(|_| refuse())?;
            total = number.checked_mul(*seconds).and_then(|n| n.checked_add(total)).ok_or_else(refuse)?;
            rest = &tail[unit.len_utf8()..];
        }
        if total == 0 { Err(refuse()) } else { Ok(Self { seconds: total }) }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_span_has_its_two_largest_units() {
        for (exact, rough) in
            [(0, "0s"), (59, "59s"), (3599, "59m59s"), (3601, "1h"), (97_207, "1d3h"), (604_800 + 3600, "1w")]
        {
            assert_eq!(Span::from_seconds(exact).rough().to_string(), rough);
        }
    }

    #[test]
    fn a_span_is_a_sum_of_units_in_falling_order() {
        for (text, seconds) in
            [("90s", 90), ("45m", 2700), ("8h", 28_800), ("1d12h", 129_600), ("1w", 604_800)]
        {
            assert_eq!(text.parse(), Ok(Span::from_seconds(seconds)), "{text}");
        }
        for text in [
            "",
            "7 days",
            "8",
            "h",
            "1.5h",
            "-1h",
            "0s",
            "1h1h",
            "12h1d",
            "1H",
            "1é",
            "99999999999999999999w",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_shown_as_it_would_be_typed() {
        assert_eq!(Span::from_seconds(90).to_string(), "1m30s");
        assert_eq!(Span::from_seconds(129_600).to_string(), "1d12h");
        assert_eq!(Span::default().to_string(), "0s");
    }

    #[test]
    fn time_has_an_end() {
        assert_eq!(Span::from_seconds(u64::MAX).after(jiff::Timestamp::UNIX_EPOCH), None);
    }
}
