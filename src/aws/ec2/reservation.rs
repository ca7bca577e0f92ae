//! Capacity reservations that the account holds, or that others share with it; capacity blocks are such too.
//!
//! None is made, changed or given back here.

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
        let mut items = self.client.describe_capacity_reservations().into_paginator().items().send();
        let mut reservations = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| AwsError::from_sdk("DescribeCapacityReservations", error))?;
            reservations.extend(reservation(item));
        }
        Ok(reservations)
    }
}

fn reservation(one: aws_sdk_ec2::types::CapacityReservation) -> Option<CapacityReservation> {
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
