//! User data: from plain data to the bytes that a machine gets with its launch.
//!
//! In this order: a boothook that sets the dead-man timer and writes the agent's configuration, the user's own parts, a
//! cloud-config with the public keys, which has the last word, a script that installs the agent, and what places and
//! starts the user's scripts and commands. It does not decide what a machine is to do, sign a URL, or encode for the
//! API: RunInstances wants [`UserData::bytes`] in base64.
//!
//! Scripts and units are whole files under `templates/`, checked as they stand. What differs between machines is put
//! before them as shell variables, quoted in one place.

mod delivery;
mod mime;
mod parts;
mod script;
pub mod user;
mod user_data;
mod user_files;

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;

use std::fmt;

use crate::model::agent::AgentConfiguration;
use crate::model::apply_request::ApplyRequest;
use user::UserBoot;

pub use delivery::{Delivery, ObjectDownload, StoredObject};
pub use mime::{Part, PartKind};
pub use user_data::{Encoding, LIMIT, UserData};

/// What plans, logs and dry runs show in the place of a presigned URL.
pub const URL_PLACEHOLDER: &str = "<presigned-url>";

/// All that a machine is told at its launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// What the agent is to do. Its launch and its deadline are the dead-man timer's as well.
    pub configuration: AgentConfiguration,
    /// Public keys that may log in as the image's user, a line each as in `authorized_keys`.
    pub authorized_keys: Vec<String>,
    /// Where the agent comes from; none for a machine without one.
    pub agent: Option<AgentDownload>,
    /// What the user adds.
    pub user: UserBoot,
    /// How that gets to the machine; [`Boot::deliver`] finds out.
    pub delivery: Delivery,
    /// What the machine fetches of it, where it does.
    pub object: Option<ObjectDownload>,
    /// What the agent's program is to set the machine up with, if anything.
    pub apply: Option<ApplyRequest>,
}

/// Where the agent's binary comes from, and how the machine knows that it is the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentDownload {
    /// The places that have it: the machine goes round them until one gives it the right bytes.
    pub sources: Vec<DownloadSource>,
    /// The SHA-256 of the binary's bytes in lower-case hexadecimal. A place may have them compressed by gzip.
    pub sha256: String,
    /// How many bytes that are: what unpacks to more is cut there.
    pub bytes: u64,
}

/// A place that the machine fetches from.
#[derive(Clone, PartialEq, Eq)]
pub struct DownloadSource {
    /// The URL; where it is presigned, a secret for as long as it is valid.
    pub url: String,
    /// The headers that were signed with the URL, which the machine has to send, as name and value.
    pub headers: Vec<(String, String)>,
}

impl DownloadSource {
    /// One that is not signed yet.
    #[must_use]
    pub fn planned() -> Self {
        Self { url: URL_PLACEHOLDER.to_owned(), headers: Vec::new() }
    }
}

impl fmt::Debug for DownloadSource {
    /// Without the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DownloadSource")
            .field("url", &URL_PLACEHOLDER)
            .field("headers", &self.headers)
            .finish()
    }
}

impl Boot {
    /// The same with [`URL_PLACEHOLDER`] for the URL: what may be shown and kept.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let mut shown = self.clone();
        for url in shown.urls_mut() {
            URL_PLACEHOLDER.clone_into(url);
        }
        shown
    }

    /// All that the machine fetches from.
    fn urls_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let agent = self.agent.iter_mut().flat_map(|agent| &mut agent.sources);
        let own = agent.chain(self.object.iter_mut().map(|object| &mut object.source));
        let applied =
            self.apply.iter_mut().flat_map(|apply| apply.bundle.iter_mut().chain(apply.objects.values_mut()));
        own.map(|source| &mut source.url).chain(applied.map(|place| &mut place.url))
    }
}

/// Why there is no user data.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A value that cannot be what it is said to be, or that would end the line which it is written on.
    #[error("{what} is not {expected}")]
    Unfit {
        /// Which value. The value itself may be a secret.
        what: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// No shell can be given this value.
    #[error("{variable} cannot be given to a shell")]
    Quote {
        /// The shell variable.
        variable: &'static str,
        /// What is in the way.
        source: shlex::QuoteError,
    },
    /// The value has no YAML form.
    #[error("{what} cannot be written as YAML")]
    Yaml {
        /// Which document.
        what: &'static str,
        /// What is in the way.
        source: serde_yaml::Error,
    },
    /// The compressor failed.
    #[error("user data cannot be compressed")]
    Compress(#[source] std::io::Error),
    /// What the user adds is too large for user data, and is of a kind that can't be fetched.
    #[error("{origin} is too large for user data, and {reason}")]
    NotFetchable {
        /// Which part.
        origin: String,
        /// Why it cannot be fetched.
        reason: &'static str,
    },
    /// More than EC2 takes, even when compressed.
    #[error("user data is {bytes} bytes when compressed, and EC2 takes {limit}")]
    TooLarge {
        /// The size of the compressed user data.
        bytes: usize,
        /// What EC2 takes.
        limit: usize,
    },
}

/// The scripts that put the dead-man timer, the agent's configuration and the agent into place on a machine that was not
/// launched with them, in order: each for `/bin/sh` and as root. The agent is the program at this path.
///
/// # Errors
///
/// Where a value does not fit into its place.
pub fn by_hand(
    configuration: &AgentConfiguration,
    program: &str,
    sha256: &str,
) -> Result<[String; 2], RenderError> {
    parts::by_hand(configuration, program, sha256)
}

/// The user data of a machine. The same boot gives the same bytes.
///
/// # Errors
///
/// Where a value does not fit into its place, and where the whole does not fit into EC2's limit.
pub fn render(boot: &Boot) -> Result<UserData, RenderError> {
    user_data::assemble(parts::of(boot)?)
}
