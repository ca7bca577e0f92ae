//! The network's part of a plan: the subnets that will do, the network that is made where there is none, and what to say.
//!
//! Pure: a subnet that can't serve the machine is left out with the reason, never tried.

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::Candidate;
use crate::aws::types::network::{GroupRules, Others, WayOut};
use crate::model::AddressRange;
use crate::provision::wish::network::{Ipv6, NetworkWish, PublicAddress};
use crate::provision::wish::{SshFrom, Wish};
use crate::provision::world::World;
use crate::provision::world::network::{KnownNetwork, KnownSubnet, NetworkKind, RegionNetwork, S3Way};

/// The second number of the range of such a network, 10.N.0.0/16: the first of these whose range is free. Not among the
/// ranges that default networks, containers, homes and most offices use.
const SECOND_NUMBERS: std::ops::RangeInclusive<u8> = 213..=254;
/// A subnet has 4096 addresses, as in a default network.
const SUBNET_PREFIX: u8 = 20;

/// A part of the region's network that is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum NetworkStep {
    /// Makes the network itself.
    MakeNetwork {
        /// Where.
        region: String,
        /// Its name.
        network: String,
        /// The deployment that has it to itself; absent where every launch of the region may use it.
        #[serde(skip_serializing_if = "Option::is_none")]
        deployment: Option<String>,
        /// Its IPv4 range.
        range: String,
        /// Whether it gets a range of IPv6 addresses from Amazon.
        ipv6: bool,
    },
    /// Makes its internet gateway and the route to that.
    MakeGateway {
        /// Where.
        region: String,
    },
    /// Makes its gateway to S3, which is free.
    MakeS3Endpoint {
        /// Where.
        region: String,
    },
    /// Makes a subnet in each zone.
    MakeSubnets {
        /// Where.
        region: String,
        /// Each of them.
        subnets: Vec<PlannedSubnet>,
    },
}

/// A subnet that is made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct PlannedSubnet {
    /// The id of its zone.
    pub zone: String,
    /// Its IPv4 range.
    pub range: String,
}

/// The network interface of a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedInterface {
    /// Its subnet; absent where the launch makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// Whether it gets a public IPv4 address.
    pub public_address: bool,
    /// Whether it gets an IPv6 address.
    pub ipv6: bool,
}

/// A place for a machine: a zone, and the interface there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) zone: Option<String>,
    pub(super) interface: Option<PlannedInterface>,
}

/// Why there is no place, and what to type.
#[derive(Debug)]
pub(super) struct NoPlace {
    pub(super) reason: String,
    pub(super) hints: Vec<String>,
}

/// What a machine needs of the network that it is launched into.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand<'w> {
    pub(super) wish: &'w NetworkWish,
    pub(super) from_s3: FromS3,
}

/// Whether a machine fetches something from S3 at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FromS3 {
    Something,
    Nothing,
}

/// Which zones would do.
#[derive(Debug)]
pub(super) struct Zones<'z> {
    /// Those that were asked for, ids or names; none where any would.
    pub(super) wished: &'z [String],
    /// Those that have the type, as far as the catalog knows; none where it does not.
    pub(super) offering: Vec<&'z str>,
}

impl Zones<'_> {
    /// Whether a zone was asked for, or any would do.
    fn include(&self, id: &str, name: Option<&str>) -> bool {
        self.wished.is_empty() || self.rank(id, name).is_some()
    }

    /// The place of a zone among those that were asked for.
    fn rank(&self, id: &str, name: Option<&str>) -> Option<usize> {
        self.wished.iter().position(|zone| zone == id || Some(zone.as_str()) == name)
    }

    /// Leaves those that are in zones with the type; all of them where none is, since the catalog may be older than that.
    fn narrow<T>(&self, all: Vec<T>, zone: impl Fn(&T) -> &str) -> Vec<T> {
        let has_type = |one: &T| self.offering.contains(&zone(one));
        if all.iter().any(has_type) { all.into_iter().filter(has_type).collect() } else { all }
    }
}

/// The places in which a machine can be launched, in the order in which they are tried.
pub(super) fn places(
    demand: Demand<'_>,
    region: &str,
    network: &RegionNetwork,
    zones: &Zones<'_>,
) -> Result<Vec<Place>, NoPlace> {
    let wish = demand.wish;
    let interface = |subnet: Option<String>| PlannedInterface {
        subnet,
        public_address: wish.public_address == PublicAddress::One,
        ipv6: wish.ipv6 == Ipv6::One,
    };
    let places: Vec<Place> = match network {
        RegionNetwork::Unfit(problem) => {
            return Err(NoPlace { reason: problem.to_string(), hints: vec![problem.hint()] });
        }
        RegionNetwork::There(KnownNetwork { subnets: None, .. }) => {
            return Ok(match zones.wished {
                [] => vec![Place { zone: None, interface: None }],
                wished => {
                    wished.iter().map(|zone| Place { zone: Some(zone.clone()), interface: None }).collect()
                }
            });
        }
        RegionNetwork::Missing { taken, .. } if free_range(taken).is_none() => {
            let reason = format!("{region} has no network for it, and every range for one is taken");
            return Err(NoPlace { reason, hints: vec!["name a network: --vpc ID".to_owned()] });
        }
        RegionNetwork::Missing { zones: there, .. } => {
            let there = there.iter().filter(|zone| zones.include(&zone.id, Some(&zone.name))).collect();
            let there = zones.narrow(there, |zone| &zone.id).into_iter();
            there
                .map(|zone| Place { zone: Some(zone.id.clone()), interface: Some(interface(None)) })
                .collect()
        }
        RegionNetwork::There(known) => subnets(demand, region, known, zones)?
            .into_iter()
            .map(|subnet| Place {
                zone: Some(subnet.zone.clone()),
                interface: Some(interface(Some(subnet.id.clone()))),
            })
            .collect(),
    };
    if places.is_empty() {
        let reason = "none of the zones that would do has a subnet".to_owned();
        return Err(NoPlace { reason, hints: vec!["name other zones, or none".to_owned()] });
    }
    Ok(places)
}

/// The subnets that will do: those that were named in their order, else the roomiest of each zone.
fn subnets<'n>(
    demand: Demand<'_>,
    region: &str,
    network: &'n KnownNetwork,
    zones: &Zones<'_>,
) -> Result<Vec<&'n KnownSubnet>, NoPlace> {
    let all = network.subnets.as_deref().unwrap_or_default();
    if all.is_empty() {
        return Err(NoPlace {
            reason: format!("network {} has no subnet", network.id),
            hints: vec![no_subnet_hint(network, region)],
        });
    }
    let wish = demand.wish;
    let fit: Vec<&KnownSubnet> = all.iter().filter(|subnet| unfit(demand, subnet).is_none()).collect();
    if fit.is_empty() {
        let reason = reasons(all.iter().filter_map(|subnet| Some((subnet, unfit(demand, subnet)?))));
        let mut hints: Vec<String> =
            all.iter().filter_map(|subnet| hint(wish, region, &network.id, subnet)).collect();
        hints.sort_unstable();
        hints.dedup();
        return Err(NoPlace { reason, hints });
    }
    let mut fit: Vec<&KnownSubnet> =
        fit.into_iter().filter(|subnet| zones.include(&subnet.zone, subnet.zone_name.as_deref())).collect();
    if wish.subnets.is_empty() {
        let roomiest = |subnet: &&KnownSubnet| {
            (subnet.zone.clone(), std::cmp::Reverse(subnet.free_addresses), subnet.id.clone())
        };
        fit.sort_by_key(roomiest);
        fit.dedup_by(|one, other| one.zone == other.zone);
        fit = zones.narrow(fit, |subnet| &subnet.zone);
        fit.sort_by_key(|subnet| zones.rank(&subnet.zone, subnet.zone_name.as_deref()));
    }
    Ok(fit)
}

fn no_subnet_hint(network: &KnownNetwork, region: &str) -> String {
    match network.kind {
        NetworkKind::Own => {
            format!(
                "a launch that was ended half-way left it; remove it: cloudkit launch cleanup --region {region}"
            )
        }
        NetworkKind::Default => {
            format!("make them: aws ec2 create-default-subnet --region {region} --availability-zone ZONE")
        }
        NetworkKind::Named => "name another network: --vpc ID".to_owned(),
    }
}

/// Why a subnet can't serve the machine.
fn unfit(Demand { wish, from_s3 }: Demand<'_>, subnet: &KnownSubnet) -> Option<&'static str> {
    let leads_to_s3 = subnet.way_out == Some(WayOut::Elsewhere) || subnet.s3_endpoint == S3Way::There;
    match wish.public_address {
        // EC2 says of such a subnet that no IPv4 address is free, which is true, and not why.
        _ if subnet.ipv6_only => Some("IPv6 addresses alone, and a machine needs an IPv4 one as well"),
        _ if subnet.free_addresses == Some(0) => Some("no free address"),
        _ if wish.ipv6 == Ipv6::One && !subnet.has_ipv6 => Some("no IPv6 addresses"),
        PublicAddress::One if subnet.way_out != Some(WayOut::InternetGateway) => {
            Some("no route to an internet gateway, without which a public address is of no use")
        }
        PublicAddress::None if from_s3 == FromS3::Something && !leads_to_s3 => {
            Some("no way to S3 without a public address, and the machine fetches from there")
        }
        _ => None,
    }
}

/// Each reason once, with the subnets that have it.
fn reasons<'n>(unfit: impl Iterator<Item = (&'n KnownSubnet, &'static str)>) -> String {
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for (KnownSubnet { id, zone, .. }, why) in unfit {
        let subnet = format!("{id} ({zone})");
        match by_reason.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, subnets)) => subnets.push(subnet),
            None => by_reason.push((why, vec![subnet])),
        }
    }
    let told = by_reason.iter().map(|(why, subnets)| format!("{why}: {}", subnets.join(", ")));
    told.collect::<Vec<_>>().join("; ")
}

/// What to type where a subnet can't serve the machine.
fn hint(wish: &NetworkWish, region: &str, network: &str, subnet: &KnownSubnet) -> Option<String> {
    if subnet.ipv6_only {
        return Some("name a subnet that has an IPv4 range too: --subnet ID".to_owned());
    }
    if subnet.free_addresses == Some(0) {
        return Some(format!(
            "see what holds its addresses: aws ec2 describe-network-interfaces --region {region} \
             --filters Name=subnet-id,Values={}",
            subnet.id
        ));
    }
    if wish.ipv6 == Ipv6::One && !subnet.has_ipv6 {
        return Some("launch without --ipv6, or give the network and the subnet IPv6 ranges".to_owned());
    }
    match wish.public_address {
        PublicAddress::One => Some("launch without a public address: --no-public-ip".to_owned()),
        PublicAddress::None => subnet.route_table.as_ref().map(|table| {
            format!(
                "add a free way to S3: aws ec2 create-vpc-endpoint --region {region} --vpc-id {network} \
                 --service-name com.amazonaws.{region}.s3 --route-table-ids {table}"
            )
        }),
    }
}

/// The steps that make the network of a region, where there is none; none where its range can't be chosen.
pub(super) fn steps(region: &str, network: &RegionNetwork, wish: &NetworkWish) -> Vec<NetworkStep> {
    let RegionNetwork::Missing { zones, taken } = network else { return Vec::new() };
    let Some(range) = free_range(taken) else { return Vec::new() };
    let subnets = (0..).zip(zones).filter_map(|(number, zone)| {
        let range = range.part(SUBNET_PREFIX, number)?.to_string();
        Some(PlannedSubnet { zone: zone.id.clone(), range })
    });
    let region = region.to_owned();
    vec![
        NetworkStep::MakeNetwork {
            region: region.clone(),
            network: wish.name_of_new(),
            deployment: wish.of_deployment.clone(),
            range: range.to_string(),
            ipv6: wish.ipv6 == Ipv6::One,
        },
        NetworkStep::MakeGateway { region: region.clone() },
        NetworkStep::MakeS3Endpoint { region: region.clone() },
        NetworkStep::MakeSubnets { region, subnets: subnets.collect() },
    ]
}

/// The first range that no network of the region has a part of.
fn free_range(taken: &[String]) -> Option<AddressRange> {
    let taken: Vec<AddressRange> = taken.iter().filter_map(|range| range.parse().ok()).collect();
    let ranges = SECOND_NUMBERS.filter_map(|number| format!("10.{number}.0.0/16").parse().ok());
    ranges.into_iter().find(|range: &AddressRange| !taken.iter().any(|other| range.overlaps(other)))
}

/// What the security group is made in: the network's id, or the name of the one that is made.
pub(super) fn group_network(network: &RegionNetwork, wish: &NetworkWish) -> String {
    match network {
        RegionNetwork::There(known) => known.id.clone(),
        RegionNetwork::Missing { .. } | RegionNetwork::Unfit(_) => wish.name_of_new(),
    }
}

/// The ids of the groups that were named.
pub(super) fn named_groups(network: &RegionNetwork) -> Vec<String> {
    match network {
        RegionNetwork::There(known) => known.groups.iter().map(|group| group.id.clone()).collect(),
        RegionNetwork::Missing { .. } | RegionNetwork::Unfit(_) => Vec::new(),
    }
}

/// What is worth saying of the networks of the candidates.
pub(super) fn notes(wish: &Wish, demand: Demand<'_>, world: &World, candidates: &[Candidate]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for candidate in candidates {
        let Some(RegionNetwork::There(known)) =
            world.regions.get(&candidate.region).map(|region| &region.network)
        else {
            continue;
        };
        let subnets = known.subnets.iter().flatten();
        let left_out = reasons(subnets.filter_map(|subnet| Some((subnet, unfit(demand, subnet)?))));
        notes.extend((!left_out.is_empty()).then(|| format!("left out: {left_out}")));
        notes.extend(groups_note(&known.groups, wish.ssh_port, &world.ssh_from));
    }
    notes.extend(private_note(wish, &world.ssh_from));
    let mut said = std::collections::BTreeSet::new();
    notes.retain(|note| said.insert(note.clone()));
    notes
}

/// Whether the groups that were named let SSH in from where the caller is.
fn groups_note(groups: &[GroupRules], port: u16, from: &AddressRange) -> Option<String> {
    if groups.is_empty() {
        return None;
    }
    let names =
        groups.iter().map(|group| format!("{} ({})", group.id, group.name)).collect::<Vec<_>>().join(", ");
    let (one, them) =
        if groups.len() == 1 { ("security group", "it does") } else { ("security groups", "they do") };
    let on_port = || {
        let rules = groups.iter().flat_map(|group| &group.admits);
        rules.filter(|rule| (rule.ports.0..=rule.ports.1).contains(&port))
    };
    let ranges = on_port().flat_map(|rule| rule.from.iter().filter_map(|range| range.parse().ok()));
    if ranges.into_iter().any(|range: AddressRange| range.contains(from)) {
        return None;
    }
    Some(if on_port().any(|rule| rule.others == Others::Some) {
        format!(
            "whether {one} {names} lets SSH (port {port}) in from {from} is not known: {them} so by other groups or prefix lists"
        )
    } else {
        format!("{one} {names}: SSH (port {port}) is not let in from {from}")
    })
}

/// A machine without a public address is not reached from where the caller is seen from, unless by IPv6.
fn private_note(wish: &Wish, from: &AddressRange) -> Option<String> {
    let private = wish.network.public_address == PublicAddress::None;
    let by_ipv6 = wish.network.ipv6 == Ipv6::One;
    if !private
        || !wish.network.groups.is_empty()
        || wish.ssh_from != SshFrom::Caller
        || (by_ipv6 && from.is_ipv6())
    {
        return None;
    }
    let how = if by_ipv6 { "by IPv6" } else { "from within its network" };
    Some(format!(
        "the machine is reached {how} alone, and its security group lets in {from}: say who comes with --ssh-from"
    ))
}
