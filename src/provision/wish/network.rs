//! What is wanted of the network: which one, which addresses, whose key.
//!
//! Nothing is looked up; what is named may not exist.

use crate::model::OpenPort;

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
    /// The TCP ports that a security group that is made opens besides that of SSH.
    pub opens: Vec<OpenPort>,
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
