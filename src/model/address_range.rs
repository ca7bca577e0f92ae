//! Ranges of IP addresses.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::NotAValue;

/// A range of IP addresses in CIDR notation, its host bits zero.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AddressRange {
    address: IpAddr,
    prefix: u8,
}

impl AddressRange {
    /// The whole world, as far as it has IPv4 addresses.
    pub const EVERYBODY: Self = Self { address: IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), prefix: 0 };

    /// One address alone.
    #[must_use]
    pub fn single(address: IpAddr) -> Self {
        Self { address, prefix: if address.is_ipv4() { 32 } else { 128 } }
    }

    /// Whether it is the whole world.
    #[must_use]
    pub fn is_everybody(&self) -> bool {
        self.prefix == 0
    }

    /// Whether every address of `other` is in this range.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.prefix <= other.prefix && self.overlaps(other)
    }

    /// Whether any address is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let prefix = self.prefix.min(other.prefix);
        let (bits, one, another) = match (self.address, other.address) {
            (IpAddr::V4(one), IpAddr::V4(another)) => (32, one.to_bits().into(), another.to_bits().into()),
            (IpAddr::V6(one), IpAddr::V6(another)) => (128, one.to_bits(), another.to_bits()),
            _ => return false,
        };
        let beyond = bits - u32::from(prefix);
        one.checked_shr(beyond).unwrap_or(0) == another.checked_shr(beyond).unwrap_or(0_u128)
    }

    /// Whether it is a range of IPv6 addresses.
    #[must_use]
    pub const fn is_ipv6(&self) -> bool {
        self.address.is_ipv6()
    }

    /// The part of this range with a longer prefix, counted from zero; none beyond its end.
    #[must_use]
    pub fn part(&self, prefix: u8, number: u32) -> Option<Self> {
        let parts = u32::from(prefix.checked_sub(self.prefix)?);
        if 1_u128.checked_shl(parts).is_some_and(|count| u128::from(number) >= count) {
            return None;
        }
        let address = match self.address {
            IpAddr::V4(address) => {
                let step = u32::from(32_u8.checked_sub(prefix)?);
                IpAddr::V4((address.to_bits() | number.checked_shl(step)?).into())
            }
            IpAddr::V6(address) => {
                let step = u32::from(128_u8.checked_sub(prefix)?);
                IpAddr::V6((address.to_bits() | u128::from(number).checked_shl(step)?).into())
            }
        };
        Some(Self { address, prefix })
    }
}

impl std::fmt::Display for AddressRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl std::str::FromStr for AddressRange {
    type Err = NotAValue;

    /// `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`; an address with bits beyond its prefix is refused, since EC2
    /// would silently widen it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotAValue {
            text: text.to_owned(),
            expected: "a range of addresses such as 203.0.113.7 or 203.0.113.0/24",
        };
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| refuse())?;
        let range = Self::single(address);
        let prefix = prefix.map_or(Ok(range.prefix), str::parse).map_err(|_| refuse())?;
        let host_bits = u32::from(range.prefix.checked_sub(prefix).ok_or_else(refuse)?);
        let bits = match address {
            IpAddr::V4(address) => u128::from(address.to_bits()),
            IpAddr::V6(address) => address.to_bits(),
        };
        let mask = 1_u128.checked_shl(host_bits).map_or(u128::MAX, |above| above - 1);
        if bits & mask == 0 { Ok(Self { address, prefix }) } else { Err(refuse()) }
    }
}

impl TryFrom<String> for AddressRange {
    type Error = NotAValue;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AddressRange> for String {
    fn from(range: AddressRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_addresses_is_what_it_says() {
        for (text, shown) in [
            ("203.0.113.7", "203.0.113.7/32"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(text.parse::<AddressRange>().unwrap().to_string(), shown);
        }
        for text in ["", "203.0.113.7/24", "203.0.113.0/33", "me", "203.0.113.0/", "1.2.3"] {
            assert!(text.parse::<AddressRange>().is_err(), "{text}");
        }
        assert!("0.0.0.0/0".parse::<AddressRange>().unwrap().is_everybody());
    }

    fn range(text: &str) -> AddressRange {
        text.parse().unwrap()
    }

    #[test]
    fn a_range_is_in_another_or_meets_it() {
        for (one, other, contains, overlaps) in [
            ("10.0.0.0/8", "10.1.0.0/16", true, true),
            ("10.1.0.0/16", "10.0.0.0/8", false, true),
            ("0.0.0.0/0", "203.0.113.7", true, true),
            ("203.0.113.7", "203.0.113.7", true, true),
            ("203.0.113.0/24", "203.0.114.7", false, false),
            ("::/0", "2001:db8::1", true, true),
            ("0.0.0.0/0", "2001:db8::1", false, false),
        ] {
            assert_eq!(range(one).contains(&range(other)), contains, "{one} {other}");
            assert_eq!(range(one).overlaps(&range(other)), overlaps, "{one} {other}");
            assert_eq!(range(other).overlaps(&range(one)), overlaps, "{one} {other}");
        }
    }

    #[test]
    fn a_range_is_cut_into_parts() {
        let part = |text: &str, prefix, number| range(text).part(prefix, number).map(|part| part.to_string());
        assert_eq!(part("10.213.0.0/16", 20, 0).unwrap(), "10.213.0.0/20");
        assert_eq!(part("10.213.0.0/16", 20, 15).unwrap(), "10.213.240.0/20");
        assert_eq!(part("10.213.0.0/16", 20, 16), None);
        assert_eq!(part("2001:db8:1::/56", 64, 3).unwrap(), "2001:db8:1:3::/64");
        assert_eq!(part("10.0.0.0/16", 8, 0), None);
    }
}
