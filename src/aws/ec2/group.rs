//! Security groups.
//!
//! Only groups that cloudkit made are ever removed; telling them by their tags is the caller's affair.

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, ResourceType};

use super::{Ec2, filter, incomplete, tags_in, tags_out};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::Group;
use crate::model::tag::{self, Tag};

impl Ec2 {
    /// Makes an empty security group and returns its id.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn make_group(
        &self,
        name: &str,
        what_for: &str,
        network: &str,
        tags: &[Tag],
    ) -> Result<String, AwsError> {
        let answer = self
            .client
            .create_security_group()
            .group_name(name)
            .description(what_for)
            .vpc_id(network)
            .tag_specifications(tags_out(ResourceType::SecurityGroup, tags))
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("CreateSecurityGroup", error))?;
        answer.group_id.ok_or_else(|| incomplete("CreateSecurityGroup", "group id"))
    }

    /// Admits TCP connections to one port from a range of addresses.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn admit(&self, group: &str, port: u16, from: &str) -> Result<(), AwsError> {
        let why = "SSH from where this machine was launched";
        let mut permission =
            IpPermission::builder().ip_protocol("tcp").from_port(i32::from(port)).to_port(i32::from(port));
        permission = if from.contains(':') {
            permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(from).description(why).build())
        } else {
            permission.ip_ranges(IpRange::builder().cidr_ip(from).description(why).build())
        };
        let answer = self
            .client
            .authorize_security_group_ingress()
            .group_id(group)
            .ip_permissions(permission.build())
            .send()
            .await;
        match answer.map_err(|error| AwsError::from_sdk("AuthorizeSecurityGroupIngress", error)) {
            Err(error) if error.kind != ErrorKind::AlreadyThere => Err(error),
            _ => Ok(()),
        }
    }

    /// The groups with a name, tagged as cloudkit's.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn own_groups(&self, name: Option<&str>) -> Result<Vec<Group>, AwsError> {
        let mut request = self
            .client
            .describe_security_groups()
            .filters(filter(&format!("tag:{}", tag::MANAGED), ["true"]));
        if let Some(name) = name {
            request = request.filters(filter("group-name", [name]));
        }
        let pages: Vec<_> = request
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeSecurityGroups", error))?;
        let group = |group: aws_sdk_ec2::types::SecurityGroup| {
            Some(Group {
                id: group.group_id?,
                name: group.group_name.unwrap_or_default(),
                tags: tags_in(group.tags),
            })
        };
        Ok(pages.into_iter().filter_map(group).collect())
    }

    /// Removes a group; one that is gone already counts as removed.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] while a machine's interface has it.
    pub async fn remove_group(&self, id: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_security_group().group_id(id).send().await;
        match answer.map_err(|error| AwsError::from_sdk("DeleteSecurityGroup", error)) {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
