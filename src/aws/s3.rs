//! S3: one bucket of the account, for what new machines fetch.
//!
//! Every call but the bucket's creation names the expected owner, so that a stranger's bucket of the same name is
//! refused; CreateBucket has no such header and refuses a taken name itself.

mod document;
mod download;
mod lifecycle;
pub(super) mod object;

use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, CreateBucketConfiguration, Delete, ObjectIdentifier,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};

use super::error::{AwsError, ErrorKind};
use crate::model::RegionName;

pub use document::{Document, Mark, Only};
pub use object::AnyObject;

/// The region whose buckets are made without naming it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html>
const REGION_WITHOUT_CONSTRAINT: &str = "us-east-1";

/// One bucket of this account.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: aws_sdk_s3::Client,
    signer: aws_sdk_s3::Client,
    name: String,
    account: String,
    region: RegionName,
}

/// A URL that can be fetched without credentials until it ends, and the headers that have to go with it.
#[derive(Clone, PartialEq, Eq)]
pub struct PresignedUrl {
    /// The URL. Whoever has it may fetch.
    pub url: String,
    /// Headers that were signed and have to be sent.
    pub headers: Vec<(String, String)>,
}

impl std::fmt::Debug for PresignedUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PresignedUrl")
    }
}

impl PresignedUrl {
    fn of(request: &PresignedRequest) -> Self {
        let headers = request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { url: request.uri().to_owned(), headers }
    }
}

impl Bucket {
    pub(super) fn new(
        client: aws_sdk_s3::Client,
        signer: aws_sdk_s3::Client,
        name: String,
        account: String,
        region: RegionName,
    ) -> Self {
        Self { client, signer, name, account, region }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    #[must_use]
    pub fn region(&self) -> &str {
        self.region.as_str()
    }

    /// Whether the bucket is there and this account's.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] where it belongs to somebody else or may not be seen.
    pub async fn is_there(&self) -> Result<bool, AwsError> {
        let answer =
            self.client.head_bucket().bucket(&self.name).expected_bucket_owner(&self.account).send().await;
        found("HeadBucket", answer).map_err(|error| match error.kind {
            // A HEAD has no body, so AWS itself says no more than 403.
            ErrorKind::NotAllowed => {
                error.saying("it is another account's, or these credentials may not see it")
            }
            _ => error,
        })
    }

    /// Makes the bucket: private, encrypted, all public access blocked.
    ///
    /// # Errors
    /// Where the name is taken by somebody else, or a call is refused; a bucket that was made stays and is completed by
    /// the next call of this.
    pub async fn make(&self) -> Result<(), AwsError> {
        let mut request = self.client.create_bucket().bucket(&self.name);
        if self.region.as_str() != REGION_WITHOUT_CONSTRAINT {
            let place = BucketLocationConstraint::from(self.region.as_str());
            let place = CreateBucketConfiguration::builder().location_constraint(place).build();
            request = request.create_bucket_configuration(place);
        }
        match request.send().await.map_err(|error| AwsError::from_sdk("CreateBucket", error)) {
            Err(error) if error.kind != ErrorKind::AlreadyThere => return Err(error),
            _ => {}
        }
        self.block_public_access().await?;
        self.encrypt().await
    }

    async fn block_public_access(&self) -> Result<(), AwsError> {
        let block = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        self.client
            .put_public_access_block()
            .bucket(&self.name)
            .expected_bucket_owner(&self.account)
            .public_access_block_configuration(block)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("PutPublicAccessBlock", error))?;
        Ok(())
    }

    async fn encrypt(&self) -> Result<(), AwsError> {
        let incomplete = |error: aws_sdk_s3::error::BuildError| {
            AwsError::own("PutBucketEncryption", ErrorKind::Refused, error.to_string())
        };
        let aes = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::Aes256)
            .build()
            .map_err(incomplete)?;
        let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(aes).build();
        let rules = ServerSideEncryptionConfiguration::builder().rules(rule).build().map_err(incomplete)?;
        self.client
            .put_bucket_encryption()
            .bucket(&self.name)
            .expected_bucket_owner(&self.account)
            .server_side_encryption_configuration(rules)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("PutBucketEncryption", error))?;
        Ok(())
    }

    /// Whether an object is there.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or AWS can't be reached.
    pub async fn has(&self, key: &str) -> Result<bool, AwsError> {
        let request =
            self.client.head_object().bucket(&self.name).key(key).expected_bucket_owner(&self.account);
        found("HeadObject", request.send().await)
    }

    /// Puts an object into the bucket.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or the upload fails.
    pub async fn upload(&self, key: &str, content: Vec<u8>) -> Result<(), AwsError> {
        self.put(key, ByteStream::from(content)).await
    }

    /// Puts a file into the bucket, without holding it in memory.
    ///
    /// # Errors
    /// Where it can't be read, the bucket is somebody else's, or the upload fails.
    pub async fn upload_file(&self, key: &str, file: &Path) -> Result<(), AwsError> {
        let content = ByteStream::from_path(file).await.map_err(|error| {
            AwsError::own(
                "PutObject",
                ErrorKind::Refused,
                format!("{} can't be read: {error}", file.display()),
            )
        })?;
        self.put(key, content).await
    }

    async fn put(&self, key: &str, content: ByteStream) -> Result<(), AwsError> {
        self.client
            .put_object()
            .bucket(&self.name)
            .key(key)
            .expected_bucket_owner(&self.account)
            .body(content)
            .customize()
            // A slow line may take longer than an ordinary call is given.
            .config_override(
                aws_sdk_s3::config::Builder::new().timeout_config(
                    aws_smithy_types::timeout::TimeoutConfig::builder()
                        .disable_operation_attempt_timeout()
                        .build(),
                ),
            )
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("PutObject", error))?;
        Ok(())
    }

    /// A URL by which a machine without credentials can fetch an object; it ends with the credentials that sign it.
    ///
    /// # Errors
    /// Where the credentials can't sign.
    pub async fn presign(&self, key: &str, lasts: Duration) -> Result<PresignedUrl, AwsError> {
        let terms = PresigningConfig::expires_in(lasts)
            .map_err(|error| AwsError::own("GetObject", ErrorKind::Refused, error.to_string()))?;
        let request = self
            .signer
            .get_object()
            .bucket(&self.name)
            .key(key)
            .expected_bucket_owner(&self.account)
            .presigned(terms)
            .await
            .map_err(|error| AwsError::from_sdk("GetObject", error))?;
        Ok(PresignedUrl::of(&request))
    }

    /// Removes an object; one that is not there counts as removed.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or the call is refused.
    pub async fn remove_object(&self, key: &str) -> Result<bool, AwsError> {
        let request =
            self.client.delete_object().bucket(&self.name).key(key).expected_bucket_owner(&self.account);
        found("DeleteObject", request.send().await)
    }

    /// Removes the bucket unless something is in it; says whether it did.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or the call is refused.
    pub async fn remove_if_empty(&self) -> Result<bool, AwsError> {
        let request = self.client.delete_bucket().bucket(&self.name).expected_bucket_owner(&self.account);
        match found("DeleteBucket", request.send().await) {
            Err(error) if error.kind == ErrorKind::InUse => Ok(false),
            outcome => outcome,
        }
    }

    /// Empties and removes the bucket; says how many objects were in it.
    ///
    /// # Errors
    /// Where it is somebody else's, or a call is refused; what was removed before stays removed.
    pub async fn remove(&self) -> Result<usize, AwsError> {
        let mut removed = 0;
        loop {
            let keys = self.some_keys().await?;
            if keys.is_empty() {
                break;
            }
            removed += keys.len();
            self.delete_objects(keys).await?;
        }
        self.remove_if_empty().await?;
        Ok(removed)
    }

    /// The names under a prefix; none where there is no such bucket.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, or the call is refused.
    pub async fn keys_under(&self, prefix: &str) -> Result<Vec<String>, AwsError> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix)
            .expected_bucket_owner(&self.account)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            match page.map_err(|error| AwsError::from_sdk("ListObjectsV2", error)) {
                Ok(page) => {
                    keys.extend(
                        page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key),
                    );
                }
                Err(error) if error.kind == ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            }
        }
        Ok(keys)
    }

    async fn some_keys(&self) -> Result<Vec<String>, AwsError> {
        let answer = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .expected_bucket_owner(&self.account)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("ListObjectsV2", error))?;
        Ok(answer.contents.unwrap_or_default().into_iter().filter_map(|object| object.key).collect())
    }

    async fn delete_objects(&self, keys: Vec<String>) -> Result<(), AwsError> {
        let incomplete = |error: aws_sdk_s3::error::BuildError| {
            AwsError::own("DeleteObjects", ErrorKind::Refused, error.to_string())
        };
        let objects = keys
            .into_iter()
            .map(|key| ObjectIdentifier::builder().key(key).build().map_err(incomplete))
            .collect::<Result<Vec<_>, _>>()?;
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().map_err(incomplete)?;
        let answer = self
            .client
            .delete_objects()
            .bucket(&self.name)
            .expected_bucket_owner(&self.account)
            .delete(delete)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("DeleteObjects", error))?;
        match answer.errors.unwrap_or_default().into_iter().next() {
            None => Ok(()),
            Some(error) => {
                let words = error.message.or(error.code).unwrap_or_default();
                Err(AwsError::own("DeleteObjects", ErrorKind::NotAllowed, words))
            }
        }
    }
}

/// Whether a call found what it was about, where not finding it is no failure.
fn found<T, E, R>(
    operation: &'static str,
    answer: Result<T, aws_smithy_runtime_api::client::result::SdkError<E, R>>,
) -> Result<bool, AwsError>
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + super::error::HttpStatus + Send + Sync + 'static,
{
    match answer.map_err(|error| AwsError::from_sdk(operation, error)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
