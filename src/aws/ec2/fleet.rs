//! CreateFleet of type `instant`: several machines by one request, in any of several pools.
//!
//! The SDK does not retry it, as with RunInstances. Its answer is a success also where there is no machine: each pool that
//! gave none is in it with its reason.

use aws_sdk_ec2::types::{
    CreateFleetError, CreateFleetInstance, DefaultTargetCapacityType, FleetLaunchTemplateConfigRequest,
    FleetLaunchTemplateOverridesRequest, FleetLaunchTemplateSpecificationRequest,
    FleetOnDemandAllocationStrategy, FleetType, LaunchTemplateAndOverridesResponse, OnDemandOptionsRequest,
    ResourceType, SpotAllocationStrategy, SpotOptionsRequest, TargetCapacitySpecificationRequest,
};

use super::run::is_zone_id;
use super::{Ec2, count_out, tags_out};
use crate::aws::error::AwsError;
use crate::aws::types::fleet::{FleetPool, FleetRequest, FleetSingle, FleetTemplate, ToldPool};
use crate::model::Market;

/// What became of a request.
#[derive(Debug, Default)]
pub struct FleetAnswer {
    /// The machines, each with its pool.
    pub machines: Vec<(String, ToldPool)>,
    /// What could not be launched, and why.
    pub errors: Vec<(ToldPool, AwsError)>,
}

/// A template has one version: it is made for one fleet and removed after it.
const ONLY_VERSION: &str = "1";

impl Ec2 {
    /// Asks for several machines. Those of a spot fleet come by one-time requests.
    ///
    /// # Errors
    /// Where EC2 refuses the request as a whole; where [`AwsError::may_have_happened`] is set, only the same request again
    /// tells.
    pub async fn make_fleet(&self, request: &FleetRequest) -> Result<FleetAnswer, AwsError> {
        let wanted = TargetCapacitySpecificationRequest::builder()
            .total_target_capacity(count_out(request.wanted))
            .default_target_capacity_type(match request.market {
                Market::Spot => DefaultTargetCapacityType::Spot,
                _ => DefaultTargetCapacityType::OnDemand,
            })
            .build();
        let configurations = request.templates.iter().map(|one| configuration(one, request.market));
        let asked = self
            .client
            .create_fleet()
            .client_token(&request.client_token)
            .r#type(FleetType::Instant)
            .target_capacity_specification(wanted)
            .set_launch_template_configs(Some(configurations.collect()))
            .tag_specifications(tags_out(ResourceType::Fleet, &request.tags));
        let asked = match request.market {
            Market::Spot => asked.spot_options(spot_options(request)),
            _ => asked.on_demand_options(on_demand_options(request)),
        };
        let answer = asked
            .customize()
            .config_override(super::sent_once())
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("CreateFleet", error))?;
        Ok(FleetAnswer {
            machines: answer.instances.unwrap_or_default().into_iter().flat_map(machines).collect(),
            errors: answer.errors.unwrap_or_default().into_iter().map(refused).collect(),
        })
    }
}

/// The pools with the most room first, and of these the cheapest: AWS's own recommendation.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-allocation-strategy.html>
fn spot_options(request: &FleetRequest) -> SpotOptionsRequest {
    let options =
        SpotOptionsRequest::builder().allocation_strategy(SpotAllocationStrategy::PriceCapacityOptimized);
    let Some(least) = request.least else { return options.build() };
    let options = options.min_target_capacity(count_out(least.count));
    match least.single {
        FleetSingle::InstanceType => options.single_instance_type(true).build(),
        FleetSingle::Zone => options.single_availability_zone(true).build(),
    }
}

/// In the order that the pools are given.
fn on_demand_options(request: &FleetRequest) -> OnDemandOptionsRequest {
    let options =
        OnDemandOptionsRequest::builder().allocation_strategy(FleetOnDemandAllocationStrategy::Prioritized);
    let Some(least) = request.least else { return options.build() };
    let options = options.min_target_capacity(count_out(least.count));
    match least.single {
        FleetSingle::InstanceType => options.single_instance_type(true).build(),
        FleetSingle::Zone => options.single_availability_zone(true).build(),
    }
}

fn configuration(template: &FleetTemplate, market: Market) -> FleetLaunchTemplateConfigRequest {
    let named = FleetLaunchTemplateSpecificationRequest::builder()
        .launch_template_name(&template.name)
        .version(ONLY_VERSION)
        .build();
    FleetLaunchTemplateConfigRequest::builder()
        .launch_template_specification(named)
        .set_overrides(Some(template.pools.iter().map(|pool| pool_out(pool, market)).collect()))
        .build()
}

/// A subnet says the zone already.
fn pool_out(pool: &FleetPool, market: Market) -> FleetLaunchTemplateOverridesRequest {
    let asked = FleetLaunchTemplateOverridesRequest::builder()
        .instance_type(pool.instance_type.as_str().into())
        .set_subnet_id(pool.subnet.clone())
        .set_max_price(pool.max_price.map(|price| price.to_string()))
        .set_priority((market != Market::Spot).then_some(f64::from(pool.rank)));
    match pool.zone.as_deref().filter(|_| pool.subnet.is_none()) {
        Some(zone) if is_zone_id(zone) => asked.availability_zone_id(zone).build(),
        Some(zone) => asked.availability_zone(zone).build(),
        None => asked.build(),
    }
}

fn machines(launched: CreateFleetInstance) -> Vec<(String, ToldPool)> {
    let mut pool = told(launched.launch_template_and_overrides);
    if let Some(name) = launched.instance_type {
        pool.instance_type = Some(name.as_str().to_owned());
    }
    pool.zones.extend(launched.availability_zone_id);
    pool.zones.extend(launched.availability_zone);
    pool.subnet = pool.subnet.or(launched.subnet_id);
    launched.instance_ids.unwrap_or_default().into_iter().map(|id| (id, pool.clone())).collect()
}

fn refused(error: CreateFleetError) -> (ToldPool, AwsError) {
    let why = AwsError::in_answer("CreateFleet", error.error_code, error.error_message);
    (told(error.launch_template_and_overrides), why)
}

fn told(by: Option<LaunchTemplateAndOverridesResponse>) -> ToldPool {
    let Some(overrides) = by.and_then(|by| by.overrides) else { return ToldPool::default() };
    ToldPool {
        instance_type: overrides.instance_type.map(|name| name.as_str().to_owned()),
        zones: overrides.availability_zone_id.into_iter().chain(overrides.availability_zone).collect(),
        subnet: overrides.subnet_id,
    }
}
