//! Where the secrets of a deployment are in the Parameter Store, and on its machines.
//!
//! Names and places alone: no value is known here.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Where a machine has them: in memory, anew at each boot, for root alone.
pub const FOLDER: &str = "/run/cloudkit/secrets";
/// What of them was read last, in that folder. No secret has such a name.
pub const VERSIONS: &str = ".versions";
/// Where a machine is told which there are.
pub const CONFIGURATION_PATH: &str = "/etc/cloudkit/secrets.json";
/// What writes them.
pub const UNIT: &str = "cloudkit-secrets.service";

/// The secrets of the machine's deployment: what `cloudkit agent secrets` reads and writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsPlace {
    /// The path in the Parameter Store of the machine's own region.
    pub path: String,
    /// Their names below it, and below [`FOLDER`].
    pub names: BTreeSet<String>,
}

/// The path that all parameters of a deployment are below.
#[must_use]
pub fn path_of(deployment: &str) -> String {
    format!("/cloudkit/deployments/{deployment}")
}
