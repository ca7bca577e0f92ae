//! Sizes of memory in whole mebibytes.
//!
//! EC2 gives every memory figure in MiB; a size that is not whole mebibytes is refused rather than rounded.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::NotAValue;

const MIB_PER_GIB: u64 = 1024;
const EXPECTED: &str = "a memory size such as 8, 8gib, 512mib or 1.5tib (a bare number is GiB)";

/// An amount of memory in MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mebibytes(pub u64);

impl Mebibytes {
    /// Whole gibibytes.
    #[must_use]
    pub const fn from_gib(gib: u64) -> Self {
        Self(gib * MIB_PER_GIB)
    }
}

impl fmt::Display for Mebibytes {
    /// GiB with as many decimals as it takes (`0.5 GiB`, `8 GiB`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / MIB_PER_GIB, self.0 % MIB_PER_GIB);
        if rest == 0 {
            return f.pad(&format!("{whole} GiB"));
        }
        let hundredths = rest * 100 / MIB_PER_GIB;
        let text = format!("{whole}.{hundredths:02}");
        f.pad(&format!("{} GiB", text.trim_end_matches('0').trim_end_matches('.')))
    }
}

impl FromStr for Mebibytes {
    type Err = NotAValue;

    /// A number and a unit in either case: `mib`, `gib`, `tib` and their short forms (`m`, `mb`, `g`, …), which mean the
    /// same binary units. A bare number is GiB, since that is how people speak of memory.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || NotAValue::new(text, EXPECTED);
        let lower = text.trim().to_ascii_lowercase();
        let digits = lower.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(lower.len());
        let (number, unit) = lower.split_at(digits);
        let mib_per_unit = match unit.trim_start() {
            "m" | "mb" | "mib" => 1,
            "" | "g" | "gb" | "gib" => MIB_PER_GIB,
            "t" | "tb" | "tib" => MIB_PER_GIB * MIB_PER_GIB,
            _ => return Err(refuse()),
        };
        scale_decimal(number, mib_per_unit).map(Self).ok_or_else(refuse)
    }
}

/// `number` (decimal digits with at most one point) times `factor`, where that is a whole number that fits.
pub(super) fn scale_decimal(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.len() > 6 {
        return None;
    }
    let denominator = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let numerator = if fraction.is_empty() { 0 } else { fraction.parse::<u64>().ok()? };
    let scaled = numerator.checked_mul(factor)?;
    if scaled % denominator != 0 {
        return None;
    }
    whole.parse::<u64>().ok()?.checked_mul(factor)?.checked_add(scaled / denominator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_with_and_without_unit() {
        for (text, mib) in
            [("8", 8192), ("8gib", 8192), ("8 GiB", 8192), ("512m", 512), ("0.5", 512), ("1.5TiB", 1_572_864)]
        {
            assert_eq!(text.parse(), Ok(Mebibytes(mib)), "{text}");
        }
        for text in ["", "gib", "8x", "-1", "0.0001", "1..2", "99999999999999999tib"] {
            assert!(text.parse::<Mebibytes>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_size_is_shown_in_gib() {
        assert_eq!(Mebibytes(512).to_string(), "0.5 GiB");
        assert_eq!(Mebibytes(8192).to_string(), "8 GiB");
        assert_eq!(Mebibytes(2861).to_string(), "2.79 GiB");
    }
}
