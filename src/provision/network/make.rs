//! Makes the parts of a network, one after the other, each carried out once whatever becomes of its answer.
//!
//! EC2 takes no idempotency token for most of them: what a call without an answer made is found by the launch's tag. A
//! part that has just been made may not be known everywhere yet, so "there is none" is asked again for a while.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::aws::ec2::Ec2;
use crate::aws::types::network::Network;
use crate::aws::{AwsError, ErrorKind};
use crate::model::AddressRange;
use crate::model::tag::Tag;
use crate::provision::plan::network::PlannedSubnet;

/// The pauses between one try and the next.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(4),
];
/// A subnet's part of the network's IPv6 range: <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
const IPV6_SUBNET_PREFIX: u8 = 64;

/// A network as far as it is made.
#[derive(Debug)]
pub(in crate::provision) struct NewNetwork {
    ec2: Ec2,
    region: String,
    launch: String,
    /// Those of each of its parts.
    tags: Vec<Tag>,
    /// `vpc-…`.
    pub(in crate::provision) id: String,
    ipv6_range: Option<AddressRange>,
    table: String,
    subnets: BTreeMap<String, String>,
}

impl NewNetwork {
    /// Makes the network itself.
    pub(in crate::provision) async fn make(
        ec2: Ec2,
        region: &str,
        launch: &str,
        tags: Vec<Tag>,
        range: &str,
        ipv6: bool,
    ) -> Result<Self, AwsError> {
        let made = || async { Ok(ec2.own_networks(Some(launch)).await?.into_iter().next()) };
        let network = once(|| ec2.make_network(range, ipv6, &tags), made).await?;
        let id = network.id.clone();
        let table = shown("DescribeRouteTables", || async {
            let tables = ec2.route_tables(Some(&id)).await?;
            Ok(tables.into_iter().find(|table| table.is_main).map(|table| table.id))
        });
        let ipv6_range = async {
            if !ipv6 {
                return Ok(None);
            }
            shown("DescribeVpcs", || ipv6_range_of(&ec2, launch, &id)).await.map(Some)
        };
        let (table, ipv6_range) = tokio::try_join!(table, ipv6_range)?;
        let (region, launch) = (region.to_owned(), launch.to_owned());
        Ok(Self {
            region,
            launch,
            tags,
            id: network.id,
            ipv6_range,
            table,
            subnets: BTreeMap::new(),
            ec2: ec2.clone(),
        })
    }

    /// Makes the internet gateway and the routes to it.
    pub(in crate::provision) async fn make_gateway(&self) -> Result<(), AwsError> {
        let made = || async {
            let gateways = self.ec2.own_gateways(Some(&self.launch)).await?;
            Ok(gateways.into_iter().next().map(|gateway| gateway.id))
        };
        let gateway = once(|| self.ec2.make_gateway(&self.tags), made).await?;
        known(|| self.ec2.attach_gateway(&gateway, &self.id)).await?;
        known(|| self.ec2.route_out(&self.table, &gateway)).await?;
        if self.ipv6_range.is_some() {
            known(|| self.ec2.route_out_ipv6(&self.table, &gateway)).await?;
        }
        Ok(())
    }

    /// Makes the gateway to S3.
    pub(in crate::provision) async fn make_s3_endpoint(&self) -> Result<(), AwsError> {
        let token = format!("cloudkit-{}-s3", self.launch);
        known(|| self.ec2.make_s3_endpoint(&self.region, &self.id, &self.table, &token, &self.tags)).await
    }

    /// Makes the subnets, side by side.
    pub(in crate::provision) async fn make_subnets(
        &mut self,
        planned: &[PlannedSubnet],
    ) -> Result<(), AwsError> {
        let make = async |number: u32, subnet: &PlannedSubnet| {
            let part = self.ipv6_range.as_ref().and_then(|range| range.part(IPV6_SUBNET_PREFIX, number));
            let ipv6 = part.map(|range| range.to_string());
            let made = || async {
                let subnets = self.ec2.subnets_of_launch(&self.launch).await?;
                Ok(subnets.into_iter().find(|one| one.range.as_deref() == Some(subnet.range.as_str())))
            };
            let call =
                || self.ec2.make_subnet(&self.id, &subnet.zone, &subnet.range, ipv6.clone(), &self.tags);
            Ok::<_, AwsError>((subnet.zone.clone(), once(call, made).await?.id))
        };
        let subnets = try_join_all((0..).zip(planned).map(|(number, subnet)| make(number, subnet))).await?;
        self.subnets.extend(subnets);
        Ok(())
    }

    /// The subnet of a zone.
    pub(in crate::provision) fn subnet(&self, zone: Option<&str>) -> Option<&str> {
        self.subnets.get(zone?).map(String::as_str)
    }
}

async fn ipv6_range_of(ec2: &Ec2, launch: &str, id: &str) -> Result<Option<AddressRange>, AwsError> {
    let networks: Vec<Network> = ec2.own_networks(Some(launch)).await?;
    let range = networks.into_iter().find(|network| network.id == id).and_then(|network| network.ipv6_range);
    Ok(range.and_then(|range| range.parse().ok()))
}

/// Makes something once: where the answer was lost, what was made is looked for before it is asked for again.
async fn once<T>(
    make: impl AsyncFn() -> Result<T, AwsError>,
    find: impl AsyncFn() -> Result<Option<T>, AwsError>,
) -> Result<T, AwsError> {
    let mut pauses = PAUSES.iter();
    let mut perhaps_made = false;
    loop {
        let error = match make().await {
            Ok(made) => return Ok(made),
            Err(error) => error,
        };
        perhaps_made |= error.may_have_happened;
        if perhaps_made && let Some(made) = find().await? {
            return Ok(made);
        }
        match pauses.next() {
            Some(pause) if perhaps_made || passes(&error) => tokio::time::sleep(*pause).await,
            _ => return Err(error),
        }
    }
}

/// Calls until what has just been made is known everywhere.
pub(in crate::provision) async fn known<T>(
    call: impl AsyncFn() -> Result<T, AwsError>,
) -> Result<T, AwsError> {
    let mut pauses = PAUSES.iter();
    loop {
        match call().await {
            Err(error) if passes(&error) => match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Err(error),
            },
            outcome => return outcome,
        }
    }
}

/// Looks until something is shown.
async fn shown<T>(
    operation: &'static str,
    look: impl AsyncFn() -> Result<Option<T>, AwsError>,
) -> Result<T, AwsError> {
    let mut pauses = PAUSES.iter();
    loop {
        if let Some(found) = look().await? {
            return Ok(found);
        }
        match pauses.next() {
            Some(pause) => tokio::time::sleep(*pause).await,
            None => return Err(AwsError::not_shown(operation)),
        }
    }
}

/// Whether an error passes by itself: what was just made is not known yet, or there were too many calls.
fn passes(error: &AwsError) -> bool {
    matches!(error.kind, ErrorKind::NotFound | ErrorKind::Throttled)
}
