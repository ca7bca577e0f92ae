//! cloudkit finds, launches, looks after and deploys to EC2 machines; no machine is ever forgotten.
//!
//! The map, in reading order:
//!
//! * [`model`]: values; no input or output, no async
//! * [`platform`]: the machine that we run on: environment, clock, files, keys, commands, HTTP
//! * `aws`: the one door to AWS
//! * [`monitor`]: the agent: readings, decide, act

#[cfg(feature = "aws")]
pub mod aws;
pub mod model;
pub mod monitor;
pub mod platform;
