//! The network of a region as it was read: the one to launch into, that there is none, or why what was named won't do.
//!
//! Facts alone; which subnets will do is the plan's to say.

use crate::aws::types::capacity::Zone;
use crate::aws::types::network::{GroupRules, WayOut};

/// What is known of the network to launch into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegionNetwork {
    /// It is there.
    There(KnownNetwork),
    /// There is none, and none was named: one is made.
    Missing {
        /// The standard zones of the region.
        zones: Vec<Zone>,
        /// The ranges of the region's other networks.
        taken: Vec<String>,
    },
    /// What was named is not there, not one, or not together.
    Unfit(NetworkProblem),
}

/// A network that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownNetwork {
    /// `vpc-…`.
    pub id: String,
    /// How it was found.
    pub kind: NetworkKind,
    /// Its subnets, of those that were named where any were; `None` where nobody looked, since EC2 chooses.
    pub subnets: Option<Vec<KnownSubnet>>,
    /// The security groups that were named.
    pub groups: Vec<GroupRules>,
}

/// How a network was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkKind {
    /// It is the region's default one.
    Default,
    /// An earlier launch made it.
    Own,
    /// It, or a subnet of it, was named.
    Named,
}

/// A subnet and the ways that lead out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSubnet {
    /// `subnet-…`.
    pub id: String,
    /// The id of its zone, or the zone's name where EC2 tells no id.
    pub zone: String,
    /// The name of its zone.
    pub zone_name: Option<String>,
    /// How many IPv4 addresses are free in it.
    pub free_addresses: Option<u32>,
    /// Whether it has IPv6 addresses to give.
    pub has_ipv6: bool,
    /// Whether it has no others.
    pub ipv6_only: bool,
    /// Its route table.
    pub route_table: Option<String>,
    /// Where it sends what is for the rest of the world.
    pub way_out: Option<WayOut>,
    /// Whether it has an endpoint of S3.
    pub s3_endpoint: S3Way,
}

/// Whether a subnet has an endpoint of S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum S3Way {
    /// It has one.
    There,
    /// It has none.
    None,
    /// Nobody looked, since a public address leads there anyway.
    NotAsked,
}

/// Why what was named will not do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkProblem {
    /// It is not there.
    #[error("{region} has no {kind} {wanted}")]
    NotThere {
        /// What was named.
        kind: PartKind,
        /// Its id or name.
        wanted: String,
        /// Where.
        region: String,
    },
    /// Several have the name.
    #[error("{wanted} is the name of {} {}s in {region}: {}", ids.len(), kind, ids.join(", "))]
    Several {
        /// What was named.
        kind: PartKind,
        /// The name.
        wanted: String,
        /// The ids of them all.
        ids: Vec<String>,
        /// Where.
        region: String,
    },
    /// It is in another network.
    #[error("{kind} {wanted} is in network {its}, and the machine goes into {network}")]
    Elsewhere {
        /// What was named.
        kind: PartKind,
        /// Its id or name.
        wanted: String,
        /// The network that it is in.
        its: String,
        /// The network that the machine goes into.
        network: String,
    },
    /// A group was named where there is no network yet.
    #[error("{region} has no default network that security group {wanted} could be in")]
    GroupWithoutNetwork {
        /// The group's id or name.
        wanted: String,
        /// Where.
        region: String,
    },
}

impl NetworkProblem {
    /// What to type next.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::NotThere { kind, region, .. } => {
                format!("see what there is: aws ec2 {} --region {region}", kind.list_command())
            }
            Self::Several { kind, ids, .. } => {
                let ids = ids.first().map_or("ID", String::as_str);
                format!("name it by its id: {} {ids}", kind.flag())
            }
            Self::Elsewhere { its, .. } => format!("launch into that network: --vpc {its}"),
            Self::GroupWithoutNetwork { .. } => "name the group's network too: --vpc ID".to_owned(),
        }
    }
}

/// A kind of thing that is named by its id or its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A VPC.
    Network,
    /// A subnet.
    Subnet,
    /// A security group.
    Group,
}

impl PartKind {
    const fn flag(self) -> &'static str {
        match self {
            Self::Network => "--vpc",
            Self::Subnet => "--subnet",
            Self::Group => "--security-group",
        }
    }

    const fn list_command(self) -> &'static str {
        match self {
            Self::Network => "describe-vpcs",
            Self::Subnet => "describe-subnets",
            Self::Group => "describe-security-groups",
        }
    }
}

impl std::fmt::Display for PartKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Network => "VPC",
            Self::Subnet => "subnet",
            Self::Group => "security group",
        })
    }
}
