//! Removes a network of cloudkit's own, its parts in the order in which they hang on each other.
//!
//! Only parts that carry our tags are removed; somebody else's part in it keeps the network there.

use futures_util::future::try_join_all;

use crate::aws::AwsError;
use crate::aws::ec2::Ec2;
use crate::model::tag;
use crate::provision::undo::when_free;

/// Removes the networks of a launch and what it made for one; says which there were.
pub(in crate::provision) async fn remove_networks_of_launch(
    ec2: &Ec2,
    region: &str,
    launch: &str,
) -> Result<Vec<String>, AwsError> {
    let networks = ec2.own_networks(Some(launch)).await?;
    for network in &networks {
        remove_network(ec2, region, &network.id).await?;
    }
    // One that was made and never attached.
    for gateway in ec2.own_gateways(Some(launch)).await? {
        ec2.remove_gateway(&gateway.id).await?;
    }
    Ok(networks.into_iter().map(|network| network.id).collect())
}

/// Removes a network and the parts of it that are cloudkit's.
pub(in crate::provision) async fn remove_network(ec2: &Ec2, region: &str, id: &str) -> Result<(), AwsError> {
    let (endpoints, subnets, gateways) =
        tokio::try_join!(ec2.s3_endpoints(region, Some(id)), ec2.subnets(Some(id)), ec2.own_gateways(None))?;
    ec2.remove_endpoints(endpoints.into_iter().map(|endpoint| endpoint.id).collect()).await?;
    let own = subnets.iter().filter(|subnet| tag::value_of(&subnet.tags, tag::MANAGED) == Some("true"));
    try_join_all(own.map(async |subnet| when_free(|| ec2.remove_subnet(&subnet.id)).await)).await?;
    for gateway in gateways.into_iter().filter(|gateway| gateway.network.as_deref() == Some(id)) {
        when_free(|| ec2.detach_gateway(&gateway.id, id)).await?;
        ec2.remove_gateway(&gateway.id).await?;
    }
    when_free(|| ec2.remove_network(id)).await
}
