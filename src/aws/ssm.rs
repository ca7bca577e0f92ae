//! Systems Manager: the public parameters by which AWS names its current images.
//!
//! Nothing is stored there.

use super::error::{AwsError, ErrorKind};

/// A client of the parameter store.
#[derive(Debug, Clone)]
pub struct Parameters {
    client: aws_sdk_ssm::Client,
}

impl Parameters {
    pub(super) fn new(client: aws_sdk_ssm::Client) -> Self {
        Self { client }
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// Where the region has no such parameter, it may not be read, or AWS can't be reached.
    pub async fn value(&self, name: &str) -> Result<String, AwsError> {
        let answer = self
            .client
            .get_parameter()
            .name(name)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("GetParameter", error))?;
        answer
            .parameter
            .and_then(|parameter| parameter.value)
            .ok_or_else(|| AwsError::own("GetParameter", ErrorKind::NotFound, format!("{name} has no value")))
    }
}
