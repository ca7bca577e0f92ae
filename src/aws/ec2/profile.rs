//! The instance profile of a machine that is there.

use super::Ec2;
use crate::aws::error::{AwsError, ErrorKind};

impl Ec2 {
    /// Gives a machine that has no role the role of an instance profile. One that has it already is left as it is: the answer
    /// to the first try was lost.
    ///
    /// # Errors
    /// Where EC2 refuses, does not know the profile yet ([`ErrorKind::NotKnownYet`]), or can't be reached.
    pub async fn give_profile(&self, id: &str, profile: &str) -> Result<(), AwsError> {
        let named = aws_sdk_ec2::types::IamInstanceProfileSpecification::builder().name(profile).build();
        let request =
            self.client.associate_iam_instance_profile().instance_id(id).iam_instance_profile(named);
        match request.send().await.map_err(|error| AwsError::from_sdk("AssociateIamInstanceProfile", error)) {
            Ok(_) => Ok(()),
            Err(error) if error.kind == ErrorKind::NotKnownYet => Err(error),
            Err(error) => match self.profile_of(id).await {
                Ok(Some(arn)) if arn.rsplit('/').next() == Some(profile) => Ok(()),
                _ => Err(error),
            },
        }
    }

    async fn profile_of(&self, id: &str) -> Result<Option<String>, AwsError> {
        let own = aws_sdk_ec2::types::Filter::builder().name("instance-id").values(id).build();
        let answer = self.client.describe_iam_instance_profile_associations().filters(own).send().await;
        let answer =
            answer.map_err(|error| AwsError::from_sdk("DescribeIamInstanceProfileAssociations", error))?;
        let found = answer.iam_instance_profile_associations.unwrap_or_default().into_iter().next();
        Ok(found.and_then(|found| found.iam_instance_profile?.arn))
    }
}
