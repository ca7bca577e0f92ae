//! What costs without serving anything: volumes that no machine has, addresses that lead nowhere.
//!
//! Plain data; whether somebody wants them back is not known here.

use crate::model::Volume;
use crate::model::tag::Tag;

/// A volume that is attached to no machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedVolume {
    /// `vol-…`.
    pub id: String,
    /// Its size, kind and speed, where EC2 tells of a kind we know.
    pub volume: Option<Volume>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// An elastic address that is associated with nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedAddress {
    /// `eipalloc-…`.
    pub id: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}
