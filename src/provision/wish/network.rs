//! What is wanted of the network: which one, which addresses, whose key.
//!
//! Nothing is looked up; what is named may not exist.

use std::net::IpAddr;

use super::AddressRange;

/// What a network is called that launches make and all of them use.
const NETWORK_NAME: &str = "cloudkit";

/// What is wanted of the network. Where nothing is named it is the region's default one, or one of cloudkit's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkWish {
    /// The network, by its id or its name.
    pub network: Option<String>,
    /// The subnets that would do, best first, by their ids or names; none where any would.
    pub subnets: Vec<String>,
    /// The security groups, by their ids or names; none where one is made.
    pub groups: Vec<String>,
    /// Whether the machine gets a public IPv4 address.
    pub public_address: PublicAddress,
    /// Whether it gets an IPv6 address.
    pub ipv6: Ipv6,
    /// The deployment that has a network to itself, which is made where it has none yet.
    pub of_deployment: Option<String>,
}

impl NetworkWish {
    /// What a network that is made is called.
    #[must_use]
    pub fn name_of_new(&self) -> String {
        self.of_deployment
            .as_ref()
            .map_or_else(|| NETWORK_NAME.to_owned(), |name| format!("{NETWORK_NAME}-{name}"))
    }

    /// Whether EC2 may choose the subnet where there is a default network.
    #[must_use]
    pub fn leaves_the_subnet_to_ec2(&self) -> bool {
        self.network.is_none()
            && self.subnets.is_empty()
            && self.public_address == PublicAddress::One
            && self.ipv6 == Ipv6::None
            && self.of_deployment.is_none()
    }

    /// Whether a network or a part of one is named, so that there is no need to make one.
    #[must_use]
    pub fn names_a_place(&self) -> bool {
        self.network.is_some() || !self.subnets.is_empty()
    }
}

/// Whether a machine gets a public IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PublicAddress {
    /// It gets one.
    #[default]
    One,
    /// It is reached from within its network, or by IPv6.
    None,
}

/// Whether a machine gets an IPv6 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ipv6 {
    /// IPv4 alone.
    #[default]
    None,
    /// One IPv6 address.
    One,
}

impl AddressRange {
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

#[cfg(test)]
mod tests {
    use super::*;

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
