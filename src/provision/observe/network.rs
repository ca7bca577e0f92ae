//! Reads the network of a region: finds what was named, and no more than the plan needs.
//!
//! Where the default network is good enough, one call is all; which subnets of a network will do is the plan's to say.

use super::{ObserveError, aws};
use crate::aws::ec2::Ec2;
use crate::aws::types::network::{EndpointServes, GroupRules, Network, RouteTable, S3Endpoint, Subnet};
use crate::model::RegionName;
use crate::provision::wish::network::{NetworkWish, PublicAddress};
use crate::provision::world::network::{
    KnownNetwork, KnownSubnet, NetworkKind, NetworkProblem, PartKind, RegionNetwork, S3Way,
};

/// The subnets of a network or of all, and the ways that lead out of them.
pub(super) struct Surroundings {
    pub(super) subnets: Vec<Subnet>,
    pub(super) tables: Vec<RouteTable>,
    /// `None` where nobody asked.
    pub(super) endpoints: Option<Vec<S3Endpoint>>,
}

/// Whether the subnets have to be known where EC2 could choose one in the default network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subnets {
    /// EC2 chooses.
    LeftToEc2,
    /// All of them that will do are named.
    Sought,
}

/// Reads what is known of the network to launch into.
pub(super) async fn observe_network(
    wish: &NetworkWish,
    subnets: Subnets,
    ec2: &Ec2,
    region: &RegionName,
) -> Result<RegionNetwork, ObserveError> {
    let looking = || aws(format!("the networks of {region}"));
    let groups = async { ec2.groups_named(&wish.groups).await.map_err(looking()) };
    let networks = async { ec2.networks().await.map_err(looking()) };
    // What is named by an id or a name is found among everything, beside the question for the networks; what is in the
    // network that is found there can be asked for only then.
    let named = async {
        let seek = wish.names_a_place() || subnets == Subnets::Sought;
        if seek { surroundings(wish, ec2, region, None).await.map(Some) } else { Ok(None) }
    };
    let (networks, groups, named) = tokio::try_join!(networks, groups, named)?;
    let search = Search { wish, region, networks: &networks, groups: &groups };
    let chosen = match search.network(named.as_ref()) {
        Ok(Some(chosen)) => chosen,
        Ok(None) => {
            let zones = ec2.standard_zones().await.map_err(aws(format!("the zones of {region}")))?;
            let taken = networks.iter().flat_map(|network| network.ranges.clone()).collect();
            return Ok(RegionNetwork::Missing { zones, taken });
        }
        Err(problem) => return Ok(RegionNetwork::Unfit(problem)),
    };
    let around = match named {
        // Where EC2 chooses it takes one of these, and so do the pools of a fleet.
        Some(mut around) if chosen.1 == NetworkKind::Default && wish.leaves_the_subnet_to_ec2() => {
            around.subnets.retain(|subnet| subnet.is_default);
            Some(around)
        }
        Some(around) => Some(around),
        None if chosen.1 == NetworkKind::Default && wish.leaves_the_subnet_to_ec2() => None,
        None => Some(surroundings(wish, ec2, region, Some(&chosen.0.id)).await?),
    };
    Ok(search.known(chosen, around).map_or_else(RegionNetwork::Unfit, RegionNetwork::There))
}

async fn surroundings(
    wish: &NetworkWish,
    ec2: &Ec2,
    region: &RegionName,
    network: Option<&str>,
) -> Result<Surroundings, ObserveError> {
    let looking = |what: &str| aws(format!("the {what} of {region}"));
    let subnets = async { ec2.subnets(network).await.map_err(looking("subnets")) };
    let tables = async { ec2.route_tables(network).await.map_err(looking("route tables")) };
    let endpoints = async {
        if wish.public_address == PublicAddress::One {
            return Ok(None);
        }
        ec2.s3_endpoints(region.as_str(), network).await.map_err(looking("S3 endpoints")).map(Some)
    };
    let (subnets, tables, endpoints) = tokio::try_join!(subnets, tables, endpoints)?;
    Ok(Surroundings { subnets, tables, endpoints })
}

/// What was named, and what there is.
struct Search<'s> {
    wish: &'s NetworkWish,
    region: &'s RegionName,
    networks: &'s [Network],
    groups: &'s [GroupRules],
}

type Chosen<'s> = (&'s Network, NetworkKind);

impl<'s> Search<'s> {
    /// The network that was named or that a named subnet is in, else the deployment's where it has one to itself, else the
    /// default one, else the one that launches made.
    fn network(&self, named: Option<&Surroundings>) -> Result<Option<Chosen<'s>>, NetworkProblem> {
        if let Some(wanted) = &self.wish.network {
            let with_name = self.networks.iter().map(|one| (one.id.as_str(), one.name(), one));
            return self
                .only(PartKind::Network, wanted, with_name)
                .map(|network| Some((network, NetworkKind::Named)));
        }
        if let (Some(first), Some(around)) = (self.wish.subnets.first(), named) {
            let subnet = self.subnet(first, &around.subnets, None)?;
            let its = self.networks.iter().find(|network| network.id == subnet.network);
            return its
                .map(|network| Some((network, NetworkKind::Named)))
                .ok_or_else(|| self.not_there(PartKind::Network, &subnet.network));
        }
        let of_deployment = self.wish.of_deployment.as_deref();
        let default = self.networks.iter().find(|network| network.is_default && of_deployment.is_none());
        if let Some(network) = default {
            return Ok(Some((network, NetworkKind::Default)));
        }
        if let Some(wanted) = self.wish.groups.first() {
            let region = self.region.to_string();
            return Err(NetworkProblem::GroupWithoutNetwork { wanted: wanted.clone(), region });
        }
        let own = self.networks.iter().filter(|network| network.is_own_for(of_deployment));
        Ok(own.min_by(|one, other| one.id.cmp(&other.id)).map(|network| (network, NetworkKind::Own)))
    }

    fn known(
        &self,
        chosen: Chosen<'_>,
        around: Option<Surroundings>,
    ) -> Result<KnownNetwork, NetworkProblem> {
        let (network, kind) = chosen;
        let groups = self.wish.groups.iter().map(|wanted| self.group(wanted, &network.id));
        let groups = groups.collect::<Result<_, _>>()?;
        let subnets = around.map(|around| self.subnets_of(&network.id, &around)).transpose()?;
        Ok(KnownNetwork { id: network.id.clone(), kind, subnets, groups })
    }

    fn subnets_of(&self, network: &str, around: &Surroundings) -> Result<Vec<KnownSubnet>, NetworkProblem> {
        if self.wish.subnets.is_empty() {
            let its = around.subnets.iter().filter(|subnet| subnet.network == network);
            return Ok(its.map(|subnet| known_subnet(subnet, around)).collect());
        }
        let named = self.wish.subnets.iter();
        named
            .map(|wanted| {
                self.subnet(wanted, &around.subnets, Some(network)).map(|one| known_subnet(one, around))
            })
            .collect()
    }

    /// A subnet by its id or its name, in a network where that is known already.
    fn subnet<'a>(
        &self,
        wanted: &str,
        subnets: &'a [Subnet],
        network: Option<&str>,
    ) -> Result<&'a Subnet, NetworkProblem> {
        let parts = subnets.iter().map(|one| (one.id.as_str(), one.name(), one.network.as_str(), one));
        self.only_in(PartKind::Subnet, wanted, parts.collect(), network)
    }

    fn group(&self, wanted: &str, network: &str) -> Result<GroupRules, NetworkProblem> {
        let parts = self.groups.iter().flat_map(|one| {
            let names =
                [Some(one.name.as_str()), crate::model::tag::value_of(&one.tags, crate::model::tag::NAME)];
            let its = one.network.as_deref().unwrap_or_default();
            names.map(|name| (one.id.as_str(), name, its, one))
        });
        self.only_in(PartKind::Group, wanted, parts.collect(), Some(network)).cloned()
    }

    /// The one part that goes by an id or a name, those of the network before all others.
    fn only_in<'a, T>(
        &self,
        kind: PartKind,
        wanted: &str,
        parts: Vec<(&'a str, Option<&'a str>, &'a str, &'a T)>,
        network: Option<&str>,
    ) -> Result<&'a T, NetworkProblem> {
        let within = parts.iter().filter(|part| network.is_none_or(|network| part.2 == network));
        let found = self.only(kind, wanted, within.map(|part| (part.0, part.1, part.3)));
        let Err(NetworkProblem::NotThere { .. }) = found else { return found };
        match (parts.into_iter().find(|part| part.0 == wanted || part.1 == Some(wanted)), network) {
            (Some(elsewhere), Some(network)) => Err(NetworkProblem::Elsewhere {
                kind,
                wanted: wanted.to_owned(),
                its: elsewhere.2.to_owned(),
                network: network.to_owned(),
            }),
            _ => found,
        }
    }

    /// The one that has an id, or that alone has a name.
    fn only<'a, T>(
        &self,
        kind: PartKind,
        wanted: &str,
        all: impl Iterator<Item = (&'a str, Option<&'a str>, &'a T)>,
    ) -> Result<&'a T, NetworkProblem> {
        let mut found: Vec<(&str, &T)> = all
            .filter(|(id, name, _)| *id == wanted || *name == Some(wanted))
            .map(|(id, _, one)| (id, one))
            .collect();
        found.sort_unstable_by_key(|(id, _)| *id);
        found.dedup_by_key(|(id, _)| *id);
        match found.as_slice() {
            [(_, only)] => Ok(only),
            [] => Err(self.not_there(kind, wanted)),
            several => Err(NetworkProblem::Several {
                kind,
                wanted: wanted.to_owned(),
                ids: several.iter().map(|(id, _)| (*id).to_owned()).collect(),
                region: self.region.to_string(),
            }),
        }
    }

    fn not_there(&self, kind: PartKind, wanted: &str) -> NetworkProblem {
        NetworkProblem::NotThere { kind, wanted: wanted.to_owned(), region: self.region.to_string() }
    }
}

/// A subnet with its route table: the one that it was given, else the network's main one.
pub(super) fn known_subnet(subnet: &Subnet, around: &Surroundings) -> KnownSubnet {
    let given = around.tables.iter().find(|table| table.subnets.contains(&subnet.id));
    let main = || around.tables.iter().find(|table| table.is_main && table.network == subnet.network);
    let table = given.or_else(main);
    let serves = |endpoint: &S3Endpoint| match &endpoint.serves {
        EndpointServes::Everything => endpoint.network == subnet.network,
        EndpointServes::RouteTables(tables) => table.is_some_and(|table| tables.contains(&table.id)),
    };
    KnownSubnet {
        id: subnet.id.clone(),
        zone: subnet.zone_id.clone().or_else(|| subnet.zone.clone()).unwrap_or_default(),
        zone_name: subnet.zone.clone(),
        free_addresses: subnet.free_addresses,
        has_ipv6: subnet.has_ipv6,
        ipv6_only: subnet.ipv6_only,
        route_table: table.map(|table| table.id.clone()),
        way_out: table.and_then(|table| table.way_out),
        s3_endpoint: match &around.endpoints {
            None => S3Way::NotAsked,
            Some(endpoints) if endpoints.iter().any(serves) => S3Way::There,
            Some(_) => S3Way::None,
        },
    }
}
