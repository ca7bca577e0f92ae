//! Networks, and the parts of one, in our own words.
//!
//! What a part is good for is the plan's to judge; ranges of addresses stay as AWS writes them.

use crate::model::tag::{self, Tag};

/// A network (a VPC).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// `vpc-…`.
    pub id: String,
    /// Whether it is the region's default one.
    pub is_default: bool,
    /// Its IPv4 ranges in CIDR notation.
    pub ranges: Vec<String>,
    /// Its IPv6 range, once it has one.
    pub ipv6_range: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Network {
    /// Its name, which is a tag.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        tag::value_of(&self.tags, tag::NAME)
    }

    /// Whether cloudkit made it for a deployment alone, or, where none is named, for every launch of the region.
    #[must_use]
    pub fn is_own_for(&self, deployment: Option<&str>) -> bool {
        tag::value_of(&self.tags, tag::MANAGED) == Some("true")
            && tag::value_of(&self.tags, tag::DEPLOYMENT) == deployment
    }
}

/// A subnet: the part of a network that is in one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// The network that it is a part of.
    pub network: String,
    /// The id of its zone, `use1-az1`.
    pub zone_id: Option<String>,
    /// The name of its zone, `us-east-1a`.
    pub zone: Option<String>,
    /// Its IPv4 range.
    pub range: Option<String>,
    /// How many IPv4 addresses are free in it.
    pub free_addresses: Option<u32>,
    /// Whether it has IPv6 addresses to give.
    pub has_ipv6: bool,
    /// Whether it has no others.
    pub ipv6_only: bool,
    /// Whether it is the one of its zone that EC2 takes where none is named.
    pub is_default: bool,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Subnet {
    /// Its name, which is a tag.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        tag::value_of(&self.tags, tag::NAME)
    }
}

/// A route table: where what leaves a subnet goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: String,
    /// The network that it is a part of.
    pub network: String,
    /// Whether it is the one of every subnet without another.
    pub is_main: bool,
    /// The subnets that it was given to.
    pub subnets: Vec<String>,
    /// Where it sends what is for the rest of the world; nothing where that goes nowhere.
    pub way_out: Option<WayOut>,
}

/// Where a subnet sends what is for the rest of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// To an internet gateway: for machines with a public address.
    InternetGateway,
    /// To something that speaks for machines without one: a NAT gateway, a transit gateway, a machine.
    Elsewhere,
}

/// A way to S3 that stays within AWS.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Endpoint {
    /// `vpce-…`.
    pub id: String,
    /// The network that it is a part of.
    pub network: String,
    /// For whom it is.
    pub serves: EndpointServes,
}

/// Whom an endpoint serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointServes {
    /// The subnets of these route tables: a gateway, which is free.
    RouteTables(Vec<String>),
    /// The whole network: an interface that has S3's own names.
    Everything,
}

/// A security group and whom it lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRules {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// The network that it is for.
    pub network: Option<String>,
    /// Whom it lets in by TCP.
    pub admits: Vec<Admission>,
}

/// Some ports, and who may reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The first and the last port.
    pub ports: (u16, u16),
    /// Ranges of addresses in CIDR notation.
    pub from: Vec<String>,
    /// Whether there are others that are not named by addresses: prefix lists and groups.
    pub others: Others,
}

/// Who is let in without being named by addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// Nobody.
    None,
    /// The members of a group or of a prefix list, whose addresses are not known here.
    Some,
}

/// An internet gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// `igw-…`.
    pub id: String,
    /// The network that it is attached to.
    pub network: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A key pair of EC2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// Its name.
    pub name: String,
    /// Its public half, as `authorized_keys` has it, where EC2 tells it.
    pub public_key: Option<String>,
}
