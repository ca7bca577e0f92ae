//! A deployment over many machines: created, looked after, updated, destroyed.
//!
//! What it is comes from `manifest`, its machines from `provision`. What it knows of a deployment is in AWS's tags and in
//! the account's home bucket, so that any computer with the credentials can go on.

pub mod batch;
#[cfg(feature = "aws")]
pub mod destroy;
#[cfg(feature = "aws")]
pub mod home;
#[cfg(feature = "aws")]
pub mod lock;
#[cfg(feature = "aws")]
pub mod objects;
pub mod plan;
#[cfg(feature = "aws")]
pub mod record;
#[cfg(feature = "aws")]
pub mod report;
pub mod secrets;
pub mod share;
pub mod wishes;
