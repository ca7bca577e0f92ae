//! What counts towards the account's quotas: machines, open spot requests, and room in reservations that is not used.
//!
//! Which quota each is charged to is not known here.

use aws_sdk_ec2::types::{
    CapacityReservation, CapacityReservationType, Instance, InstanceLifecycleType, SpotInstanceRequest,
};

use super::{Ec2, filter};
use crate::aws::error::AwsError;
use crate::aws::types::{ChargedMachine, Lifecycle, UnusedReservation};

/// The most that a page may have.
const PAGE: i32 = 1000;

impl Ec2 {
    /// The machines that are pending or running: those that count.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn charged_machines(&self) -> Result<Vec<ChargedMachine>, AwsError> {
        let states = filter("instance-state-name", ["pending", "running"]);
        let request = self.client.describe_instances().filters(states).max_results(PAGE);
        let mut pages = request.into_paginator().send();
        let mut machines = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("DescribeInstances", error))?;
            let instances = page
                .reservations
                .unwrap_or_default()
                .into_iter()
                .flat_map(|r| r.instances.unwrap_or_default());
            machines.extend(instances.filter_map(charged_machine));
        }
        Ok(machines)
    }

    /// The types that open spot requests wait for, one entry a machine.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html>
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn open_spot_requests(&self) -> Result<Vec<String>, AwsError> {
        let open = filter("state", ["open"]);
        let request = self.client.describe_spot_instance_requests().filters(open).max_results(PAGE);
        let mut pages = request.into_paginator().send();
        let mut types = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("DescribeSpotInstanceRequests", error))?;
            types.extend(page.spot_instance_requests.unwrap_or_default().into_iter().filter_map(wanted_type));
        }
        Ok(types)
    }

    /// What active reservations of the account hold and nothing runs in; those that others share with it are theirs.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn unused_reservations(&self, account: &str) -> Result<Vec<UnusedReservation>, AwsError> {
        let request = self.client.describe_capacity_reservations();
        let request = request.filters(filter("state", ["active"])).filters(filter("owner-id", [account]));
        let mut pages = request.max_results(PAGE).into_paginator().send();
        let mut unused = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("DescribeCapacityReservations", error))?;
            let reservations = page.capacity_reservations.unwrap_or_default();
            unused.extend(reservations.into_iter().filter_map(unused_reservation));
        }
        Ok(unused)
    }
}

fn charged_machine(instance: Instance) -> Option<ChargedMachine> {
    let in_block = instance.capacity_block_id.is_some();
    let lifecycle = match instance.instance_lifecycle {
        Some(InstanceLifecycleType::Spot) => Lifecycle::Spot,
        Some(InstanceLifecycleType::CapacityBlock) => Lifecycle::CapacityBlock,
        _ if in_block => Lifecycle::CapacityBlock,
        _ => Lifecycle::OnDemand,
    };
    let vcpus = instance.cpu_options.and_then(|options| {
        let cores = u32::try_from(options.core_count?).ok()?;
        cores.checked_mul(u32::try_from(options.threads_per_core?).ok()?).filter(|vcpus| *vcpus > 0)
    });
    Some(ChargedMachine { instance_type: instance.instance_type?.as_str().to_owned(), lifecycle, vcpus })
}

fn wanted_type(request: SpotInstanceRequest) -> Option<String> {
    Some(request.launch_specification?.instance_type?.as_str().to_owned())
}

fn unused_reservation(reservation: CapacityReservation) -> Option<UnusedReservation> {
    let lifecycle = match reservation.reservation_type {
        Some(CapacityReservationType::CapacityBlock) => Lifecycle::CapacityBlock,
        _ => Lifecycle::OnDemand,
    };
    Some(UnusedReservation {
        instance_type: reservation.instance_type?,
        available: u32::try_from(reservation.available_instance_count?).ok()?,
        lifecycle,
    })
}
