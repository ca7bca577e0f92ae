//! The tags that cloudkit puts on what it makes, and the rules for the tags of its users.
//!
//! One place for every key; who reads or writes which tag is told beside it.

/// `true` on everything that cloudkit made.
pub const MANAGED: &str = "cloudkit:managed";
/// The id of the launch that made it.
pub const LAUNCH: &str = "cloudkit:launch";
/// What a helper resource serves: `launch:<id>`.
pub const PARENT: &str = "cloudkit:parent";
/// Who launched it: the caller's ARN, shortened.
pub const OWNER: &str = "cloudkit:owner";
/// The absolute time at which the machine ends, RFC 3339 UTC; never a duration.
pub const DEADLINE: &str = "cloudkit:deadline";
/// The key of its SSH server, as its system wrote it on its console.
pub const HOST_KEY: &str = "cloudkit:host-key";
/// The user that its key is for.
pub const LOGIN_USER: &str = "cloudkit:login-user";
/// After how long without work the machine ends, `1h`.
pub const IDLE_TIMEOUT: &str = "cloudkit:idle-timeout";
/// What is done with a machine that has been idle for so long: `terminate`, `stop` or `hibernate`.
pub const ON_IDLE: &str = "cloudkit:on-idle";
/// What is done with it at its deadline.
pub const ON_DEADLINE: &str = "cloudkit:on-deadline";
/// What is done with it when its work is complete.
pub const ON_COMPLETE: &str = "cloudkit:on-complete";
/// What the agent last did or saw, `idle 42m`; written by the machine itself, where it has a role.
pub const STATUS: &str = "cloudkit:status";
/// The version of the cloudkit that launched it.
pub const VERSION: &str = "cloudkit:version";
/// The name that the console shows.
pub const NAME: &str = "Name";
/// The deadline's tag of the older tool, whose machines the agent looks after as well.
pub const OLDER_DEADLINE: &str = "spawn:ttl-deadline";

/// The prefix of cloudkit's own keys.
pub const PREFIX: &str = "cloudkit:";

/// Longest value of a tag in characters.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
pub const MAX_VALUE_CHARACTERS: usize = 256;

/// A tag's key and value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

impl Tag {
    /// A tag of this key and value.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// A text as far as a tag's value can hold it.
#[must_use]
pub fn fitting(text: &str) -> String {
    text.chars().take(MAX_VALUE_CHARACTERS).collect()
}

/// Looks a key up among tags.
#[must_use]
pub fn value_of<'t>(tags: &'t [Tag], key: &str) -> Option<&'t str> {
    tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
}
