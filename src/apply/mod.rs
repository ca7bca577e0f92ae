//! On the machine: from a bundle to packages, files, scripts and services that are there and healthy.
//!
//! * [`progress`]: what is said of it, for people and for `deploy`; the one part that is not of Linux alone
//! * `unpack`: archives, of which nothing gets out

pub mod progress;
#[cfg(all(unix, feature = "net"))]
pub mod unpack;
