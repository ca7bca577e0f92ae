//! How the network and the key of a plan look to a person.
//!
//! An ordinary network and a key file of the user's own are not worth a line.

use crate::provision::plan::network::NetworkStep;
use crate::provision::plan::{Plan, PlannedKey};

/// A step in words.
pub(super) fn step_text(step: &NetworkStep) -> String {
    match step {
        NetworkStep::MakeNetwork { network, range, ipv6, .. } => {
            let ipv6 = if *ipv6 { " and IPv6" } else { "" };
            format!("make network {network} ({range}{ipv6})")
        }
        NetworkStep::MakeGateway { .. } => "make its internet gateway and the route there".to_owned(),
        NetworkStep::MakeS3Endpoint { .. } => "make its gateway to S3, which is free".to_owned(),
        NetworkStep::MakeSubnets { subnets, .. } => {
            let zones: Vec<&str> = subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
            format!("make its subnets in {}", zones.join(", "))
        }
    }
}

/// Who may reach the machine.
pub(super) fn lets_in(plan: &Plan) -> String {
    match plan.candidates.first().map(|first| first.groups.as_slice()) {
        Some([only]) => format!("what security group {only} lets in"),
        Some(groups) if !groups.is_empty() => {
            format!("what security groups {} let in", groups.join(", "))
        }
        _ => format!("SSH (port {}) from {}", plan.ssh_port, plan.ssh_from),
    }
}

/// What is worth saying of the key, with its labels.
pub(super) fn key_lines(plan: &Plan) -> Vec<(&'static str, String)> {
    match &plan.key {
        PlannedKey::File { .. } => Vec::new(),
        PlannedKey::Agent { comment } => vec![("key", format!("{comment}, of the SSH agent"))],
        PlannedKey::New { identity_file } => {
            vec![("step", format!("make SSH key {}, since there is none", identity_file.display()))]
        }
        PlannedKey::KeyPair { name } => {
            let pair = plan.candidates.first().and_then(|first| first.key_pair.as_ref());
            let file = pair.and_then(|pair| pair.identity_file.as_ref()).map_or_else(
                || "its private half is not known here".to_owned(),
                |file| file.display().to_string(),
            );
            vec![("key", format!("EC2 key pair {name} ({file})"))]
        }
    }
}
