//! Elastic addresses, which cost whether or not they are used.
//!
//! None is ever made here.

use super::{Ec2, filter, tags_in};
use crate::aws::error::{AwsError, ErrorKind};
use crate::aws::types::unused::UnusedAddress;
use crate::model::tag;

impl Ec2 {
    /// The addresses with our tag that no interface and no machine has.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn own_unused_addresses(&self) -> Result<Vec<UnusedAddress>, AwsError> {
        let ours = filter(&format!("tag:{}", tag::MANAGED), ["true"]);
        let answer = self.client.describe_addresses().filters(ours).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("DescribeAddresses", error))?;
        let unused = |address: aws_sdk_ec2::types::Address| {
            let used = [&address.association_id, &address.instance_id, &address.network_interface_id];
            if used.into_iter().flatten().any(|id| !id.is_empty()) {
                return None;
            }
            Some(UnusedAddress { id: address.allocation_id?, tags: tags_in(address.tags) })
        };
        Ok(answer.addresses.unwrap_or_default().into_iter().filter_map(unused).collect())
    }

    /// Gives an address back to AWS; one that is gone already counts as given back.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] where something has it by now.
    pub async fn release_address(&self, id: &str) -> Result<(), AwsError> {
        let answer = self.client.release_address().allocation_id(id).send().await;
        match answer.map_err(|error| AwsError::from_sdk("ReleaseAddress", error)) {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
