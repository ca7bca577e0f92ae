//! Capacity reservations that the account holds, or that others share with it; capacity blocks are such too.
//!
//! None is made, changed or given back here; blocks are bought in `capacity_block`.

use aws_sdk_ec2::types::{CapacityReservationState, CapacityReservationType};

use super::{Ec2, count_in, time_in};
use crate::aws::error::AwsError;
use crate::aws::types::capacity::{CapacityReservation, ReservationKind, ReservationState};

impl Ec2 {
    /// Every reservation that EC2 still shows.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn capacity_reservations(&self) -> Result<Vec<CapacityReservation>, AwsError> {
        Ok(self.all_reservations().await?.into_iter().filter_map(reservation).collect())
    }

    /// The reservations with a tag of this key and value, which EC2 has no filter for.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn reservations_tagged(
        &self,
        key: &str,
        value: &str,
    ) -> Result<Vec<CapacityReservation>, AwsError> {
        let has_tag = |one: &aws_sdk_ec2::types::CapacityReservation| {
            one.tags().iter().any(|tag| tag.key() == Some(key) && tag.value() == Some(value))
        };
        Ok(self.all_reservations().await?.into_iter().filter(has_tag).filter_map(reservation).collect())
    }

    async fn all_reservations(&self) -> Result<Vec<aws_sdk_ec2::types::CapacityReservation>, AwsError> {
        let items = self.client.describe_capacity_reservations().into_paginator().items().send();
        let all = items.collect::<Result<Vec<_>, _>>().await;
        all.map_err(|error| AwsError::from_sdk("DescribeCapacityReservations", error))
    }
}

pub(super) fn reservation(one: aws_sdk_ec2::types::CapacityReservation) -> Option<CapacityReservation> {
    let kind = match one.reservation_type {
        Some(CapacityReservationType::CapacityBlock) => ReservationKind::Block,
        _ => ReservationKind::Ordinary,
    };
    Some(CapacityReservation {
        id: one.capacity_reservation_id?,
        owner: one.owner_id,
        instance_type: one.instance_type?,
        platform: one.instance_platform.map(|platform| platform.as_str().to_owned()).unwrap_or_default(),
        zone_id: one.availability_zone_id,
        zone_name: one.availability_zone,
        total: count_in(one.total_instance_count),
        available: count_in(one.available_instance_count),
        state: state(one.state.as_ref()),
        kind,
        starts_at: time_in(one.start_date),
        ends_at: time_in(one.end_date),
    })
}

fn state(state: Option<&CapacityReservationState>) -> ReservationState {
    use CapacityReservationState as State;
    match state {
        Some(State::Active) => ReservationState::Active,
        Some(
            State::Cancelled
            | State::Cancelling
            | State::Expired
            | State::Failed
            | State::PaymentFailed
            | State::Unsupported,
        ) => ReservationState::Ended,
        Some(state) => ReservationState::Coming(state.as_str().to_owned()),
        None => ReservationState::Coming("unknown".to_owned()),
    }
}
