//! Which template a machine stands on.
//!
//! What is in them is not known here.

use serde::Serialize;

use super::paths::FolderPath;

/// The templates that come with cloudkit.
pub const NAMES: [&str; 5] = ["minimal", "docker", "python", "node", "gpu"];

/// What a machine is before anything of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Template {
    /// One of [`NAMES`].
    Named(String),
    /// A file of the repository: cloud-config.
    File(FolderPath),
}
