//! The regions of AWS as an account sees them.

use super::Ec2;
use crate::aws::error::AwsError;
use crate::aws::types::{AccountRegion, OptIn};

impl Ec2 {
    /// Every region of the partition, those that the account can't use included.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn account_regions(&self) -> Result<Vec<AccountRegion>, AwsError> {
        let answer = self
            .client
            .describe_regions()
            .all_regions(true)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("DescribeRegions", error))?;
        let region = |region: aws_sdk_ec2::types::Region| {
            let opt_in = region.opt_in_status.as_deref().and_then(OptIn::of);
            Some(AccountRegion { name: region.region_name?, opt_in })
        };
        Ok(answer.regions.unwrap_or_default().into_iter().filter_map(region).collect())
    }
}
