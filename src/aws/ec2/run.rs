//! RunInstances: one request, one machine or several of one kind.
//!
//! The SDK does not retry it: who sends it decides whether the very same request is sent again or another candidate is
//! tried. The request is built from a [`RunRequest`] alone, so that the same one gives the same bytes.

use aws_sdk_ec2::types::{
    BlockDeviceMapping, CapacityReservationSpecification, CapacityReservationTarget, EbsBlockDevice,
    HibernationOptionsRequest, HttpTokensState, IamInstanceProfileSpecification,
    InstanceMarketOptionsRequest, InstanceMetadataEndpointState, InstanceMetadataOptionsRequest,
    InstanceMetadataTagsState, InstanceNetworkInterfaceSpecification, MarketType, Placement, ResourceType,
    ShutdownBehavior, SpotInstanceType, SpotMarketOptions,
};

use super::machine::machine;
use super::{Ec2, count_out, incomplete, tags_out};
use crate::aws::error::AwsError;
use crate::aws::types::ending::{Hibernation, MetadataTags};
use crate::aws::types::volume::BlockDevice;
use crate::aws::types::{InterfaceRequest, Machine, RunRequest};
use crate::model::{self, Market};

/// How far a metadata answer may travel: containers on the machine are one hop away.
pub(super) const METADATA_HOPS: i32 = 2;

impl Ec2 {
    /// Asks for as many machines as the request says; there is at least one in an answer.
    ///
    /// # Errors
    /// Where EC2 refuses; where [`AwsError::may_have_happened`] is set, only the same request again tells.
    pub async fn run(&self, request: &RunRequest) -> Result<Vec<Machine>, AwsError> {
        let kinds = tagged_kinds(request.market).into_iter();
        let tags = kinds.map(|kind| tags_out(kind, &request.tags)).collect();
        let answer = self
            .client
            .run_instances()
            .client_token(&request.client_token)
            .min_count(count_out(request.count.least))
            .max_count(count_out(request.count.most))
            .image_id(&request.image)
            .instance_type(request.instance_type.as_str().into())
            .set_placement(placement(request))
            .set_security_group_ids(request.interface.is_none().then(|| request.groups.clone()))
            .set_network_interfaces(
                request.interface.as_ref().map(|one| vec![interface(one, &request.groups)]),
            )
            .set_key_name(request.key_pair.clone())
            .set_block_device_mappings(Some(request.block_devices.iter().map(volume).collect()))
            .set_instance_market_options(market(request))
            .set_capacity_reservation_specification(request.reservation.as_deref().map(reservation))
            .metadata_options(metadata_options(request.ending.metadata_tags))
            .instance_initiated_shutdown_behavior(shutdown_behavior(request.ending.shutdown_behavior))
            .set_hibernation_options(hibernation(request.ending.hibernation))
            .set_iam_instance_profile(request.ending.instance_profile.as_deref().map(instance_profile))
            .user_data(&request.user_data)
            .set_tag_specifications(Some(tags))
            .customize()
            .config_override(super::sent_once())
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("RunInstances", error))?;
        let machines: Vec<Machine> =
            answer.instances.unwrap_or_default().into_iter().filter_map(machine).collect();
        if machines.is_empty() { Err(incomplete("RunInstances", "instance")) } else { Ok(machines) }
    }
}

/// What is tagged as it is made.
pub(super) fn tagged_kinds(market: Market) -> Vec<ResourceType> {
    let mut kinds = vec![ResourceType::Instance, ResourceType::Volume, ResourceType::NetworkInterface];
    if market == Market::Spot {
        kinds.push(ResourceType::SpotInstancesRequest);
    }
    kinds
}

/// Whether it is a zone's id, `use1-az1`, and not the account's own name for one, `us-east-1a`.
pub(super) fn is_zone_id(zone: &str) -> bool {
    zone.contains("-az")
}

/// A zone by its id (`use1-az1`) or its name (`us-east-1a`); a subnet says it already.
fn placement(request: &RunRequest) -> Option<Placement> {
    let zone = request.zone.as_deref().filter(|_| request.interface.is_none())?;
    let placement = Placement::builder();
    Some(if is_zone_id(zone) {
        placement.availability_zone_id(zone).build()
    } else {
        placement.availability_zone(zone).build()
    })
}

/// The one network interface. Where a request describes it, its groups and its subnet are said here and nowhere else:
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>
fn interface(wanted: &InterfaceRequest, groups: &[String]) -> InstanceNetworkInterfaceSpecification {
    InstanceNetworkInterfaceSpecification::builder()
        .device_index(0)
        .subnet_id(&wanted.subnet)
        .set_groups(Some(groups.to_vec()))
        .associate_public_ip_address(wanted.public_address)
        .set_ipv6_address_count(wanted.ipv6.then_some(1))
        .delete_on_termination(true)
        .build()
}

/// A volume, encrypted, and gone with the machine.
fn volume(device: &BlockDevice) -> BlockDeviceMapping {
    let volume = EbsBlockDevice::builder()
        .encrypted(true)
        .delete_on_termination(true)
        .set_volume_size(device.gib.map(count_out))
        .set_volume_type(device.kind.map(|kind| kind.as_str().into()))
        .set_iops(device.iops.map(count_out))
        .set_throughput(device.throughput.map(count_out))
        .build();
    BlockDeviceMapping::builder().device_name(&device.device).ebs(volume).build()
}

pub(super) fn shutdown_behavior(behavior: model::ShutdownBehavior) -> ShutdownBehavior {
    match behavior {
        model::ShutdownBehavior::Terminate => ShutdownBehavior::Terminate,
        model::ShutdownBehavior::Stop => ShutdownBehavior::Stop,
    }
}

fn hibernation(hibernation: Hibernation) -> Option<HibernationOptionsRequest> {
    let configured = hibernation == Hibernation::Configured;
    configured.then(|| HibernationOptionsRequest::builder().configured(true).build())
}

fn instance_profile(name: &str) -> IamInstanceProfileSpecification {
    IamInstanceProfileSpecification::builder().name(name).build()
}

/// Version 2 only; by the instance's tags the machine learns of a moved deadline without a role.
fn metadata_options(tags: MetadataTags) -> InstanceMetadataOptionsRequest {
    let tags = match tags {
        MetadataTags::Served => InstanceMetadataTagsState::Enabled,
        MetadataTags::Hidden => InstanceMetadataTagsState::Disabled,
    };
    InstanceMetadataOptionsRequest::builder()
        .http_endpoint(InstanceMetadataEndpointState::Enabled)
        .http_tokens(HttpTokensState::Required)
        .http_put_response_hop_limit(METADATA_HOPS)
        .instance_metadata_tags(tags)
        .build()
}

/// Spot always by a one-time request: a persistent one starts a replacement for a machine that has ended.
fn market(request: &RunRequest) -> Option<InstanceMarketOptionsRequest> {
    let options = InstanceMarketOptionsRequest::builder();
    match request.market {
        Market::OnDemand | Market::Reservation => None,
        Market::CapacityBlock => Some(options.market_type(MarketType::CapacityBlock).build()),
        Market::Spot => {
            let once = SpotMarketOptions::builder()
                .spot_instance_type(SpotInstanceType::OneTime)
                .set_max_price(request.max_price.map(|price| price.to_string()))
                .build();
            Some(options.market_type(MarketType::Spot).spot_options(once).build())
        }
    }
}

fn reservation(id: &str) -> CapacityReservationSpecification {
    let target = CapacityReservationTarget::builder().capacity_reservation_id(id).build();
    CapacityReservationSpecification::builder().capacity_reservation_target(target).build()
}
