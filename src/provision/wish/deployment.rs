//! The deployment that machines belong to, and the bundle that sets them up.
//!
//! What is in the bundle is not known here.

use std::path::PathBuf;

/// A deployment as its machines need to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentWish {
    /// Its name: the tag of all its machines, and what each of them is called.
    pub name: String,
    /// The SHA-256 of its bundle in lower-case hexadecimal digits.
    pub sha256: String,
    /// How large the bundle is.
    pub bytes: u64,
    /// Where it lies on this computer.
    pub file: PathBuf,
}

impl DeploymentWish {
    /// The name of the bundle in the bucket of a region.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}{}.tar.zst", prefix(&self.name), self.sha256)
    }
}

/// What the names of everything begin with that is stored for a deployment. It stays for as long as the deployment does.
#[must_use]
pub fn prefix(name: &str) -> String {
    format!("deployments/{name}/")
}
