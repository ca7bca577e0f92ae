//! What RunInstances is told of how a machine ends.
//!
//! Plain data; why a machine gets which is the plan's affair.

use serde::{Deserialize, Serialize};

use crate::model::ShutdownBehavior;

/// The part of a request for a machine that says how it can end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunEnding {
    /// What EC2 does when the machine's system powers off.
    pub shutdown_behavior: ShutdownBehavior,
    /// Whether it can be hibernated; it can't be changed later.
    pub hibernation: Hibernation,
    /// The name of its instance profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_profile: Option<String>,
}

/// Whether a machine can be hibernated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hibernation {
    /// It can't.
    #[default]
    Off,
    /// It can.
    Configured,
}

/// An instance profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The name of its role; none where it has none.
    pub role: Option<String>,
}

/// A role or profile of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnRole {
    /// The name of the role, and of the profile that holds it.
    pub name: String,
}
