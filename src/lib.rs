//! cloudkit finds, launches, looks after and deploys to EC2 machines; no machine is ever forgotten.
//!
//! The map, in reading order:
//!
//! * [`model`]: values; no input or output, no async
//! * [`catalog`]: what AWS sells: the embedded catalog, read in place

pub mod catalog;
pub mod model;
