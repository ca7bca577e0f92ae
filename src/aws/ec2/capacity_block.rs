//! Capacity blocks for machine learning: those that can be bought, and buying one.
//!
//! That costs all of its price at once, is never given back, and has no idempotency token: it is sent once, and whoever
//! sends it has asked a person before.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html>

use aws_sdk_ec2::operation::purchase_capacity_block::builders::PurchaseCapacityBlockFluentBuilder;
use aws_sdk_ec2::types::{CapacityReservationInstancePlatform, ResourceType};

use super::dry_run::verdict;
use super::reservation::reservation;
use super::{Ec2, count_in, count_out, incomplete, sent_once, tags_out, time_in, time_out};
use crate::aws::error::AwsError;
use crate::aws::types::capacity::{BlockOffering, BlockRequest, CapacityReservation};
use crate::model::Money;
use crate::model::tag::Tag;

impl Ec2 {
    /// The blocks that answer a question. None is common, and says nothing of other counts and durations.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn block_offerings(&self, request: &BlockRequest) -> Result<Vec<BlockOffering>, AwsError> {
        let mut items = self
            .client
            .describe_capacity_block_offerings()
            .instance_type(&request.instance_type)
            .instance_count(count_out(request.count))
            .capacity_duration_hours(count_out(request.hours))
            .set_start_date_range(request.starts_after.map(time_out))
            .set_end_date_range(request.ends_by.map(time_out))
            .into_paginator()
            .items()
            .send();
        let mut offerings = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| AwsError::from_sdk("DescribeCapacityBlockOfferings", error))?;
            offerings.extend(offering(item));
        }
        Ok(offerings)
    }
}

impl Ec2 {
    /// Buys a block for Linux machines. Never call this without the consent of whoever pays.
    ///
    /// # Errors
    /// Where EC2 refuses; where [`AwsError::may_have_happened`] is set, only looking for the block tells.
    pub async fn buy_block(&self, offering: &str, tags: &[Tag]) -> Result<CapacityReservation, AwsError> {
        const OPERATION: &str = "PurchaseCapacityBlock";
        let request = self.purchase(offering, tags).customize().config_override(sent_once());
        let answer = request.send().await.map_err(|error| AwsError::from_sdk(OPERATION, error))?;
        answer.capacity_reservation.and_then(reservation).ok_or_else(|| {
            let mut error = incomplete(OPERATION, "reservation");
            // It was bought, whatever the answer lacks.
            error.may_have_happened = true;
            error
        })
    }

    /// Whether the caller may buy a block, asked by a dry run.
    ///
    /// # Errors
    /// Where the caller may not, EC2 finds fault with the request, or can't be reached.
    pub async fn may_buy_block(&self, offering: &str, tags: &[Tag]) -> Result<(), AwsError> {
        let answer = self.purchase(offering, tags).dry_run(true).send().await;
        verdict(answer.map_err(|error| AwsError::from_sdk("PurchaseCapacityBlock", error)))
    }

    fn purchase(&self, offering: &str, tags: &[Tag]) -> PurchaseCapacityBlockFluentBuilder {
        self.client
            .purchase_capacity_block()
            .capacity_block_offering_id(offering)
            .instance_platform(CapacityReservationInstancePlatform::LinuxUnix)
            .tag_specifications(tags_out(ResourceType::CapacityReservation, tags))
    }
}

fn offering(one: aws_sdk_ec2::types::CapacityBlockOffering) -> Option<BlockOffering> {
    let in_dollars = one.currency_code.as_deref().is_none_or(|code| code == "USD");
    Some(BlockOffering {
        id: one.capacity_block_offering_id?,
        instance_type: one.instance_type?,
        zone_name: one.availability_zone,
        count: count_in(one.instance_count),
        starts_at: time_in(one.start_date)?,
        ends_at: time_in(one.end_date)?,
        upfront: one.upfront_fee.filter(|_| in_dollars).and_then(|fee| fee.parse::<Money>().ok()),
    })
}
