//! Machines that are there, described.
//!
//! Making one is in [`run`](super), what is done to one in [`power`](super).

use aws_sdk_ec2::types::{Filter, InstanceLifecycleType, InstanceMetadataTagsState, InstanceStateName};

use super::{Ec2, filter, tags_in};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::ending::MetadataTags;
use crate::aws::types::{Machine, MachineState};
use crate::model::{Market, tag};

impl Ec2 {
    /// A machine by its id, or `None` where EC2 does not (yet) know it.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn machine(&self, id: &str) -> Result<Option<Machine>, AwsError> {
        let answer = self.client.describe_instances().instance_ids(id).send().await;
        match answer.map_err(|error| AwsError::from_sdk("DescribeInstances", error)) {
            Ok(answer) => Ok(answer
                .reservations
                .unwrap_or_default()
                .into_iter()
                .flat_map(|reservation| reservation.instances.unwrap_or_default())
                .find_map(machine)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Every machine that cloudkit made, ended ones that EC2 still shows included.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn own_machines(&self) -> Result<Vec<Machine>, AwsError> {
        self.machines_with(filter(&format!("tag:{}", tag::MANAGED), ["true"])).await
    }

    /// The machines that a request with this idempotency token made.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn machines_of_request(&self, client_token: &str) -> Result<Vec<Machine>, AwsError> {
        self.machines_with(filter("client-token", [client_token])).await
    }

    /// The machines of a launch, ended ones that EC2 still shows included.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn machines_of_launch(&self, launch: &str) -> Result<Vec<Machine>, AwsError> {
        self.machines_with(filter(&format!("tag:{}", tag::LAUNCH), [launch])).await
    }

    async fn machines_with(&self, wanted: Filter) -> Result<Vec<Machine>, AwsError> {
        let mut pages = self.client.describe_instances().filters(wanted).into_paginator().send();
        let mut machines = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("DescribeInstances", error))?;
            let instances = page.reservations.unwrap_or_default().into_iter();
            machines.extend(instances.flat_map(|r| r.instances.unwrap_or_default()).filter_map(machine));
        }
        Ok(machines)
    }
}

pub(super) fn machine(instance: aws_sdk_ec2::types::Instance) -> Option<Machine> {
    let reason = instance.state_reason.map(|reason| match (reason.code, reason.message) {
        (Some(code), Some(message)) if !message.starts_with(&code) => format!("{code}: {message}"),
        (code, message) => message.or(code).unwrap_or_default(),
    });
    let launched_at = instance.launch_time.and_then(|at| jiff::Timestamp::from_second(at.secs()).ok());
    Some(Machine {
        id: instance.instance_id?,
        instance_type: instance.instance_type.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        state: instance.state.and_then(|state| state.name).map_or(MachineState::Other, |name| state(&name)),
        state_reason: reason.filter(|reason| !reason.is_empty()),
        zone_id: instance.placement.and_then(|placement| placement.availability_zone_id),
        public_address: instance.public_ip_address.filter(|address| !address.is_empty()),
        private_address: instance.private_ip_address.filter(|address| !address.is_empty()),
        ipv6_address: instance.ipv6_address.filter(|address| !address.is_empty()).or_else(|| {
            let interfaces = instance.network_interfaces.unwrap_or_default().into_iter();
            let mut addresses = interfaces.flat_map(|interface| interface.ipv6_addresses.unwrap_or_default());
            addresses.find_map(|address| address.ipv6_address)
        }),
        network: instance.vpc_id,
        launched_at,
        groups: instance
            .security_groups
            .unwrap_or_default()
            .into_iter()
            .filter_map(|group| group.group_id)
            .collect(),
        tags: tags_in(instance.tags),
        market: match instance.instance_lifecycle {
            Some(InstanceLifecycleType::Spot) => Market::Spot,
            Some(InstanceLifecycleType::CapacityBlock) => Market::CapacityBlock,
            _ => Market::OnDemand,
        },
        can_hibernate: instance.hibernation_options.and_then(|options| options.configured).unwrap_or(false),
        image: instance.image_id,
        key_pair: instance.key_name.filter(|name| !name.is_empty()),
        profile: instance.iam_instance_profile.and_then(|profile| profile.arn),
        metadata_tags: match instance.metadata_options.and_then(|options| options.instance_metadata_tags) {
            Some(InstanceMetadataTagsState::Disabled) => MetadataTags::Hidden,
            _ => MetadataTags::Served,
        },
    })
}

fn state(name: &InstanceStateName) -> MachineState {
    match name {
        InstanceStateName::Pending => MachineState::Pending,
        InstanceStateName::Running => MachineState::Running,
        InstanceStateName::Stopping => MachineState::Stopping,
        InstanceStateName::Stopped => MachineState::Stopped,
        InstanceStateName::ShuttingDown => MachineState::ShuttingDown,
        InstanceStateName::Terminated => MachineState::Terminated,
        _ => MachineState::Other,
    }
}
