//! Attributes of a machine that DescribeInstances does not show.
//!
//! They are read, never changed.

use aws_sdk_ec2::operation::describe_instance_attribute::DescribeInstanceAttributeOutput;
use aws_sdk_ec2::types::InstanceAttributeName;

use super::Ec2;
use crate::aws::error::AwsError;
use crate::aws::types::Protection;
use crate::model::ShutdownBehavior;

impl Ec2 {
    /// What stands against the end of a machine, and what its own power-off does.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn protection(&self, id: &str) -> Result<Protection, AwsError> {
        let (termination, stop, shutdown) = tokio::try_join!(
            self.attribute(id, InstanceAttributeName::DisableApiTermination),
            self.attribute(id, InstanceAttributeName::DisableApiStop),
            self.attribute(id, InstanceAttributeName::InstanceInitiatedShutdownBehavior),
        )?;
        let shutdown = shutdown.instance_initiated_shutdown_behavior.and_then(|behaviour| behaviour.value);
        Ok(Protection {
            against_termination: termination
                .disable_api_termination
                .and_then(|set| set.value)
                .unwrap_or(false),
            against_stop: stop.disable_api_stop.and_then(|set| set.value).unwrap_or(false),
            on_shutdown: match shutdown.as_deref() {
                Some("stop") => Some(ShutdownBehavior::Stop),
                Some("terminate") => Some(ShutdownBehavior::Terminate),
                _ => None,
            },
        })
    }

    async fn attribute(
        &self,
        id: &str,
        attribute: InstanceAttributeName,
    ) -> Result<DescribeInstanceAttributeOutput, AwsError> {
        let answer =
            self.client.describe_instance_attribute().instance_id(id).attribute(attribute).send().await;
        answer.map_err(|error| AwsError::from_sdk("DescribeInstanceAttribute", error))
    }
}
