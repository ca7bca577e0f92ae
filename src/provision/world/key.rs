//! The SSH key that is let in, as far as it is known before planning.
//!
//! Public halves alone.

use std::path::PathBuf;

/// Where the key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownKey {
    /// A file of the caller's.
    File {
        /// The private half.
        identity: PathBuf,
        /// The line that `authorized_keys` takes.
        line: String,
    },
    /// The caller's SSH agent.
    Agent {
        /// The line that `authorized_keys` takes.
        line: String,
    },
    /// A key that is made when the launch goes ahead.
    New {
        /// Where the private half goes.
        identity: PathBuf,
        /// The line that `authorized_keys` takes.
        line: String,
    },
    /// A key pair of EC2, and the caller's own keys, one of which may be its private half.
    Pair {
        /// The private file and the public line of each.
        own: Vec<(PathBuf, String)>,
    },
}

impl KnownKey {
    /// The line that the machine is told; none for a key pair, which EC2 hands to it.
    #[must_use]
    pub fn line(&self) -> Option<&str> {
        match self {
            Self::File { line, .. } | Self::Agent { line } | Self::New { line, .. } => Some(line),
            Self::Pair { .. } => None,
        }
    }
}
