//! Makes a network where a region has none, and removes it again.
//!
//! What is made is what a default network has, and a free gateway to S3; nothing in it costs anything by being there.

mod make;
mod remove;

pub(super) use make::{NewNetwork, known};
pub(super) use remove::{remove_network, remove_networks_of_launch};
