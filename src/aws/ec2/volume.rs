//! Disks of EBS.
//!
//! What a disk costs is not known here.

use aws_sdk_ec2::types::Filter;

use super::{Ec2, filter};
use crate::aws::error::AwsError;
use crate::aws::types::Volume;

/// As many values as a filter takes:
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html#Filtering_Resources_CLI>
const MOST_FILTER_VALUES: usize = 200;

impl Ec2 {
    /// The disks that are attached to some machines.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn volumes_of(&self, machines: &[String]) -> Result<Vec<Volume>, AwsError> {
        let mut volumes = Vec::new();
        for some in machines.chunks(MOST_FILTER_VALUES) {
            let attached = filter("attachment.instance-id", some.iter().map(String::as_str));
            volumes.extend(self.volumes_with(attached).await?);
        }
        Ok(volumes)
    }

    async fn volumes_with(&self, wanted: Filter) -> Result<Vec<Volume>, AwsError> {
        let mut pages = self.client.describe_volumes().filters(wanted).into_paginator().items().send();
        let mut volumes = Vec::new();
        while let Some(found) = pages.next().await {
            let found = found.map_err(|error| AwsError::from_sdk("DescribeVolumes", error))?;
            volumes.extend(volume(found));
        }
        Ok(volumes)
    }
}

fn volume(volume: aws_sdk_ec2::types::Volume) -> Option<Volume> {
    let attachment = volume.attachments.unwrap_or_default().into_iter().next();
    let ends_with_machine = attachment.as_ref().and_then(|one| one.delete_on_termination);
    Some(Volume {
        id: volume.volume_id?,
        gib: volume.size.and_then(|gib| u32::try_from(gib).ok()),
        kind: volume.volume_type.map(|kind| kind.as_str().to_owned()),
        machine: attachment.and_then(|one| one.instance_id),
        ends_with_machine,
    })
}
