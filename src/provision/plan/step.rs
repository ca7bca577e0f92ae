//! A step of a plan: what is made in the account before the machine.
//!
//! Plain data; how a step is done is the executor's to know.

use std::path::PathBuf;

use serde::Serialize;

use super::network::NetworkStep;
use crate::provision::permissions::document::PolicyDocument;

/// A thing that is made in the account before the machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Makes the machine's role, with its policy.
    MakeRole {
        /// Its name.
        role: String,
        /// Who may take it, in IAM's JSON.
        #[serde(skip)]
        trust: String,
        /// What it allows.
        policy: PolicyDocument,
    },
    /// Makes the instance profile that gives the machine its role.
    MakeProfile {
        /// Its name.
        profile: String,
        /// The role that it holds.
        role: String,
    },
    /// Makes the account's bucket of the region.
    MakeBucket {
        /// Where.
        region: String,
        /// Its name.
        bucket: String,
    },
    /// Uploads the agent's binary.
    UploadAgent {
        /// Where.
        region: String,
        /// Into which bucket.
        bucket: String,
        /// Under which name.
        key: String,
        /// How many bytes.
        bytes: u64,
        /// What they come to.
        sha256: String,
        /// Which file.
        file: PathBuf,
    },
    /// Uploads what the user adds to the machine's start and user data does not hold.
    UploadUserFiles {
        /// Where.
        region: String,
        /// Into which bucket.
        bucket: String,
        /// Under which name.
        key: String,
        /// How many bytes.
        bytes: u64,
    },
    /// Makes the security group.
    MakeGroup {
        /// Where.
        region: String,
        /// Its name.
        group: String,
        /// In which network.
        network: String,
        /// The port that it opens.
        port: u16,
        /// To whom.
        admits: String,
    },
    /// Makes a part of the region's network.
    #[serde(untagged)]
    Network(NetworkStep),
}
