//! Objects into files, without holding them in memory.
//!
//! What is in them is not known here.

use std::io::Write as _;
use std::path::Path;

use super::Bucket;
use crate::aws::error::{AwsError, ErrorKind};

impl Bucket {
    /// Writes an object into a file; says whether there is such an object.
    ///
    /// # Errors
    /// Where the bucket is somebody else's, AWS can't be reached, or the file can't be written.
    pub async fn download(&self, key: &str, into: &Path) -> Result<bool, AwsError> {
        let request =
            self.client.get_object().bucket(&self.name).key(key).expected_bucket_owner(&self.account);
        let mut body = match request.send().await.map_err(|error| AwsError::from_sdk("GetObject", error)) {
            Ok(answer) => answer.body,
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let failed = |error: &dyn std::fmt::Display| {
            AwsError::own("GetObject", ErrorKind::Unavailable, format!("{key} could not be read: {error}"))
        };
        let not_written = |error: std::io::Error| {
            let words = format!("{} can't be written: {error}", into.display());
            AwsError::own("GetObject", ErrorKind::Refused, words)
        };
        let mut file = std::fs::File::create(into).map_err(not_written)?;
        while let Some(piece) = body.try_next().await.map_err(|error| failed(&error))? {
            file.write_all(&piece).map_err(not_written)?;
        }
        Ok(true)
    }
}
