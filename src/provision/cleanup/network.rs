//! Networks that launches made and that nothing is in any more.
//!
//! A network serves every launch of its region, so it stays while a machine, anybody's interface or a group is in it.

use super::{Present, serves_nothing};
use crate::aws::AwsError;
use crate::aws::ec2::Ec2;
use crate::aws::types::network::{Gateway, Network};
use crate::aws::types::{Group, Machine};
use crate::model::tag::{self, Tag};
use crate::provision::report::LeftoverKind;

/// What cloudkit made of networks in a region.
#[derive(Debug)]
pub(super) struct OwnNetworks {
    networks: Vec<Network>,
    gateways: Vec<Gateway>,
    /// The network of each interface in them, and its machine.
    interfaces: Vec<(String, Option<String>)>,
}

impl OwnNetworks {
    /// The tags of each of them.
    pub(super) fn tags(&self) -> impl Iterator<Item = &Vec<Tag>> {
        let gateways = self.gateways.iter().map(|gateway| &gateway.tags);
        self.networks.iter().map(|network| &network.tags).chain(gateways)
    }
}

/// Looks for networks; what is in them is asked for only where there are any.
pub(super) async fn look(ec2: &Ec2) -> Result<OwnNetworks, AwsError> {
    let (networks, gateways) = tokio::try_join!(ec2.own_networks(None), ec2.own_gateways(None))?;
    let ids: Vec<&str> = networks.iter().map(|network| network.id.as_str()).collect();
    let interfaces = if ids.is_empty() { Vec::new() } else { ec2.interfaces_in(&ids).await? };
    Ok(OwnNetworks { networks, gateways, interfaces })
}

/// The networks that serve nothing, and the gateways that never came to one: kind, id and tags of each.
pub(super) fn left_over<'n>(
    own: &'n OwnNetworks,
    groups: &[Group],
    machines: &[Machine],
    present: Present<'_>,
) -> impl Iterator<Item = (LeftoverKind, &'n str, &'n [Tag])> {
    // A launch of which a machine is shown has made what it makes.
    let may_come = move |tags: &[Tag]| {
        let launch = launch_of(tags);
        let has_machine = machines.iter().any(|machine| machine.tag(tag::LAUNCH) == launch);
        !has_machine && present.may_be_under_way(launch)
    };
    let serves = move |network: &Network| {
        let ended = |machine: &Option<String>| {
            machines.iter().any(|one| Some(&one.id) == machine.as_ref() && one.state.is_ended())
        };
        let in_use = own.interfaces.iter().any(|(its, machine)| *its == network.id && !ended(machine));
        let group = |group: &Group| group.network.as_ref() == Some(&network.id);
        let has_group = groups.iter().any(|one| group(one) && !serves_nothing(one, machines, present));
        in_use || has_group || may_come(&network.tags)
    };
    let networks = own.networks.iter().filter(|network| !serves(network));
    let networks = networks.map(|network| (LeftoverKind::Network, &*network.id, &*network.tags));
    let loose = |gateway: &&Gateway| gateway.network.is_none() && !may_come(&gateway.tags);
    let gateways = own.gateways.iter().filter(loose);
    let gateways = gateways.map(|gateway| (LeftoverKind::InternetGateway, &*gateway.id, &*gateway.tags));
    networks.collect::<Vec<_>>().into_iter().chain(gateways.collect::<Vec<_>>())
}

fn launch_of(tags: &[Tag]) -> Option<&str> {
    tag::value_of(tags, tag::LAUNCH)
}
