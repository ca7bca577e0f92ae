//! The flags of a machine's network and of its key.
//!
//! What they name is looked up later.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::model::NotAValue;
use crate::provision::wish::network::{Ipv6, NetworkWish, PublicAddress};

pub(super) const HEADING: &str = "Network and keys";

/// The flags of a machine's network and of its key.
#[derive(Debug, Args)]
#[command(next_help_heading = HEADING)]
pub(in crate::cli::launch) struct NetworkArguments {
    /// Network, by its id or name [default: the region's default VPC, else one that is made]
    #[arg(long, value_name = "VPC", value_parser = name)]
    vpc: Option<String>,
    /// Subnet to try, by its id or name; may be repeated, best first [default: one in each zone]
    #[arg(long, value_name = "SUBNET", value_parser = name)]
    subnet: Vec<String>,
    /// Security group, by its id or name; may be repeated [default: one is made]
    #[arg(long, value_name = "GROUP", value_parser = name)]
    security_group: Vec<String>,
    /// Give the machine no public IPv4 address
    #[arg(long)]
    no_public_ip: bool,
    /// Give the machine an IPv6 address
    #[arg(long)]
    ipv6: bool,
    /// SSH key to let in, either half [default: the first of ~/.ssh/id_*, the SSH agent's, or a new one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "key_pair")]
    pub(in crate::cli::launch) ssh_key: Option<PathBuf>,
    /// Let in the SSH agent's key, also where there is one in ~/.ssh
    #[arg(long, conflicts_with_all = ["ssh_key", "key_pair"])]
    pub(in crate::cli::launch) ssh_agent: bool,
    /// EC2 key pair to let in instead of a key of yours
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(in crate::cli::launch) key_pair: Option<String>,
}

impl NetworkArguments {
    pub(in crate::cli::launch) fn wish(&self) -> NetworkWish {
        NetworkWish {
            network: self.vpc.clone(),
            subnets: self.subnet.clone(),
            groups: self.security_group.clone(),
            public_address: if self.no_public_ip { PublicAddress::None } else { PublicAddress::One },
            ipv6: if self.ipv6 { Ipv6::One } else { Ipv6::None },
            of_deployment: None,
            opens: Vec::new(),
        }
    }
}

/// An id or a name, of which nothing is known but that it says something.
fn name(text: &str) -> Result<String, NotAValue> {
    if text.trim().is_empty() || text.chars().any(char::is_control) {
        return Err(NotAValue { text: text.to_owned(), expected: "an id or a name" });
    }
    Ok(text.to_owned())
}
