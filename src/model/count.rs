//! How many of a device a machine has, fractions included.
//!
//! EC2 sells parts of a GPU (`GpuPartitionSize` 0.125 of a g6f.large) and reports their `Count` as 0; here that is an
//! eighth, never none.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::NotAValue;

/// A count of devices in thousandths of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DeviceCount {
    thousandths: u32,
}

impl DeviceCount {
    /// That many whole devices.
    #[must_use]
    pub const fn whole(count: u32) -> Self {
        Self { thousandths: count * 1000 }
    }

    /// That many thousandths of one device.
    #[must_use]
    pub const fn from_thousandths(thousandths: u32) -> Self {
        Self { thousandths }
    }

    /// The count in thousandths of one device.
    #[must_use]
    pub const fn thousandths(self) -> u32 {
        self.thousandths
    }

    /// Neither a device nor a part of one.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.thousandths == 0
    }

    /// The sum of two counts.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { thousandths: self.thousandths.saturating_add(other.thousandths) }
    }
}

impl fmt::Display for DeviceCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.thousandths / 1000, self.thousandths % 1000);
        if rest == 0 {
            return f.pad(&whole.to_string());
        }
        f.pad(format!("{whole}.{rest:03}").trim_end_matches('0'))
    }
}

impl std::str::FromStr for DeviceCount {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || NotAValue::new(text, "a count of devices such as 1, 8 or 0.125");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 3 {
            return Err(refuse());
        }
        let whole: u32 = whole.parse().map_err(|_| refuse())?;
        let fraction: u32 = format!("{fraction:0<3}").parse().map_err(|_| refuse())?;
        let thousandths = whole.checked_mul(1000).and_then(|n| n.checked_add(fraction)).ok_or_else(refuse)?;
        Ok(Self { thousandths })
    }
}

impl Serialize for DeviceCount {
    /// A whole count is a number, a fraction a decimal string.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.thousandths.is_multiple_of(1000) {
            serializer.serialize_u32(self.thousandths / 1000)
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for DeviceCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = DeviceCount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of devices or a decimal string such as \"0.125\"")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<DeviceCount, E> {
                u32::try_from(count)
                    .ok()
                    .and_then(|count| count.checked_mul(1000))
                    .map(DeviceCount::from_thousandths)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(count), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DeviceCount, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_counts_are_numbers_and_fractions_strings() {
        let counts = [DeviceCount::whole(8), DeviceCount::from_thousandths(125)];
        let json = serde_json::to_string(&counts).unwrap();
        assert_eq!(json, r#"[8,"0.125"]"#);
        assert_eq!(serde_json::from_str::<[DeviceCount; 2]>(&json).unwrap(), counts);
    }

    #[test]
    fn a_count_is_read_as_typed() {
        assert_eq!("0.5".parse(), Ok(DeviceCount::from_thousandths(500)));
        assert!("1.".parse::<DeviceCount>().is_err());
        assert!("99999999".parse::<DeviceCount>().is_err());
    }
}
