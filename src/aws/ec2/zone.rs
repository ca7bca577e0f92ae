//! Zones of a region: what they are called here and everywhere, and which of them have a type.
//!
//! Whether a zone has room for a machine EC2 tells nobody.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::describe_availability_zones::DescribeAvailabilityZonesOutput;
use aws_sdk_ec2::types::{AvailabilityZone, LocationType};

use super::{Ec2, filter};
use crate::aws::error::AwsError;
use crate::aws::types::capacity::Zone;

impl Ec2 {
    /// The zones that the account may use.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn zones(&self) -> Result<Vec<Zone>, AwsError> {
        let answer = self.client.describe_availability_zones().send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("DescribeAvailabilityZones", error))?;
        Ok(known_zones(answer))
    }

    /// The standard zones of the region that can be used now: no local zone and no edge of a telephone network.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn standard_zones(&self) -> Result<Vec<Zone>, AwsError> {
        let answer = self
            .client
            .describe_availability_zones()
            .filters(filter("zone-type", ["availability-zone"]))
            .filters(filter("state", ["available"]))
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeAvailabilityZones", error))?;
        let mut zones = known_zones(answer);
        zones.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        Ok(zones)
    }

    /// The ids of the zones that have a type, in order.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn zones_with(&self, instance_type: &str) -> Result<Vec<String>, AwsError> {
        Ok(self.offerings(&[instance_type]).await?.remove(instance_type).unwrap_or_default())
    }

    /// The ids of the zones that have each of these types, in order; none of a type that the region does not offer.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn offerings(
        &self,
        instance_types: &[&str],
    ) -> Result<BTreeMap<String, Vec<String>>, AwsError> {
        let mut pages = self
            .client
            .describe_instance_type_offerings()
            .location_type(LocationType::AvailabilityZoneId)
            .filters(filter("instance-type", instance_types.iter().copied()))
            .into_paginator()
            .items()
            .send();
        let mut zones: BTreeMap<String, Vec<String>> = BTreeMap::new();
        while let Some(offering) = pages.next().await {
            let offering =
                offering.map_err(|error| AwsError::from_sdk("DescribeInstanceTypeOfferings", error))?;
            if let (Some(name), Some(zone)) = (offering.instance_type, offering.location) {
                zones.entry(name.as_str().to_owned()).or_default().push(zone);
            }
        }
        zones.values_mut().for_each(|zones| zones.sort_unstable());
        Ok(zones)
    }
}

fn known_zones(answer: DescribeAvailabilityZonesOutput) -> Vec<Zone> {
    let zone = |zone: AvailabilityZone| Some(Zone { id: zone.zone_id?, name: zone.zone_name? });
    answer.availability_zones.unwrap_or_default().into_iter().filter_map(zone).collect()
}
