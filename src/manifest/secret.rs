//! Where secret values come from: known to whoever deploys, and never part of what travels.
//!
//! No value is read here.

use serde::Serialize;

use super::paths::FolderPath;

/// A secret of the deployment, by its name there, and where its value is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretSource {
    /// The name of the [`SecretName`](super::deployment::SecretName).
    pub name: String,
    /// Where the value is.
    pub from: SecretFrom,
}

/// Where the value of a secret is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretFrom {
    /// A variable of the process that deploys.
    Environment(String),
    /// A file of the repository, which is in no bundle.
    File(FolderPath),
    /// A file elsewhere on this computer, absolute or from `~/` on.
    FileElsewhere(String),
    /// A parameter of the Parameter Store, by its name.
    Parameter(String),
}
