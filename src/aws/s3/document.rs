//! Small objects that several people may write at once: they are read with a mark, and written only where they still have it.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>
//!
//! What is in them is not known here.

use aws_sdk_s3::primitives::ByteStream;
use jiff::Timestamp;

use super::{Bucket, found};
use crate::aws::clock::ClockReader;
use crate::aws::error::{AwsError, ErrorKind};

/// An object as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What is in it.
    pub content: Vec<u8>,
    /// The mark of just this content.
    pub mark: Mark,
    /// When it was written, by S3's clock.
    pub written_at: Timestamp,
    /// When it was read, by S3's clock.
    pub read_at: Timestamp,
}

/// The entity tag of an object, which changes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark(String);

/// What has to hold for an object to be written.
#[derive(Debug, Clone, Copy)]
pub enum Only<'m> {
    /// There is none yet.
    IfNew,
    /// It is still as it was.
    If(&'m Mark),
}

impl Bucket {
    /// An object, with the time by S3's own clock; none where there is none, or no such bucket.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or AWS can't be reached, or does not say when.
    pub async fn read(&self, key: &str) -> Result<Option<Document>, AwsError> {
        let clocks = ClockReader::default();
        let request =
            self.client.get_object().bucket(&self.name).key(key).expected_bucket_owner(&self.account);
        let answer = request.customize().interceptor(clocks.clone()).send().await;
        let answer = match answer.map_err(|error| AwsError::from_sdk("GetObject", error)) {
            Ok(answer) => answer,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let lacks = |what: &str| {
            AwsError::own("GetObject", ErrorKind::Unavailable, format!("S3 does not say {what} {key}"))
        };
        let mark = answer.e_tag.map(Mark).ok_or_else(|| lacks("which version it has of"))?;
        let written = answer.last_modified.ok_or_else(|| lacks("since when it has"))?;
        let written_at = Timestamp::from_second(written.secs()).map_err(|_| lacks("since when it has"))?;
        let read_at = clocks.read().ok_or_else(|| lacks("what time it is, with"))?.aws;
        let content = answer.body.collect().await.map_err(|error| {
            AwsError::own("GetObject", ErrorKind::Unavailable, format!("{key} could not be read: {error}"))
        })?;
        Ok(Some(Document { content: content.to_vec(), mark, written_at, read_at }))
    }

    /// Writes an object on a condition.
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] where the condition does not hold, or somebody writes at the same time. An answer that was
    /// lost and asked for again comes to the same: whoever writes can see by the content who has written.
    pub async fn write(&self, key: &str, content: Vec<u8>, only: Only<'_>) -> Result<Mark, AwsError> {
        let request =
            self.client.put_object().bucket(&self.name).key(key).expected_bucket_owner(&self.account);
        let request = match only {
            Only::IfNew => request.if_none_match("*"),
            Only::If(mark) => request.if_match(&mark.0),
        };
        let answer = request.body(ByteStream::from(content)).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("PutObject", error).of_condition())?;
        answer.e_tag.map(Mark).ok_or_else(|| AwsError::not_shown("PutObject"))
    }

    /// Removes an object that is still as it was; says whether it did.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or the call is refused.
    pub async fn remove_unchanged(&self, key: &str, mark: &Mark) -> Result<bool, AwsError> {
        let request = self
            .client
            .delete_object()
            .bucket(&self.name)
            .key(key)
            .expected_bucket_owner(&self.account)
            .if_match(&mark.0);
        match found("DeleteObject", request.send().await) {
            Err(error) if error.kind == ErrorKind::Changed => Ok(false),
            outcome => outcome,
        }
    }
}
