//! Systems Manager: the public parameters by which AWS names its current images.
//!
//! Nothing is stored there.

use std::collections::BTreeMap;

use super::error::AwsError;

/// How many parameters one call asks for at most:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>
const MOST_NAMES: usize = 10;

/// A client of the parameter store.
#[derive(Debug, Clone)]
pub struct Parameters {
    client: aws_sdk_ssm::Client,
}

impl Parameters {
    pub(super) fn new(client: aws_sdk_ssm::Client) -> Self {
        Self { client }
    }

    /// The values of those of the parameters that there are in this region.
    ///
    /// # Errors
    /// Where they may not be read, or AWS can't be reached.
    pub async fn values(&self, names: &[&str]) -> Result<BTreeMap<String, String>, AwsError> {
        let mut values = BTreeMap::new();
        for some in names.chunks(MOST_NAMES) {
            let names = Some(some.iter().map(|&name| name.to_owned()).collect());
            let answer = self.client.get_parameters().set_names(names).send().await;
            let answer = answer.map_err(|error| AwsError::from_sdk("GetParameters", error))?;
            let found = answer.parameters.unwrap_or_default().into_iter();
            values.extend(found.filter_map(|parameter| Some((parameter.name?, parameter.value?))));
        }
        Ok(values)
    }
}
