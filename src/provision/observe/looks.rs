//! Looks at what would make a launch fail and what no plan needs: offerings, default subnets, the role for spot machines.
//!
//! All calls run together, beside those of the plan. One that fails leaves its part unknown, since a launch does without.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::network::{Surroundings, known_subnet};
use crate::aws::ec2::Ec2;
use crate::aws::{AwsError, Session};
use crate::model::{Market, RegionName};
use crate::provision::wish::Wish;
use crate::provision::world::looks::{Look, Looks, Presence};
use crate::provision::world::network::KnownSubnet;

/// The role without which EC2 launches no spot machine.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html>
const SPOT_ROLE: &str = "AWSServiceRoleForEC2Spot";

/// Looks at everything but the quotas, which are asked for elsewhere.
pub async fn look(wish: &Wish, session: &Session) -> Looks {
    let regions: BTreeSet<&RegionName> = wish.candidates.iter().map(|machine| &machine.region).collect();
    let offerings = join_all(regions.iter().map(async |region| {
        let types = wish.candidates.iter().filter(|machine| machine.region == **region);
        let types: BTreeSet<&str> = types.map(|machine| machine.instance_type.as_str()).collect();
        let types: Vec<&str> = types.into_iter().collect();
        (region.to_string(), Look::from(session.ec2(region).offerings(&types).await))
    }));
    let subnets = join_all(regions.iter().map(async |region| {
        // Where a plan names subnets it has looked at them itself.
        let ec2_chooses = wish.network.leaves_the_subnet_to_ec2() && !wish.spreads_over_zones(region);
        let look = match ec2_chooses {
            true => Look::from(default_subnets(&session.ec2(region)).await),
            false => Look::NotAsked,
        };
        (region.to_string(), look)
    }));
    let spot_role = async {
        let first = wish.candidates.iter().find(|machine| machine.market == Market::Spot);
        let Some(first) = first else { return Look::NotAsked };
        let there = |there| if there { Presence::There } else { Presence::Missing };
        Look::from(session.iam(&first.region).has_role(SPOT_ROLE).await.map(there))
    };
    let (offerings, subnets, spot_role) = tokio::join!(offerings, subnets, spot_role);
    Looks {
        quotas: Vec::new(),
        offerings: offerings.into_iter().collect(),
        default_subnets: subnets.into_iter().collect::<BTreeMap<_, _>>(),
        spot_role,
    }
}

async fn default_subnets(ec2: &Ec2) -> Result<Vec<KnownSubnet>, AwsError> {
    let (subnets, tables) = tokio::try_join!(ec2.default_subnets(), ec2.route_tables(None))?;
    let around = Surroundings { subnets, tables, endpoints: None };
    Ok(around.subnets.iter().map(|subnet| known_subnet(subnet, &around)).collect())
}
