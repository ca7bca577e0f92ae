//! Dry runs: whether the caller may do something, asked without doing it.
//!
//! EC2 alone has them, and what it checks besides the permission differs from action to action.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-testing.html>

use aws_sdk_ec2::types::{
    IamInstanceProfileSpecification, InstanceMarketOptionsRequest, MarketType, ResourceType,
};

use super::{Ec2, tags_out};
use crate::aws::error::AwsError;
use crate::model::Market;
use crate::model::tag::Tag;

/// The code of a dry run that would have been done.
const WOULD_BE_DONE: &str = "DryRunOperation";

/// A machine that is asked for in a dry run.
#[derive(Debug, Clone)]
pub struct DryMachine {
    /// The type.
    pub instance_type: String,
    /// The image.
    pub image: String,
    /// The subnet, where one is known.
    pub subnet: Option<String>,
    /// The ids of its groups, where they are there already.
    pub groups: Vec<String>,
    /// How it is bought.
    pub market: Market,
    /// The instance profile, where it is there already.
    pub profile: Option<String>,
    /// Its tags, for which the caller needs a permission of its own.
    pub tags: Vec<Tag>,
}

impl Ec2 {
    /// Whether the caller may launch a machine, and tag it.
    ///
    /// # Errors
    /// Where the caller may not, EC2 finds fault with the request, or can't be reached.
    pub async fn may_run(&self, machine: &DryMachine) -> Result<(), AwsError> {
        let kinds = [ResourceType::Instance, ResourceType::Volume, ResourceType::NetworkInterface];
        let tags = kinds.into_iter().map(|kind| tags_out(kind, &machine.tags)).collect();
        let market = match machine.market {
            Market::Spot => Some(MarketType::Spot),
            Market::CapacityBlock => Some(MarketType::CapacityBlock),
            Market::OnDemand | Market::Reservation => None,
        };
        let market = market.map(|market| InstanceMarketOptionsRequest::builder().market_type(market).build());
        let profile = machine.profile.as_deref();
        let answer = self
            .client
            .run_instances()
            .dry_run(true)
            .min_count(1)
            .max_count(1)
            .image_id(&machine.image)
            .instance_type(machine.instance_type.as_str().into())
            .set_subnet_id(machine.subnet.clone())
            .set_security_group_ids(Some(machine.groups.clone()).filter(|groups| !groups.is_empty()))
            .set_instance_market_options(market)
            .set_iam_instance_profile(
                profile.map(|name| IamInstanceProfileSpecification::builder().name(name).build()),
            )
            .set_tag_specifications(Some(tags))
            .send()
            .await;
        verdict(answer.map_err(|error| AwsError::from_sdk("RunInstances", error)))
    }

    /// Whether the caller may make a security group in a network.
    ///
    /// # Errors
    /// Where the caller may not, EC2 finds fault with the request, or can't be reached.
    pub async fn may_make_group(&self, network: &str, tags: &[Tag]) -> Result<(), AwsError> {
        let answer = self
            .client
            .create_security_group()
            .dry_run(true)
            .group_name("cloudkit-dry-run")
            .description("Whether a group can be made")
            .vpc_id(network)
            .tag_specifications(tags_out(ResourceType::SecurityGroup, tags))
            .send()
            .await;
        verdict(answer.map_err(|error| AwsError::from_sdk("CreateSecurityGroup", error)))
    }

    /// Whether the caller may make a network.
    ///
    /// # Errors
    /// Where the caller may not, EC2 finds fault with the request, or can't be reached.
    pub async fn may_make_network(&self, range: &str, tags: &[Tag]) -> Result<(), AwsError> {
        let request = self.client.create_vpc().dry_run(true).cidr_block(range);
        let answer = request.tag_specifications(tags_out(ResourceType::Vpc, tags)).send().await;
        verdict(answer.map_err(|error| AwsError::from_sdk("CreateVpc", error)))
    }
}

/// What a dry run says: an error is all that it ever answers with.
pub(super) fn verdict<T>(answer: Result<T, AwsError>) -> Result<(), AwsError> {
    match answer {
        Err(error) if error.code.as_deref() == Some(WOULD_BE_DONE) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}
