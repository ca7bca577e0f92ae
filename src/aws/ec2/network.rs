//! Networks (VPCs) and their internet gateways.
//!
//! What is made here has no idempotency token at EC2, so the SDK's own retries are off: who makes it looks by its tags
//! whether a call without an answer was carried out.

use aws_sdk_ec2::types::ResourceType;

use super::{Ec2, filter, incomplete, sent_once, tags_in, tags_out};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::network::{Gateway, Network};
use crate::model::tag::{self, Tag};

impl Ec2 {
    /// Every network of the region.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn networks(&self) -> Result<Vec<Network>, AwsError> {
        self.networks_with(None).await
    }

    /// The networks that cloudkit made, all of them or those of one launch.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn own_networks(&self, launch: Option<&str>) -> Result<Vec<Network>, AwsError> {
        self.networks_with(Some(own(launch))).await
    }

    async fn networks_with(
        &self,
        wanted: Option<aws_sdk_ec2::types::Filter>,
    ) -> Result<Vec<Network>, AwsError> {
        let request = self.client.describe_vpcs().set_filters(wanted.map(|wanted| vec![wanted]));
        let networks: Vec<_> = request
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeVpcs", error))?;
        Ok(networks.into_iter().filter_map(network).collect())
    }

    /// Makes a network; with an IPv6 range of Amazon's where that is wanted, which comes a moment later.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn make_network(&self, range: &str, ipv6: bool, tags: &[Tag]) -> Result<Network, AwsError> {
        let request = self
            .client
            .create_vpc()
            .cidr_block(range)
            .set_amazon_provided_ipv6_cidr_block(ipv6.then_some(true))
            .tag_specifications(tags_out(ResourceType::Vpc, tags));
        let answer = request.customize().config_override(sent_once()).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("CreateVpc", error))?;
        answer.vpc.and_then(network).ok_or_else(|| incomplete("CreateVpc", "VPC"))
    }

    /// Removes a network; one that is gone already counts as removed.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] while anything is in it.
    pub async fn remove_network(&self, id: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_vpc().vpc_id(id).send().await;
        gone(answer.map_err(|error| AwsError::from_sdk("DeleteVpc", error)))
    }

    /// The network interfaces in some networks: the network and, where there is one, the machine of each.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn interfaces_in(&self, networks: &[&str]) -> Result<Vec<(String, Option<String>)>, AwsError> {
        let interfaces: Vec<_> = self
            .client
            .describe_network_interfaces()
            .filters(filter("vpc-id", networks.iter().copied()))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeNetworkInterfaces", error))?;
        let of = |interface: aws_sdk_ec2::types::NetworkInterface| {
            Some((interface.vpc_id?, interface.attachment.and_then(|attachment| attachment.instance_id)))
        };
        Ok(interfaces.into_iter().filter_map(of).collect())
    }

    /// The internet gateways that cloudkit made, all of them or those of one launch.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn own_gateways(&self, launch: Option<&str>) -> Result<Vec<Gateway>, AwsError> {
        let gateways: Vec<_> = self
            .client
            .describe_internet_gateways()
            .filters(own(launch))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeInternetGateways", error))?;
        Ok(gateways.into_iter().filter_map(gateway).collect())
    }

    /// Makes an internet gateway and returns its id.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn make_gateway(&self, tags: &[Tag]) -> Result<String, AwsError> {
        let request = self
            .client
            .create_internet_gateway()
            .tag_specifications(tags_out(ResourceType::InternetGateway, tags));
        let answer = request.customize().config_override(sent_once()).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("CreateInternetGateway", error))?;
        let id = answer.internet_gateway.and_then(|gateway| gateway.internet_gateway_id);
        id.ok_or_else(|| incomplete("CreateInternetGateway", "id"))
    }

    /// Attaches a gateway to a network; one that is attached already stays so.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn attach_gateway(&self, gateway: &str, network: &str) -> Result<(), AwsError> {
        let request = self.client.attach_internet_gateway().internet_gateway_id(gateway).vpc_id(network);
        let answer = request.send().await;
        there(answer.map_err(|error| AwsError::from_sdk("AttachInternetGateway", error)))
    }

    /// Detaches a gateway; one that is not attached stays so.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] while there are public addresses in the network.
    pub async fn detach_gateway(&self, gateway: &str, network: &str) -> Result<(), AwsError> {
        let request = self.client.detach_internet_gateway().internet_gateway_id(gateway).vpc_id(network);
        let answer = request.send().await;
        gone(answer.map_err(|error| AwsError::from_sdk("DetachInternetGateway", error)))
    }

    /// Removes a gateway; one that is gone already counts as removed.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] while it is attached.
    pub async fn remove_gateway(&self, gateway: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_internet_gateway().internet_gateway_id(gateway).send().await;
        gone(answer.map_err(|error| AwsError::from_sdk("DeleteInternetGateway", error)))
    }
}

/// What cloudkit made, or what one launch did.
pub(super) fn own(launch: Option<&str>) -> aws_sdk_ec2::types::Filter {
    launch.map_or_else(
        || filter(&format!("tag:{}", tag::MANAGED), ["true"]),
        |launch| filter(&format!("tag:{}", tag::LAUNCH), [launch]),
    )
}

/// That it was there already is as good.
pub(super) fn there<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(error) if error.kind != ErrorKind::AlreadyThere => Err(error),
        _ => Ok(()),
    }
}

/// That it is gone already is as good.
pub(super) fn gone<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(error) if error.kind != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn network(network: aws_sdk_ec2::types::Vpc) -> Option<Network> {
    let ranges: Vec<String> = network
        .cidr_block_association_set
        .unwrap_or_default()
        .into_iter()
        .filter_map(|association| association.cidr_block)
        .collect();
    let ipv6 = network.ipv6_cidr_block_association_set.unwrap_or_default().into_iter();
    let associated = |state: Option<aws_sdk_ec2::types::VpcCidrBlockState>| {
        state.and_then(|state| state.state) == Some(aws_sdk_ec2::types::VpcCidrBlockStateCode::Associated)
    };
    Some(Network {
        id: network.vpc_id?,
        is_default: network.is_default.unwrap_or(false),
        ranges: if ranges.is_empty() { network.cidr_block.into_iter().collect() } else { ranges },
        ipv6_range: ipv6
            .filter(|one| associated(one.ipv6_cidr_block_state.clone()))
            .find_map(|one| one.ipv6_cidr_block),
        tags: tags_in(network.tags),
    })
}

fn gateway(gateway: aws_sdk_ec2::types::InternetGateway) -> Option<Gateway> {
    let attachments = gateway.attachments.unwrap_or_default();
    Some(Gateway {
        id: gateway.internet_gateway_id?,
        network: attachments.into_iter().find_map(|attachment| attachment.vpc_id),
        tags: tags_in(gateway.tags),
    })
}
