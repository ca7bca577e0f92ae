//! The subnets that a machine may come into: their free addresses, and the way that leads out of them.
//!
//! Of subnets that were named, or are of a network without defaults, the plan has judged already which will do; here EC2's
//! own choice among the default ones is looked at, and the rest told.

use super::{Check, Finding, Fix};
use crate::aws::types::network::WayOut;
use crate::provision::plan::Candidate;
use crate::provision::wish::Wish;
use crate::provision::wish::network::PublicAddress;
use crate::provision::world::World;
use crate::provision::world::looks::Look;
use crate::provision::world::network::{KnownNetwork, KnownSubnet, RegionNetwork, S3Way};

/// What is wrong with all default subnets among which EC2 chooses for a machine; none where EC2 does not choose, or nobody
/// could look.
pub(super) fn of_default_subnets(candidate: &Candidate, world: &World) -> Option<Finding> {
    let network = default_network(candidate, world)?;
    let known = world.looks.default_subnets.get(&candidate.region)?.known()?;
    let mine: Vec<&KnownSubnet> = known.iter().filter(|subnet| may_get(candidate, world, subnet)).collect();
    let region = &candidate.region;
    if mine.is_empty() {
        return Some(no_default_subnet(candidate, &network.id, known));
    }
    if mine.iter().any(|subnet| full(subnet) == Some(false) || full(subnet).is_none()) {
        let usable = |subnet: &&&KnownSubnet| full(subnet) != Some(true);
        let lead_nowhere =
            mine.iter().filter(usable).all(|subnet| subnet.way_out != Some(WayOut::InternetGateway));
        return lead_nowhere.then(|| no_way_out(region, &network.id, mine.first().copied()));
    }
    Some(all_full(region, &mine))
}

/// The default network, where EC2 chooses the subnet.
fn default_network<'w>(candidate: &Candidate, world: &'w World) -> Option<&'w KnownNetwork> {
    match &world.regions.get(&candidate.region)?.network {
        RegionNetwork::There(known) if known.subnets.is_none() && candidate.interface.is_none() => {
            Some(known)
        }
        _ => None,
    }
}

/// Whether EC2 may put the machine there: in its zone, or in any that offers its type.
fn may_get(candidate: &Candidate, world: &World, subnet: &KnownSubnet) -> bool {
    if let Some(zone) = &candidate.zone {
        return *zone == subnet.zone || subnet.zone_name.as_ref() == Some(zone);
    }
    let offerings = world.looks.offerings.get(&candidate.region).and_then(Look::known);
    let zones = offerings.and_then(|offerings| offerings.get(&candidate.instance_type));
    zones.is_none_or(|zones| zones.contains(&subnet.zone))
}

/// No default subnet where the machine is to be; a zone that was named may not be one at all, so those that have one are told.
fn no_default_subnet(candidate: &Candidate, network: &str, known: &[KnownSubnet]) -> Finding {
    let by_id = candidate.zone.as_deref().is_some_and(|zone| zone.contains("-az"));
    let mut there: Vec<&str> = known
        .iter()
        .map(|subnet| subnet.zone_name.as_deref().filter(|_| !by_id).unwrap_or(&subnet.zone))
        .collect();
    there.sort_unstable();
    let only =
        if there.is_empty() { String::new() } else { format!("; there is one in {}", there.join(", ")) };
    let place = candidate.zone.as_deref().unwrap_or("a zone with it");
    let detail = format!("the default network {network} has no default subnet in {place}{only}");
    let zone = match &candidate.zone {
        Some(zone) if by_id => format!("--availability-zone-id {zone}"),
        Some(zone) => format!("--availability-zone {zone}"),
        None => "--availability-zone AVAILABILITY_ZONE".to_owned(),
    };
    let make = format!("aws ec2 create-default-subnet --region {} {zone}", candidate.region);
    Finding::fix(Check::Addresses, detail, vec![Fix::command("make one", make)])
}

fn full(subnet: &KnownSubnet) -> Option<bool> {
    subnet.free_addresses.map(|free| free == 0)
}

fn all_full(region: &str, subnets: &[&KnownSubnet]) -> Finding {
    let ids: Vec<&str> = subnets.iter().map(|subnet| subnet.id.as_str()).collect();
    let detail = format!("no subnet for it has a free address: {}", ids.join(", "));
    let unused = Fix::command(
        "see the interfaces that nothing uses and that hold addresses",
        format!(
            "aws ec2 describe-network-interfaces --region {region} --filters Name=status,Values=available \
             Name=subnet-id,Values={}",
            ids.join(",")
        ),
    );
    Finding::fix(Check::Addresses, detail, vec![unused])
}

fn no_way_out(region: &str, network: &str, subnet: Option<&KnownSubnet>) -> Finding {
    let detail = format!(
        "no subnet of network {network} has a route to an internet gateway: the machine could neither be reached nor fetch \
         its agent from S3"
    );
    let table = subnet.and_then(|subnet| subnet.route_table.as_deref()).unwrap_or("ROUTE_TABLE");
    let gateway = format!(
        "aws ec2 describe-internet-gateways --region {region} --filters Name=attachment.vpc-id,Values={network} \
         --query 'InternetGateways[0].InternetGatewayId' --output text"
    );
    let route = Fix::command(
        "give its route table the route, where the network has a gateway",
        format!(
            "aws ec2 create-route --region {region} --route-table-id {table} --destination-cidr-block 0.0.0.0/0 \
             --gateway-id $({gateway})"
        ),
    );
    Finding::fix(Check::Route, detail, vec![route])
}

/// How the network of a region stands for the machines that are to come into it.
pub(super) fn findings(wish: &Wish, region: &str, candidates: &[&Candidate], world: &World) -> Vec<Finding> {
    let Some(of_region) = world.regions.get(region) else { return Vec::new() };
    let known = match &of_region.network {
        RegionNetwork::Missing { .. } => {
            let why = match &wish.network.of_deployment {
                Some(name) => format!("{name} has a network to itself"),
                None => "there is no default network".to_owned(),
            };
            let detail = format!("{why}, so the launch makes one, with subnets, gateway and a way to S3");
            return vec![Finding::ok(Check::Route, detail).of(region)];
        }
        // Why it won't do is told of each machine.
        RegionNetwork::Unfit(_) => return Vec::new(),
        RegionNetwork::There(known) => known,
    };
    if let Some(wrong) = candidates.iter().find_map(|candidate| of_default_subnets(candidate, world)) {
        return vec![wrong.of(format!("{region}, {}", known.id))];
    }
    let subnets = match (&known.subnets, world.looks.default_subnets.get(region)) {
        (Some(subnets), _) | (None, Some(Look::Known(subnets))) => subnets,
        (None, Some(Look::Unknown { because })) => {
            return vec![
                Finding::unknown(Check::Addresses, because).of(region),
                Finding::unknown(Check::Route, because).of(region),
            ];
        }
        (None, None | Some(Look::NotAsked)) => return Vec::new(),
    };
    let subject = format!("{region}, {}", known.id);
    vec![addresses(subnets).of(subject.clone()), route(subnets, wish.network.public_address).of(subject)]
}

fn addresses(subnets: &[KnownSubnet]) -> Finding {
    let full: Vec<&str> =
        subnets.iter().filter(|subnet| full(subnet) == Some(true)).map(|one| one.zone.as_str()).collect();
    let but = if full.is_empty() { String::new() } else { format!("; none in {}", full.join(", ")) };
    let known: Option<u32> = subnets
        .iter()
        .map(|subnet| subnet.free_addresses)
        .try_fold(0, |sum: u32, free| sum.checked_add(free?));
    match known {
        None => Finding::unknown(Check::Addresses, "EC2 does not say how many addresses are free"),
        Some(free) => {
            let of =
                if subnets.len() == 1 { "1 subnet".to_owned() } else { format!("{} subnets", subnets.len()) };
            Finding::ok(Check::Addresses, format!("{free} free addresses in {of}{but}"))
        }
    }
}

fn route(subnets: &[KnownSubnet], address: PublicAddress) -> Finding {
    let way = |subnet| way(subnet, address);
    let mut ways: Vec<&str> = subnets.iter().filter_map(way).collect();
    ways.sort_unstable();
    ways.dedup();
    let without: Vec<&str> =
        subnets.iter().filter(|subnet| way(subnet).is_none()).map(|subnet| subnet.id.as_str()).collect();
    let but = if without.is_empty() { String::new() } else { format!("; none from {}", without.join(", ")) };
    Finding::ok(Check::Route, format!("S3 is reached by {}{but}", ways.join(" and ")))
}

/// How S3 is reached from a subnet; an internet gateway speaks for machines with a public address alone.
fn way(subnet: &KnownSubnet, address: PublicAddress) -> Option<&'static str> {
    match (subnet.s3_endpoint, subnet.way_out) {
        (S3Way::There, _) => Some("an endpoint of S3"),
        (_, Some(WayOut::InternetGateway)) if address == PublicAddress::One => Some("an internet gateway"),
        (_, Some(WayOut::Elsewhere)) => Some("a NAT gateway or the like"),
        _ => None,
    }
}
