//! Spot placement scores: how likely AWS thinks a spot request to succeed.
//!
//! At most ten regions are asked about at once and at most the ten best are told; who asks about more asks more often.

use super::{Ec2, count_out};
use crate::aws::error::AwsError;
use crate::aws::types::capacity::{PlacementScore, ScoreRequest, Scored};

impl Ec2 {
    /// The scores of some regions, or of their zones. Any region's EC2 answers for all.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn placement_scores(&self, request: &ScoreRequest) -> Result<Vec<PlacementScore>, AwsError> {
        let mut items = self
            .client
            .get_spot_placement_scores()
            .set_instance_types(Some(request.instance_types.clone()))
            .set_region_names(Some(request.regions.clone()))
            .target_capacity(count_out(request.count))
            .single_availability_zone(request.scored == Scored::Zones)
            .into_paginator()
            .items()
            .send();
        let mut scores = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| AwsError::from_sdk("GetSpotPlacementScores", error))?;
            scores.extend(score(item));
        }
        Ok(scores)
    }
}

fn score(one: aws_sdk_ec2::types::SpotPlacementScore) -> Option<PlacementScore> {
    Some(PlacementScore {
        region: one.region?,
        zone_id: one.availability_zone_id,
        score: u8::try_from(one.score?).ok()?,
    })
}
