//! EC2 Instance Connect: a public key that a machine lets in for a minute.
//!
//! The machine asks EC2 for it, so its image has to have the agent of Instance Connect: Amazon Linux and Ubuntu have.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-linux-inst-eic.html>

use super::error::AwsError;

/// A client of EC2 Instance Connect in one region.
#[derive(Debug, Clone)]
pub struct InstanceConnect {
    client: aws_sdk_ec2instanceconnect::Client,
}

impl InstanceConnect {
    pub(super) fn new(client: aws_sdk_ec2instanceconnect::Client) -> Self {
        Self { client }
    }

    /// Lets a key in as a user, for 60 seconds.
    ///
    /// # Errors
    /// Where AWS refuses or can't be reached.
    pub async fn push_key(&self, machine: &str, user: &str, public_key: &str) -> Result<(), AwsError> {
        let request = self.client.send_ssh_public_key().instance_id(machine).instance_os_user(user);
        let answer = request.ssh_public_key(public_key).send().await;
        answer.map(|_| ()).map_err(|error| AwsError::from_sdk("SendSSHPublicKey", error))
    }
}
