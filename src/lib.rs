//! cloudkit finds, launches, looks after and deploys to EC2 machines; no machine is ever forgotten.
//!
//! The map, in reading order:
//!
//! * [`model`]: values; no input or output, no async
//! * [`platform`]: the machine that we run on: environment, clock, files, keys, commands, HTTP
//! * [`catalog`]: what AWS sells: the embedded catalog, read in place
//! * [`aws`]: the one door to AWS
//! * [`discovery`]: from a question to ranked offers
//! * [`output`]: one document in many formats, progress, talk; nothing else prints

pub mod aws;
pub mod catalog;
pub mod discovery;
pub mod model;
pub mod output;
pub mod platform;
