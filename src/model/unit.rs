//! Units: how a figure of a machine is typed and how it is shown.
//!
//! Every figure is a whole number of its smallest part; a number that would have to be rounded is refused.

use super::memory::scale_decimal;
use super::{DeviceCount, Mebibytes, Money, NotAValue};

/// What a whole number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Things,
    /// Thousandths of a device.
    Devices,
    /// Memory in MiB.
    Memory,
    /// A clock in MHz.
    Clock,
    /// A transfer rate in megabits a second.
    Bits,
    /// A transfer rate in thousands of bytes a second.
    Bytes,
    /// Storage in gigabytes (10⁹ bytes).
    Storage,
    /// Micro-dollars.
    Dollars,
    /// Percent.
    Percent,
}

impl Unit {
    /// Reads a number with a unit, in either case; a bare number has the unit that people mean.
    ///
    /// # Errors
    /// Where the text is something else, or finer than the figure is known.
    pub fn parse(self, text: &str) -> Result<u64, NotAValue> {
        match self {
            Self::Things => scaled(text, &[("", 1)], "a whole number"),
            Self::Devices => text.parse::<DeviceCount>().map(|count| count.thousandths().into()),
            Self::Memory => text.parse::<Mebibytes>().map(|memory| memory.0),
            Self::Clock => {
                scaled(text, CLOCK, "a clock such as 3.5, 3.5ghz or 2900mhz (a bare number is GHz)")
            }
            Self::Bits => {
                scaled(text, BITS, "a bandwidth such as 100, 12.5gbps or 750mbps (a bare number is Gbps)")
            }
            Self::Bytes => {
                scaled(text, BYTES, "a throughput such as 1000 or 593.75mb/s (a bare number is MB/s)")
            }
            Self::Storage => {
                scaled(text, STORAGE, "a size of storage such as 900, 900gb or 7.6tb (a bare number is GB)")
            }
            Self::Dollars => text.trim_end_matches("usd").trim_end().parse::<Money>().map(Money::micros),
            Self::Percent => scaled(text, &[("", 1), ("%", 1)], "a percentage such as 5 or 5%"),
        }
    }

    /// The number with its unit.
    #[must_use]
    pub fn show(self, number: u64) -> String {
        match self {
            Self::Things => number.to_string(),
            Self::Devices => decimal(number, 1000, ""),
            Self::Memory => Mebibytes(number).to_string(),
            Self::Clock => decimal(number, 1000, " GHz"),
            Self::Bits => decimal(number, 1000, " Gbps"),
            Self::Bytes => decimal(number, 1000, " MB/s"),
            Self::Storage => format!("{number} GB"),
            Self::Dollars => format!("{} USD", Money::from_micros(number)),
            Self::Percent => format!("{number}%"),
        }
    }
}

/// A unit as it is typed, and how many of the smallest part it is.
type Spelling = (&'static str, u64);

const CLOCK: &[Spelling] = &[("", 1000), ("ghz", 1000), ("mhz", 1)];
const BITS: &[Spelling] = &[
    ("", 1000),
    ("gbps", 1000),
    ("gbit", 1000),
    ("gbits", 1000),
    ("gbit/s", 1000),
    ("gb/s", 1000),
    ("gigabit", 1000),
    ("mbps", 1),
    ("mbit", 1),
    ("mbit/s", 1),
];
const BYTES: &[Spelling] = &[("", 1000), ("mb/s", 1000), ("gb/s", 1_000_000)];
const STORAGE: &[Spelling] = &[("", 1), ("gb", 1), ("tb", 1000)];

fn scaled(text: &str, spellings: &[Spelling], expected: &'static str) -> Result<u64, NotAValue> {
    let refuse = || NotAValue::new(text, expected);
    let lower = text.trim().to_ascii_lowercase();
    let end_of_number = lower.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(lower.len());
    let (number, unit) = lower.split_at(end_of_number);
    let (_, factor) =
        spellings.iter().find(|(spelling, _)| *spelling == unit.trim_start()).ok_or_else(refuse)?;
    scale_decimal(number, *factor).ok_or_else(refuse)
}

/// The number divided by `parts`, with no more decimals than it takes.
fn decimal(number: u64, parts: u64, unit: &str) -> String {
    let decimals = format!("{:03}", number % parts);
    let text = format!("{}.{decimals}", number / parts);
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_typed() {
        let typed = [
            (Unit::Things, "16", 16, "16"),
            (Unit::Devices, "0.125", 125, "0.125"),
            (Unit::Memory, "1.5TiB", 1_572_864, "1536 GiB"),
            (Unit::Clock, "3.5", 3500, "3.5 GHz"),
            (Unit::Bits, "12.5gbps", 12_500, "12.5 Gbps"),
            (Unit::Bytes, "593.75 MB/s", 593_750, "593.75 MB/s"),
            (Unit::Storage, "7.6tb", 7600, "7600 GB"),
            (Unit::Dollars, "$0.5", 500_000, "0.50 USD"),
            (Unit::Percent, "5%", 5, "5%"),
        ];
        for (unit, text, number, shown) in typed {
            assert_eq!(unit.parse(text), Ok(number), "{text}");
            assert_eq!(unit.show(number), shown);
            assert_eq!(unit.parse(&shown.to_lowercase()), Ok(number), "{shown}");
        }
    }

    #[test]
    fn another_unit_is_refused() {
        for (unit, text) in [
            (Unit::Things, "1.5"),
            (Unit::Things, "gib"),
            (Unit::Clock, "3.5gib"),
            (Unit::Bits, "32g"),
            (Unit::Storage, "1gib"),
            (Unit::Storage, "0.5"),
            (Unit::Percent, "5usd"),
        ] {
            assert!(unit.parse(text).is_err(), "{text}");
        }
    }
}
