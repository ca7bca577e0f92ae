//! Launch templates: what the machines of a fleet start from, since a fleet takes it from nowhere else.
//!
//! Each is made for one fleet. The market is not in it: a fleet says that itself, and refuses templates that do.

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHibernationOptionsRequest, LaunchTemplateHttpTokensState,
    LaunchTemplateIamInstanceProfileSpecificationRequest, LaunchTemplateInstanceMetadataEndpointState,
    LaunchTemplateInstanceMetadataOptionsRequest, LaunchTemplateInstanceMetadataTagsState,
    LaunchTemplateInstanceNetworkInterfaceSpecificationRequest, LaunchTemplateTagSpecificationRequest,
    RequestLaunchTemplateData, ResourceType,
};

use super::run::{METADATA_HOPS, shutdown_behavior, tagged_kinds};
use super::{Ec2, count_out, filter, tag_out, tags_in, tags_out};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::ending::{Hibernation, MetadataTags};
use crate::aws::types::volume::BlockDevice;
use crate::aws::types::{InterfaceRequest, LaunchTemplate, RunRequest};
use crate::model::tag::{self, Tag};

impl Ec2 {
    /// Makes a launch template of what a request for a machine says, but for its type, its place and its market. Asked for
    /// again with the same name and token it makes no second one.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn make_launch_template(
        &self,
        name: &str,
        request: &RunRequest,
        tags: &[Tag],
    ) -> Result<(), AwsError> {
        let answer = self
            .client
            .create_launch_template()
            .client_token(name)
            .launch_template_name(name)
            .launch_template_data(content(request))
            .tag_specifications(tags_out(ResourceType::LaunchTemplate, tags))
            .send()
            .await;
        match answer.map_err(|error| AwsError::from_sdk("CreateLaunchTemplate", error)) {
            // The first answer was lost, and the SDK asked again: the name is this launch's alone.
            Err(error) if error.kind != ErrorKind::AlreadyThere => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes a launch template; says whether it was there.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn remove_launch_template(&self, name: &str) -> Result<bool, AwsError> {
        let answer = self.client.delete_launch_template().launch_template_name(name).send().await;
        match answer.map_err(|error| AwsError::from_sdk("DeleteLaunchTemplate", error)) {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::NotKnownYet) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The launch templates that are tagged as cloudkit's.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn own_launch_templates(&self) -> Result<Vec<LaunchTemplate>, AwsError> {
        let own = filter(&format!("tag:{}", tag::MANAGED), ["true"]);
        let mut pages = self.client.describe_launch_templates().filters(own).into_paginator().send();
        let mut templates = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("DescribeLaunchTemplates", error))?;
            let found = page.launch_templates.unwrap_or_default().into_iter();
            templates.extend(found.filter_map(|one| {
                Some(LaunchTemplate { name: one.launch_template_name?, tags: tags_in(one.tags) })
            }));
        }
        Ok(templates)
    }
}

fn content(request: &RunRequest) -> RequestLaunchTemplateData {
    let tags = tagged_kinds(request.market).into_iter().map(|kind| tags_of(kind, &request.tags));
    RequestLaunchTemplateData::builder()
        .image_id(&request.image)
        .set_security_group_ids(request.interface.is_none().then(|| request.groups.clone()))
        .set_network_interfaces(request.interface.as_ref().map(|one| vec![interface(one, &request.groups)]))
        .set_key_name(request.key_pair.clone())
        .set_block_device_mappings(Some(request.block_devices.iter().map(volume).collect()))
        .metadata_options(metadata_options(request.ending.metadata_tags))
        .instance_initiated_shutdown_behavior(shutdown_behavior(request.ending.shutdown_behavior))
        .set_hibernation_options((request.ending.hibernation == Hibernation::Configured).then(hibernation))
        .set_iam_instance_profile(request.ending.instance_profile.as_deref().map(instance_profile))
        .user_data(&request.user_data)
        .set_tag_specifications(Some(tags.collect()))
        .build()
}

/// The one network interface; its subnet is each pool's own.
fn interface(
    wanted: &InterfaceRequest,
    groups: &[String],
) -> LaunchTemplateInstanceNetworkInterfaceSpecificationRequest {
    LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder()
        .device_index(0)
        .set_groups(Some(groups.to_vec()))
        .associate_public_ip_address(wanted.public_address)
        .set_ipv6_address_count(wanted.ipv6.then_some(1))
        .delete_on_termination(true)
        .build()
}

fn volume(device: &BlockDevice) -> LaunchTemplateBlockDeviceMappingRequest {
    let volume = LaunchTemplateEbsBlockDeviceRequest::builder()
        .encrypted(true)
        .delete_on_termination(true)
        .set_volume_size(device.gib.map(count_out))
        .set_volume_type(device.kind.map(|kind| kind.as_str().into()))
        .set_iops(device.iops.map(count_out))
        .set_throughput(device.throughput.map(count_out))
        .build();
    LaunchTemplateBlockDeviceMappingRequest::builder().device_name(&device.device).ebs(volume).build()
}

fn metadata_options(tags: MetadataTags) -> LaunchTemplateInstanceMetadataOptionsRequest {
    let tags = match tags {
        MetadataTags::Served => LaunchTemplateInstanceMetadataTagsState::Enabled,
        MetadataTags::Hidden => LaunchTemplateInstanceMetadataTagsState::Disabled,
    };
    LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .http_endpoint(LaunchTemplateInstanceMetadataEndpointState::Enabled)
        .http_tokens(LaunchTemplateHttpTokensState::Required)
        .http_put_response_hop_limit(METADATA_HOPS)
        .instance_metadata_tags(tags)
        .build()
}

fn hibernation() -> LaunchTemplateHibernationOptionsRequest {
    LaunchTemplateHibernationOptionsRequest::builder().configured(true).build()
}

fn instance_profile(name: &str) -> LaunchTemplateIamInstanceProfileSpecificationRequest {
    LaunchTemplateIamInstanceProfileSpecificationRequest::builder().name(name).build()
}

fn tags_of(kind: ResourceType, tags: &[Tag]) -> LaunchTemplateTagSpecificationRequest {
    let tags = tags.iter().map(tag_out).collect();
    LaunchTemplateTagSpecificationRequest::builder().resource_type(kind).set_tags(Some(tags)).build()
}
