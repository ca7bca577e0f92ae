//! Key pairs: looked up by name.
//!
//! None is ever made or removed: a key travels in the user data unless somebody names a pair that is there.

use super::Ec2;
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::network::KeyPair;

impl Ec2 {
    /// A key pair by its name, or `None` where there is no such pair in this region.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn key_pair(&self, name: &str) -> Result<Option<KeyPair>, AwsError> {
        let request = self.client.describe_key_pairs().key_names(name).include_public_key(true);
        match request.send().await.map_err(|error| AwsError::from_sdk("DescribeKeyPairs", error)) {
            Ok(answer) => Ok(answer.key_pairs.unwrap_or_default().into_iter().find_map(|pair| {
                let public_key = pair.public_key.map(|line| line.trim().to_owned());
                Some(KeyPair { name: pair.key_name?, public_key: public_key.filter(|line| !line.is_empty()) })
            })),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
