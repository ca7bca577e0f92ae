//! What is done to machines that are there: ended, stopped, started, tagged.
//!
//! Each call takes machines of this region alone; which ones is the caller's affair.

use super::{Ec2, tag_out};
use crate::aws::error::{AwsError, ErrorKind};
use crate::model::tag::Tag;

/// How a machine is put to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Its system is shut down; only its disks stay.
    Stop,
    /// Its memory is kept on its root disk too.
    Hibernate,
}

impl Ec2 {
    /// Ends a machine; one that is gone already counts as ended.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn terminate(&self, id: &str) -> Result<(), AwsError> {
        match self.terminate_all(&[id.to_owned()]).await {
            Err(error) if error.kind != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Ends machines by one call. One id that EC2 does not know fails the call for all of them.
    ///
    /// # Errors
    /// Where EC2 refuses one of them or can't be reached.
    pub async fn terminate_all(&self, ids: &[String]) -> Result<(), AwsError> {
        let answer = self.client.terminate_instances().set_instance_ids(Some(ids.to_vec())).send().await;
        answer.map(|_| ()).map_err(|error| AwsError::from_sdk("TerminateInstances", error))
    }

    /// Puts machines to rest by one call.
    ///
    /// # Errors
    /// Where EC2 refuses one of them or can't be reached.
    pub async fn rest(&self, ids: &[String], rest: Rest) -> Result<(), AwsError> {
        let request = self.client.stop_instances().set_instance_ids(Some(ids.to_vec()));
        let hibernate = (rest == Rest::Hibernate).then_some(true);
        let answer = request.set_hibernate(hibernate).send().await;
        answer.map(|_| ()).map_err(|error| AwsError::from_sdk("StopInstances", error))
    }

    /// Starts stopped machines by one call.
    ///
    /// # Errors
    /// Where EC2 refuses one of them, has no room for it, or can't be reached.
    pub async fn start(&self, ids: &[String]) -> Result<(), AwsError> {
        let answer = self.client.start_instances().set_instance_ids(Some(ids.to_vec())).send().await;
        answer.map(|_| ()).map_err(|error| AwsError::from_sdk("StartInstances", error))
    }

    /// Sets tags, over those of the same keys.
    ///
    /// # Errors
    /// Where EC2 refuses or can't be reached.
    pub async fn set_tags(&self, ids: &[String], tags: &[Tag]) -> Result<(), AwsError> {
        let tags = tags.iter().map(tag_out).collect();
        let request = self.client.create_tags().set_resources(Some(ids.to_vec())).set_tags(Some(tags));
        request.send().await.map(|_| ()).map_err(|error| AwsError::from_sdk("CreateTags", error))
    }
}
