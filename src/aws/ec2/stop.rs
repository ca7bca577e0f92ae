//! Stopping and hibernating machines.
//!
//! Neither is ever turned into an end, and a hibernation is asked for as one: EC2 stops a machine plainly where it can't be
//! hibernated, and does not say so.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html>

use super::Ec2;
use crate::aws::error::AwsError;
use crate::aws::types::ending::Hibernation;

impl Ec2 {
    /// Stops a machine, its memory kept or not.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn stop(&self, id: &str, hibernation: Hibernation) -> Result<(), AwsError> {
        let request = self.client.stop_instances().instance_ids(id);
        let request = match hibernation {
            Hibernation::Off => request,
            Hibernation::Configured => request.hibernate(true),
        };
        request.send().await.map(drop).map_err(|error| AwsError::from_sdk("StopInstances", error))
    }
}
