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
    /// Whether its metadata service serves its tags, by which it learns of a deadline that was moved.
    #[serde(default, skip_serializing_if = "MetadataTags::are_served")]
    pub metadata_tags: MetadataTags,
}

/// Whether the metadata service of a machine serves its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetadataTags {
    /// It does.
    #[default]
    Served,
    /// It does not, so that the machine knows nothing but what it was told at its launch.
    Hidden,
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

impl MetadataTags {
    /// Whether they are served.
    #[must_use]
    pub fn are_served(&self) -> bool {
        *self == Self::Served
    }
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
