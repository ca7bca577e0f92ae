//! Disks of EBS.
//!
//! What a disk costs is not known here.

use aws_sdk_ec2::types::Filter;

use super::{Ec2, count_in, filter, tags_in};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::Disk;
use crate::aws::types::unused::UnusedVolume;
use crate::model::{Volume, VolumeKind, tag};

/// As many values as a filter takes:
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html#Filtering_Resources_CLI>
const MOST_FILTER_VALUES: usize = 200;

impl Ec2 {
    /// The disks that are attached to some machines.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn volumes_of(&self, machines: &[String]) -> Result<Vec<Disk>, AwsError> {
        let mut volumes = Vec::new();
        for some in machines.chunks(MOST_FILTER_VALUES) {
            let attached = filter("attachment.instance-id", some.iter().map(String::as_str));
            volumes.extend(self.volumes_with(vec![attached]).await?.into_iter().filter_map(disk));
        }
        Ok(volumes)
    }

    /// The disks that cloudkit made and no machine has.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn own_unused_volumes(&self) -> Result<Vec<UnusedVolume>, AwsError> {
        let ours = filter(&format!("tag:{}", tag::MANAGED), ["true"]);
        let volumes = self.volumes_with(vec![ours, filter("status", ["available"])]).await?;
        let unused = |volume: aws_sdk_ec2::types::Volume| {
            let tags = tags_in(volume.tags.clone());
            disk(volume).map(|Disk { id, volume, .. }| UnusedVolume { id, volume, tags })
        };
        Ok(volumes.into_iter().filter_map(unused).collect())
    }

    /// Removes a disk with what is on it; one that is gone already counts as removed.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] where a machine has it by now.
    pub async fn remove_volume(&self, id: &str) -> Result<(), AwsError> {
        let answer = self.client.delete_volume().volume_id(id).send().await;
        match answer.map_err(|error| AwsError::from_sdk("DeleteVolume", error)) {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    async fn volumes_with(&self, wanted: Vec<Filter>) -> Result<Vec<aws_sdk_ec2::types::Volume>, AwsError> {
        let mut pages =
            self.client.describe_volumes().set_filters(Some(wanted)).into_paginator().items().send();
        let mut volumes = Vec::new();
        while let Some(found) = pages.next().await {
            volumes.push(found.map_err(|error| AwsError::from_sdk("DescribeVolumes", error))?);
        }
        Ok(volumes)
    }
}

fn disk(volume: aws_sdk_ec2::types::Volume) -> Option<Disk> {
    let attachment = volume.attachments.unwrap_or_default().into_iter().next();
    let ends_with_machine = attachment.as_ref().and_then(|one| one.delete_on_termination);
    let kind = volume.volume_type.and_then(|kind| VolumeKind::of(kind.as_str()));
    let (iops, throughput) = (count_in(volume.iops), count_in(volume.throughput));
    let made_of = count_in(volume.size).zip(kind);
    Some(Disk {
        id: volume.volume_id?,
        volume: made_of.map(|(gib, kind)| Volume { gib, kind, iops, throughput }),
        machine: attachment.and_then(|one| one.instance_id),
        ends_with_machine,
    })
}
