//! What the machines of a deployment fetch from buckets besides its bundle: found, and readable, before anything is made.
//!
//! Nothing is fetched here, and no URL is signed.

use futures_util::future::try_join_all;

use crate::aws::{AwsError, Session};
use crate::model::RegionName;
use crate::provision::wish::deployment::NamedObject;

/// Something that machines could not fetch.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// There is no such bucket.
    #[error("there is no bucket {bucket}, which {object} is to be fetched from")]
    NoBucket {
        /// Its name.
        bucket: String,
        /// What is to be fetched.
        object: String,
    },
    /// It is not in its bucket.
    #[error("there is no {object}")]
    Missing {
        /// What is to be fetched.
        object: String,
    },
    /// It can't be looked at.
    #[error("{object} cannot be read")]
    Aws {
        /// What is to be fetched.
        object: String,
        /// Why not.
        source: AwsError,
    },
}

/// Finds objects by their buckets and names, all side by side; `ask` is the region that is asked where a bucket is.
///
/// # Errors
/// Where one of them is not there, or these credentials may not read it.
pub async fn find(
    session: &Session,
    ask: &RegionName,
    named: &[(String, String)],
) -> Result<Vec<NamedObject>, ObjectError> {
    try_join_all(named.iter().map(|(bucket, key)| find_one(session, ask, bucket, key))).await
}

async fn find_one(
    session: &Session,
    ask: &RegionName,
    bucket: &str,
    key: &str,
) -> Result<NamedObject, ObjectError> {
    let object = || format!("s3://{bucket}/{key}");
    let failed = |source| ObjectError::Aws { object: object(), source };
    let region = session.region_of_bucket(ask, bucket).await.map_err(failed)?;
    let region =
        region.ok_or_else(|| ObjectError::NoBucket { bucket: bucket.to_owned(), object: object() })?;
    match session.object(&region, bucket, key).is_there().await.map_err(failed)? {
        true => Ok(NamedObject { bucket: bucket.to_owned(), key: key.to_owned(), region }),
        false => Err(ObjectError::Missing { object: object() }),
    }
}
