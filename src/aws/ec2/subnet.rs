//! Subnets, and the ways that lead out of them: route tables and endpoints of S3.
//!
//! Which way is good enough for a machine is not known here.

use aws_sdk_ec2::types::{ResourceType, RouteState, SubnetCidrBlockStateCode, VpcEndpointType};

use super::network::{gone, own, there};
use super::{Ec2, count_in, filter, incomplete, sent_once, tags_in, tags_out};
use crate::aws::error::AwsError;
use crate::aws::types::network::{EndpointServes, RouteTable, S3Endpoint, Subnet, WayOut};
use crate::model::tag::Tag;

/// The rest of the world.
const EVERYTHING: &str = "0.0.0.0/0";
/// The rest of the world by IPv6.
const EVERYTHING_IPV6: &str = "::/0";

impl Ec2 {
    /// The subnets of a network, or of every network.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn subnets(&self, network: Option<&str>) -> Result<Vec<Subnet>, AwsError> {
        let wanted = network.map(|id| vec![filter("vpc-id", [id])]);
        self.subnets_with(wanted).await
    }

    /// The subnets that a launch made.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn subnets_of_launch(&self, launch: &str) -> Result<Vec<Subnet>, AwsError> {
        self.subnets_with(Some(vec![own(Some(launch))])).await
    }

    /// The subnets among which EC2 chooses where nobody names one.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn default_subnets(&self) -> Result<Vec<Subnet>, AwsError> {
        self.subnets_with(Some(vec![filter("default-for-az", ["true"])])).await
    }

    async fn subnets_with(
        &self,
        wanted: Option<Vec<aws_sdk_ec2::types::Filter>>,
    ) -> Result<Vec<Subnet>, AwsError> {
        let subnets: Vec<_> = self
            .client
            .describe_subnets()
            .set_filters(wanted)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeSubnets", error))?;
        Ok(subnets.into_iter().filter_map(subnet).collect())
    }

    /// Makes a subnet in a zone, by the zone's id.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn make_subnet(
        &self,
        network: &str,
        zone_id: &str,
        range: &str,
        ipv6_range: Option<String>,
        tags: &[Tag],
    ) -> Result<Subnet, AwsError> {
        let request = self
            .client
            .create_subnet()
            .vpc_id(network)
            .availability_zone_id(zone_id)
            .cidr_block(range)
            .set_ipv6_cidr_block(ipv6_range)
            .tag_specifications(tags_out(ResourceType::Subnet, tags));
        let answer = request.customize().config_override(sent_once()).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("CreateSubnet", error))?;
        answer.subnet.and_then(subnet).ok_or_else(|| incomplete("CreateSubnet", "subnet"))
    }

    /// Removes a subnet; one that is gone already counts as removed.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`](crate::aws::ErrorKind::InUse) while an interface is in it.
    pub async fn remove_subnet(&self, id: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_subnet().subnet_id(id).send().await;
        gone(answer.map_err(|error| AwsError::from_sdk("DeleteSubnet", error)))
    }

    /// The route tables of a network, or of every network.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn route_tables(&self, network: Option<&str>) -> Result<Vec<RouteTable>, AwsError> {
        let wanted = network.map(|id| vec![filter("vpc-id", [id])]);
        let tables: Vec<_> = self
            .client
            .describe_route_tables()
            .set_filters(wanted)
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeRouteTables", error))?;
        Ok(tables.into_iter().filter_map(route_table).collect())
    }

    /// Sends everything that has no other route to an internet gateway; such a route that is there already stays.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn route_out(&self, table: &str, gateway: &str) -> Result<(), AwsError> {
        let route = self.client.create_route().route_table_id(table).gateway_id(gateway);
        let answer = route.destination_cidr_block(EVERYTHING).send().await;
        there(answer.map_err(|error| AwsError::from_sdk("CreateRoute", error)))
    }

    /// The same for IPv6.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn route_out_ipv6(&self, table: &str, gateway: &str) -> Result<(), AwsError> {
        let route = self.client.create_route().route_table_id(table).gateway_id(gateway);
        let answer = route.destination_ipv6_cidr_block(EVERYTHING_IPV6).send().await;
        there(answer.map_err(|error| AwsError::from_sdk("CreateRoute", error)))
    }

    /// The endpoints of S3 in a network, or in every network.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn s3_endpoints(
        &self,
        region: &str,
        network: Option<&str>,
    ) -> Result<Vec<S3Endpoint>, AwsError> {
        let mut wanted = vec![filter("service-name", [s3_service(region).as_str()])];
        wanted.extend(network.map(|id| filter("vpc-id", [id])));
        let endpoints: Vec<_> = self
            .client
            .describe_vpc_endpoints()
            .set_filters(Some(wanted))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeVpcEndpoints", error))?;
        Ok(endpoints.into_iter().filter_map(s3_endpoint).collect())
    }

    /// Makes the free gateway to S3 for a route table.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn make_s3_endpoint(
        &self,
        region: &str,
        network: &str,
        table: &str,
        client_token: &str,
        tags: &[Tag],
    ) -> Result<(), AwsError> {
        let answer = self
            .client
            .create_vpc_endpoint()
            .vpc_endpoint_type(VpcEndpointType::Gateway)
            .vpc_id(network)
            .service_name(s3_service(region))
            .route_table_ids(table)
            .client_token(client_token)
            .tag_specifications(tags_out(ResourceType::VpcEndpoint, tags))
            .send()
            .await;
        there(answer.map_err(|error| AwsError::from_sdk("CreateVpcEndpoint", error)))
    }

    /// Removes endpoints.
    ///
    /// # Errors
    /// Where EC2 refuses one of them or can't be reached.
    pub async fn remove_endpoints(&self, ids: Vec<String>) -> Result<(), AwsError> {
        if ids.is_empty() {
            return Ok(());
        }
        let answer = self.client.delete_vpc_endpoints().set_vpc_endpoint_ids(Some(ids)).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("DeleteVpcEndpoints", error))?;
        // What could not be removed is told in an answer that is a success.
        let refused = answer.unsuccessful.unwrap_or_default().into_iter().find_map(|item| item.error);
        refused.map_or(Ok(()), |error| {
            gone::<()>(Err(AwsError::in_answer("DeleteVpcEndpoints", error.code, error.message)))
        })
    }
}

/// What EC2 calls S3 in a region.
pub(super) fn s3_service(region: &str) -> String {
    format!("com.amazonaws.{region}.s3")
}

fn subnet(subnet: aws_sdk_ec2::types::Subnet) -> Option<Subnet> {
    let has_ipv6 = subnet.ipv6_cidr_block_association_set.unwrap_or_default().iter().any(|one| {
        let state = one.ipv6_cidr_block_state.as_ref().and_then(|state| state.state.as_ref());
        matches!(state, Some(SubnetCidrBlockStateCode::Associated | SubnetCidrBlockStateCode::Associating))
    });
    Some(Subnet {
        id: subnet.subnet_id?,
        network: subnet.vpc_id?,
        zone_id: subnet.availability_zone_id,
        zone: subnet.availability_zone,
        range: subnet.cidr_block,
        free_addresses: count_in(subnet.available_ip_address_count),
        has_ipv6,
        ipv6_only: subnet.ipv6_native.unwrap_or(false),
        is_default: subnet.default_for_az.unwrap_or(false),
        tags: tags_in(subnet.tags),
    })
}

fn route_table(table: aws_sdk_ec2::types::RouteTable) -> Option<RouteTable> {
    let associations = table.associations.unwrap_or_default();
    Some(RouteTable {
        id: table.route_table_id?,
        network: table.vpc_id?,
        is_main: associations.iter().any(|one| one.main == Some(true)),
        subnets: associations.into_iter().filter_map(|one| one.subnet_id).collect(),
        way_out: table.routes.unwrap_or_default().iter().find_map(way_out),
    })
}

/// Where a route for everything leads; a black hole leads nowhere.
fn way_out(route: &aws_sdk_ec2::types::Route) -> Option<WayOut> {
    let of_everything = route.destination_cidr_block.as_deref() == Some(EVERYTHING);
    if !of_everything || route.state == Some(RouteState::Blackhole) {
        return None;
    }
    let gateway = route.gateway_id.as_deref().unwrap_or_default();
    Some(if gateway.starts_with("igw-") { WayOut::InternetGateway } else { WayOut::Elsewhere })
}

fn s3_endpoint(endpoint: aws_sdk_ec2::types::VpcEndpoint) -> Option<S3Endpoint> {
    // AWS writes it "available" where its model says "Available".
    let state = endpoint.state.as_ref().map(|state| state.as_str().to_lowercase()).unwrap_or_default();
    if !["available", "pending"].contains(&state.as_str()) {
        return None;
    }
    let serves = if endpoint.vpc_endpoint_type == Some(VpcEndpointType::Interface) {
        endpoint.private_dns_enabled.filter(|&enabled| enabled).map(|_| EndpointServes::Everything)?
    } else {
        EndpointServes::RouteTables(endpoint.route_table_ids.unwrap_or_default())
    };
    Some(S3Endpoint { id: endpoint.vpc_endpoint_id?, network: endpoint.vpc_id?, serves })
}
