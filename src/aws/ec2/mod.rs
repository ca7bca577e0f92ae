//! EC2: images, types, networks, groups and machines in one region.
//!
//! A file per noun. The SDK's own retries are on for reading and off for RunInstances and CreateFleet.

mod address;
mod attribute;
mod capacity_block;
mod console;
mod dry_run;
mod fleet;
mod group;
mod image;
mod key_pair;
mod launch_template;
mod machine;
mod network;
mod placement_score;
mod power;
mod profile;
mod region;
mod reservation;
mod run;
mod spot_price;
mod subnet;
mod usage;
mod volume;
mod zone;

pub use dry_run::DryMachine;
pub use fleet::FleetAnswer;
pub use group::Opening;
pub use power::Rest;

use aws_smithy_types::retry::RetryConfig;

use super::error::{AwsError, ErrorKind};
use crate::model::tag::Tag;

/// A client of EC2 in one region.
#[derive(Debug, Clone)]
pub struct Ec2 {
    client: aws_sdk_ec2::Client,
}

impl Ec2 {
    pub(super) fn new(client: aws_sdk_ec2::Client) -> Self {
        Self { client }
    }

    /// The regions that the account can use.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn enabled_regions(&self) -> Result<Vec<String>, AwsError> {
        let answer = self
            .client
            .describe_regions()
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeRegions", error))?;
        Ok(answer.regions.unwrap_or_default().into_iter().filter_map(|region| region.region_name).collect())
    }
}

/// Configuration of a call that is sent once.
fn sent_once() -> aws_sdk_ec2::config::Builder {
    aws_sdk_ec2::config::Builder::new().retry_config(RetryConfig::disabled())
}

fn filter<'v>(name: &str, values: impl IntoIterator<Item = &'v str>) -> aws_sdk_ec2::types::Filter {
    let values = values.into_iter().map(str::to_owned).collect();
    aws_sdk_ec2::types::Filter::builder().name(name).set_values(Some(values)).build()
}

fn tags_in(tags: Option<Vec<aws_sdk_ec2::types::Tag>>) -> Vec<Tag> {
    let pair =
        |tag: aws_sdk_ec2::types::Tag| Some(Tag { key: tag.key?, value: tag.value.unwrap_or_default() });
    tags.unwrap_or_default().into_iter().filter_map(pair).collect()
}

fn tags_out(kind: aws_sdk_ec2::types::ResourceType, tags: &[Tag]) -> aws_sdk_ec2::types::TagSpecification {
    let tags = tags.iter().map(tag_out);
    aws_sdk_ec2::types::TagSpecification::builder().resource_type(kind).set_tags(Some(tags.collect())).build()
}

fn tag_out(tag: &Tag) -> aws_sdk_ec2::types::Tag {
    aws_sdk_ec2::types::Tag::builder().key(&tag.key).value(&tag.value).build()
}

/// An instant as the SDK takes it, to the second.
fn time_out(at: jiff::Timestamp) -> aws_smithy_types::DateTime {
    aws_smithy_types::DateTime::from_secs(at.as_second())
}

/// An instant as the SDK gives it; none where it lies beyond what we count.
fn time_in(at: Option<aws_smithy_types::DateTime>) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(at?.secs()).ok()
}

/// A count as the SDK gives it; a negative one is none.
fn count_in(count: Option<i32>) -> Option<u32> {
    u32::try_from(count?).ok()
}

/// A count as the SDK takes it; what is more than it can say is its most.
fn count_out(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// An answer that lacks what it always has.
fn incomplete(operation: &'static str, what: &str) -> AwsError {
    AwsError::own(operation, ErrorKind::Unavailable, format!("the answer to {operation} has no {what}"))
}
