//! Security groups.
//!
//! Only groups that cloudkit made are ever removed; telling them by their tags is the caller's affair.

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, ResourceType};
use futures_util::future::try_join_all;

use super::{Ec2, filter, incomplete, tags_in, tags_out};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::Group;
use crate::aws::types::network::{Admission, GroupRules, Others};
use crate::model::tag::{self, Tag};

/// A port that is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The port.
    pub port: u16,
    /// To whom, in CIDR notation.
    pub from: String,
    /// What for, as the group's rule tells it.
    pub why: &'static str,
}

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

    /// Admits TCP connections, by one call.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn admit(&self, group: &str, openings: &[Opening]) -> Result<(), AwsError> {
        let permissions = openings.iter().map(Opening::permission).collect();
        let request = self.client.authorize_security_group_ingress().group_id(group);
        let answer = request.set_ip_permissions(Some(permissions)).send().await;
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
                network: group.vpc_id,
                tags: tags_in(group.tags),
            })
        };
        Ok(pages.into_iter().filter_map(group).collect())
    }

    /// The groups with one of these ids, or with one of these names, and whom they let in.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn groups_named(&self, named: &[String]) -> Result<Vec<GroupRules>, AwsError> {
        // A filter that matches nothing is an empty answer; an id in the request that is wrong, an error without the others.
        let (ids, names): (Vec<_>, Vec<_>) = named.iter().partition(|name| name.starts_with("sg-"));
        let by_name_tag = format!("tag:{}", tag::NAME);
        let questions = [("group-id", &ids), ("group-name", &names), (by_name_tag.as_str(), &names)];
        let asked = questions.into_iter().filter(|(_, values)| !values.is_empty());
        let ask = |(name, values): (&str, &Vec<&String>)| {
            let wanted = filter(name, values.iter().map(|value| value.as_str()));
            self.client.describe_security_groups().filters(wanted).into_paginator().items().send().collect()
        };
        let answers: Vec<Vec<_>> = try_join_all(asked.map(ask))
            .await
            .map_err(|error| AwsError::from_sdk("DescribeSecurityGroups", error))?;
        let mut groups: Vec<GroupRules> = answers.into_iter().flatten().filter_map(rules).collect();
        groups.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        groups.dedup_by(|one, other| one.id == other.id);
        Ok(groups)
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

impl Opening {
    fn permission(&self) -> IpPermission {
        let Self { port, from, why } = self;
        let port = i32::from(*port);
        let permission = IpPermission::builder().ip_protocol("tcp").from_port(port).to_port(port);
        if from.contains(':') {
            permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(from).description(*why).build()).build()
        } else {
            permission.ip_ranges(IpRange::builder().cidr_ip(from).description(*why).build()).build()
        }
    }
}

fn rules(group: aws_sdk_ec2::types::SecurityGroup) -> Option<GroupRules> {
    Some(GroupRules {
        id: group.group_id?,
        name: group.group_name.unwrap_or_default(),
        tags: tags_in(group.tags),
        network: group.vpc_id,
        admits: group.ip_permissions.unwrap_or_default().into_iter().filter_map(admission).collect(),
    })
}

/// Whom a rule lets in by TCP; `-1` is every protocol and every port.
fn admission(rule: IpPermission) -> Option<Admission> {
    let port = |port: Option<i32>, otherwise: u16| {
        port.and_then(|port| u16::try_from(port).ok()).unwrap_or(otherwise)
    };
    let ports = match rule.ip_protocol.as_deref() {
        Some("-1") => (0, u16::MAX),
        Some("tcp" | "6") => (port(rule.from_port, 0), port(rule.to_port, u16::MAX)),
        _ => return None,
    };
    let ipv4 = rule.ip_ranges.unwrap_or_default().into_iter().filter_map(|range| range.cidr_ip);
    let ipv6 = rule.ipv6_ranges.unwrap_or_default().into_iter().filter_map(|range| range.cidr_ipv6);
    let lists = rule.prefix_list_ids.is_some_and(|lists| !lists.is_empty());
    let groups = rule.user_id_group_pairs.is_some_and(|groups| !groups.is_empty());
    let others = if lists || groups { Others::Some } else { Others::None };
    Some(Admission { ports, from: ipv4.chain(ipv6).collect(), others })
}
