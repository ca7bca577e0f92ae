//! Block devices: what an image brings, and what a launch asks for.
//!
//! Plain data; whether a volume can be is [`Volume`](crate::model::Volume)'s to say.

use serde::{Deserialize, Serialize};

use crate::model::VolumeKind;

/// A volume that an image brings, as its block device mapping says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageVolume {
    /// The device that it is attached as.
    pub device: String,
    /// Its size in GiB.
    pub gib: Option<u32>,
    /// What it is made of, where that is a kind we know.
    pub kind: Option<VolumeKind>,
    /// Operations a second.
    pub iops: Option<u32>,
    /// MiB a second.
    pub throughput: Option<u32>,
}

/// A volume of a new machine. What is absent is as the image has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockDevice {
    /// The device that it is attached as, `/dev/xvda`.
    pub device: String,
    /// Its size in GiB.
    pub gib: Option<u32>,
    /// What it is made of.
    pub kind: Option<VolumeKind>,
    /// Operations a second.
    pub iops: Option<u32>,
    /// MiB a second.
    pub throughput: Option<u32>,
}
