//! What S3 does by itself with what is in a bucket.
//!
//! A bucket has one list of rules, which is written as a whole: those that others made are read first and stay.

use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
    TransitionDefaultMinimumObjectSize,
};

use super::Bucket;
use crate::aws::error::{AwsError, ErrorKind};

/// The name of our rule.
const OURS: &str = "cloudkit";
/// S3's answer where a bucket has no rule at all.
const NO_RULES: &str = "NoSuchLifecycleConfiguration";

/// A bucket's rules, and the setting that is written with them.
#[derive(Debug, Default)]
struct Rules {
    rules: Vec<LifecycleRule>,
    smallest: Option<TransitionDefaultMinimumObjectSize>,
}

impl Bucket {
    /// Has S3 drop what is under a prefix, this many days after it was put there; every other rule stays as it is. Nothing
    /// is written where that rule is there.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html>
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or a call is refused.
    pub async fn expire(&self, prefix: &str, days: i32) -> Result<(), AwsError> {
        let incomplete = |error: aws_sdk_s3::error::BuildError| {
            AwsError::own("PutBucketLifecycleConfiguration", ErrorKind::Refused, error.to_string())
        };
        let wanted = LifecycleRule::builder()
            .id(OURS)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
            .expiration(LifecycleExpiration::builder().days(days).build())
            .build()
            .map_err(incomplete)?;
        let Rules { mut rules, smallest } = self.rules().await?;
        if rules.iter().any(|rule| does_the_same(rule, &wanted)) {
            return Ok(());
        }
        rules.retain(|rule| rule.id() != Some(OURS));
        rules.push(wanted);
        let rules = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build();
        self.client
            .put_bucket_lifecycle_configuration()
            .bucket(&self.name)
            .expected_bucket_owner(&self.account)
            .set_transition_default_minimum_object_size(smallest)
            .lifecycle_configuration(rules.map_err(incomplete)?)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("PutBucketLifecycleConfiguration", error))?;
        Ok(())
    }

    async fn rules(&self) -> Result<Rules, AwsError> {
        let answer = self
            .client
            .get_bucket_lifecycle_configuration()
            .bucket(&self.name)
            .expected_bucket_owner(&self.account)
            .send()
            .await;
        match answer.map_err(|error| AwsError::from_sdk("GetBucketLifecycleConfiguration", error)) {
            Ok(answer) => Ok(Rules {
                rules: answer.rules.unwrap_or_default(),
                smallest: answer.transition_default_minimum_object_size,
            }),
            Err(error) if error.code.as_deref() == Some(NO_RULES) => Ok(Rules::default()),
            Err(error) => Err(error),
        }
    }
}

/// Whether a rule of ours is there already. S3 may add to what was written, so only what was wished is compared.
fn does_the_same(rule: &LifecycleRule, wanted: &LifecycleRule) -> bool {
    let prefix = |rule: &LifecycleRule| rule.filter().and_then(|filter| filter.prefix().map(str::to_owned));
    let days = |rule: &LifecycleRule| rule.expiration().and_then(LifecycleExpiration::days);
    rule.id() == wanted.id()
        && rule.status() == wanted.status()
        && prefix(rule) == prefix(wanted)
        && days(rule) == days(wanted)
}
