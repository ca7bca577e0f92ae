//! cloudkit finds, launches, looks after and deploys to EC2 machines; no machine is ever forgotten.
//!
//! The map, in reading order:
//!
//! * [`model`]: values; no input or output, no async
//! * [`platform`]: the machine that we run on: environment, clock, files, keys, commands, HTTP
//! * [`catalog`]: what AWS sells: the embedded catalog, read in place
//! * [`aws`]: the one door to AWS

pub mod aws;
pub mod catalog;
pub mod model;
pub mod platform;
