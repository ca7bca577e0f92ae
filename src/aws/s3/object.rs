//! An object of any bucket that these credentials may read: where the bucket is, whether the object is there, a URL for it.
//!
//! Whose the bucket is is not asked, as it is for the account's own: who fetches from it judges the bytes.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use super::{PresignedUrl, found};
use crate::aws::error::{AwsError, ErrorKind};
use crate::model::RegionName;

/// S3 says where a bucket is in every answer about it, also where it refuses or the wrong region was asked.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
const REGION_HEADER: &str = "x-amz-bucket-region";

/// An object, asked for in the region of its bucket.
#[derive(Debug, Clone)]
pub struct AnyObject {
    client: aws_sdk_s3::Client,
    signer: aws_sdk_s3::Client,
    bucket: String,
    key: String,
}

impl AnyObject {
    pub(in crate::aws) const fn new(
        client: aws_sdk_s3::Client,
        signer: aws_sdk_s3::Client,
        bucket: String,
        key: String,
    ) -> Self {
        Self { client, signer, bucket, key }
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] where it may not be read; S3 says so of one that is not there too, to who may not list the
    /// bucket.
    pub async fn is_there(&self) -> Result<bool, AwsError> {
        let answer = self.client.head_object().bucket(&self.bucket).key(&self.key).send().await;
        found("HeadObject", answer).map_err(|error| match error.kind {
            // A HEAD has no body, so AWS itself says no more than 403.
            ErrorKind::NotAllowed => error.saying("these credentials may not read it"),
            _ => error,
        })
    }

    /// A URL by which a machine without credentials can fetch it; it ends with the credentials that sign it.
    ///
    /// # Errors
    /// Where the credentials can't sign.
    pub async fn presign(&self, lasts: Duration) -> Result<PresignedUrl, AwsError> {
        let terms = PresigningConfig::expires_in(lasts)
            .map_err(|error| AwsError::own("GetObject", ErrorKind::Refused, error.to_string()))?;
        let request = self.signer.get_object().bucket(&self.bucket).key(&self.key).presigned(terms).await;
        Ok(PresignedUrl::of(&request.map_err(|error| AwsError::from_sdk("GetObject", error))?))
    }
}

/// Where a bucket is; none where there is no such bucket.
pub(in crate::aws) async fn region_of(
    client: &aws_sdk_s3::Client,
    bucket: &str,
) -> Result<Option<RegionName>, AwsError> {
    let (named, failure) = match client.head_bucket().bucket(bucket).send().await {
        Ok(answer) => (answer.bucket_region().map(str::to_owned), None),
        Err(error) => {
            let named = error.raw_response().and_then(|raw| raw.headers().get(REGION_HEADER));
            (named.map(str::to_owned), Some(AwsError::from_sdk("HeadBucket", error)))
        }
    };
    match (named.and_then(|name| name.parse().ok()), failure) {
        (_, Some(error)) if error.kind == ErrorKind::NotFound => Ok(None),
        (Some(region), _) => Ok(Some(region)),
        (None, Some(error)) => Err(error),
        (None, None) => {
            let words = format!("S3 does not say where bucket {bucket} is");
            Err(AwsError::own("HeadBucket", ErrorKind::Unavailable, words))
        }
    }
}
