//! cloudkit finds, launches, looks after and deploys to EC2 machines; no machine is ever forgotten.
//!
//! The map, in reading order:
//!
//! * [`model`]: values; no input or output, no async
//! * [`platform`]: the machine that we run on: environment, clock, files, keys, commands, HTTP
//! * [`catalog`]: what AWS sells: the embedded catalog, read in place
//! * [`discovery`]: from a question to ranked offers
//! * [`cloudinit`]: what a machine is told at its launch: the dead-man timer, keys, the agent
//! * [`manifest`]: from an app folder to what is deployed
//! * [`apply`]: a bundle to a machine that is set up: plan, execute, remember
//! * [`aws`]: the one door to AWS
//! * [`provision`]: wish to running machine: observe, plan, execute; list, terminate, clean up
//! * [`deployment`]: a deployment over many machines
//! * [`monitor`]: the agent on the machine: readings, decide, act
//! * [`output`]: one document in many formats, progress, talk; nothing else prints
//! * [`cli`]: the edge: arguments, settings, prompts, exit codes

pub mod apply;
pub mod aws;
pub mod catalog;
pub mod cli;
pub mod cloudinit;
pub mod deployment;
pub mod discovery;
pub mod manifest;
pub mod model;
pub mod monitor;
pub mod output;
pub mod platform;
pub mod provision;
