//! Capacity blocks for machine learning that can be bought.
//!
//! None is bought here: that costs all of its price at once, and is never given back.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html>

use super::{Ec2, count_in, count_out, time_in, time_out};
use crate::aws::error::AwsError;
use crate::aws::types::capacity::{BlockOffering, BlockRequest};
use crate::model::Money;

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
