//! STS: who the caller is.
//!
//! Assuming roles is the SDK's own affair.

use super::clock::{ClockReader, Clocks};
use super::error::AwsError;
use super::types::Identity;

/// A client of STS.
#[derive(Debug, Clone)]
pub struct Sts {
    client: aws_sdk_sts::Client,
}

impl Sts {
    pub(super) fn new(client: aws_sdk_sts::Client) -> Self {
        Self { client }
    }

    /// Who the caller is, and what the clocks say, which AWS also tells to those whom it refuses.
    pub async fn caller_and_clocks(&self) -> (Result<Identity, AwsError>, Option<Clocks>) {
        let reader = ClockReader::default();
        let request = self.client.get_caller_identity().customize().interceptor(reader.clone());
        let answer = request.send().await.map_err(|error| AwsError::from_sdk("GetCallerIdentity", error));
        let identity = answer.map(|answer| Identity {
            account: answer.account.unwrap_or_default(),
            arn: answer.arn.unwrap_or_default(),
        });
        (identity, reader.read())
    }

    /// Who the caller is. Needs no permission.
    ///
    /// # Errors
    /// Where the credentials are not valid, or AWS can't be reached.
    pub async fn caller(&self) -> Result<Identity, AwsError> {
        let answer = self
            .client
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("GetCallerIdentity", error))?;
        Ok(Identity { account: answer.account.unwrap_or_default(), arn: answer.arn.unwrap_or_default() })
    }
}
