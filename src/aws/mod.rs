//! The one door to AWS: a file per service, our own types in and out, errors classified.
//!
//! Nothing else names the SDK. What to call when, and what an answer means for a launch, is decided elsewhere. The types
//! and what AWS's configuration files say of the region are there without the SDK too.

#[cfg(feature = "aws")]
pub mod call;
#[cfg(feature = "aws")]
pub mod clock;
#[cfg(feature = "aws")]
pub mod ec2;
#[cfg(feature = "aws")]
pub mod error;
#[cfg(feature = "aws")]
pub mod iam;
#[cfg(feature = "aws")]
pub mod instance_connect;
#[cfg(feature = "aws")]
pub mod metadata;
pub mod region_in_force;
#[cfg(feature = "aws")]
pub mod regions;
#[cfg(feature = "aws")]
pub mod s3;
#[cfg(feature = "aws")]
pub mod service_quotas;
#[cfg(feature = "aws")]
pub mod session;
#[cfg(feature = "aws")]
pub mod ssm;
#[cfg(feature = "aws")]
pub mod ssm_parameters;
#[cfg(feature = "aws")]
pub mod ssm_session;
#[cfg(feature = "aws")]
pub mod sts;
pub mod types;

#[cfg(feature = "aws")]
pub use error::{AwsError, ErrorKind, Reach, Refusal};
#[cfg(feature = "aws")]
pub use session::Session;
