//! The history of spot prices, which EC2 keeps for 90 days.
//!
//! Changes as EC2 tells them; what they come to is added up elsewhere.

use super::{Ec2, time_in, time_out};
use crate::aws::error::AwsError;
use crate::aws::types::capacity::{SpotPriceChange, SpotPriceRequest};
use crate::model::Money;

impl Ec2 {
    /// The changes of some prices in all zones, newest first, and the last one of each before the stretch began.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn spot_prices(&self, request: &SpotPriceRequest) -> Result<Vec<SpotPriceChange>, AwsError> {
        let types = request.instance_types.iter().map(|name| name.as_str().into()).collect();
        let mut items = self
            .client
            .describe_spot_price_history()
            .set_instance_types(Some(types))
            .set_product_descriptions(Some(request.products.clone()))
            .start_time(time_out(request.from))
            .into_paginator()
            .items()
            .send();
        let mut changes = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| AwsError::from_sdk("DescribeSpotPriceHistory", error))?;
            changes.extend(change(item));
        }
        Ok(changes)
    }
}

fn change(one: aws_sdk_ec2::types::SpotPrice) -> Option<SpotPriceChange> {
    Some(SpotPriceChange {
        instance_type: one.instance_type?.as_str().to_owned(),
        zone_name: one.availability_zone?,
        zone_id: one.availability_zone_id,
        product: one.product_description?.as_str().to_owned(),
        price: one.spot_price?.parse::<Money>().ok()?,
        at: time_in(one.timestamp)?,
    })
}
