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
/// The name of the deployment that it is a machine of.
pub const DEPLOYMENT: &str = "cloudkit:deployment";
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
/// After how long without work a machine of the older tool ends.
pub const OLDER_IDLE_TIMEOUT: &str = "spawn:idle-timeout";
/// Whether a machine of the older tool hibernates when it has no work: `true`.
pub const OLDER_HIBERNATE_ON_IDLE: &str = "spawn:hibernate-on-idle";

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

/// A tag that a user gives a machine.
///
/// EC2 takes more keys than the metadata service of a machine serves, where the agent reads: [`UserTag::is_served`].
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserTag(Tag);

/// A tag that can't be a user's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserTagError {
    /// There is no key before an equals sign.
    #[error("{0:?} is not a tag's key and value such as team=vision")]
    NoKey(String),
    /// The key has a character that the metadata service does not serve.
    #[error(
        "the key {key:?} has {character:?}, which a machine's metadata service does not serve: letters, digits and + - . , _ : @ it does"
    )]
    Character {
        /// The key.
        key: String,
        /// The character.
        character: char,
    },
    /// The key is AWS's, cloudkit's, or what another flag is for.
    #[error("the key {key:?} is not free: {why}")]
    Taken {
        /// The key.
        key: String,
        /// Whose it is.
        why: &'static str,
    },
    /// The key or the value is too long.
    #[error("{what} of {key:?} has more than {most} characters")]
    TooLong {
        /// The key or the value.
        what: &'static str,
        /// The key.
        key: String,
        /// As many as EC2 takes.
        most: usize,
    },
}

/// Longest key of a tag in characters.
const MAX_KEY_CHARACTERS: usize = 128;

impl std::str::FromStr for UserTag {
    type Err = UserTagError;

    /// `team=vision`; an equals sign in the value is a part of it.
    fn from_str(text: &str) -> Result<Self, UserTagError> {
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if key.is_empty() || !text.contains('=') {
            return Err(UserTagError::NoKey(text.to_owned()));
        }
        if let Some(character) = key.chars().find(|c| c.is_control()) {
            return Err(UserTagError::Character { key: key.to_owned(), character });
        }
        let taken = |why| UserTagError::Taken { key: key.to_owned(), why };
        match key {
            NAME => return Err(taken("--name gives the machine its name")),
            "." | ".." | "_index" => return Err(taken("the metadata service does not serve it")),
            _ if key.to_ascii_lowercase().starts_with("aws:") => return Err(taken("it is AWS's")),
            _ if key.starts_with(PREFIX) => return Err(taken("it is cloudkit's")),
            _ => {}
        }
        let too_long = |what, most| UserTagError::TooLong { what, key: key.to_owned(), most };
        if key.chars().count() > MAX_KEY_CHARACTERS {
            return Err(too_long("the key", MAX_KEY_CHARACTERS));
        }
        if value.chars().count() > MAX_VALUE_CHARACTERS {
            return Err(too_long("the value", MAX_VALUE_CHARACTERS));
        }
        Ok(Self(Tag::new(key, value)))
    }
}

impl UserTag {
    /// Whether the metadata service of a machine can serve it.
    ///
    /// # Errors
    /// Where its key has a character that the service does not serve.
    pub fn is_served(&self) -> Result<(), UserTagError> {
        let key = &self.0.key;
        let serves =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | ',' | '_' | ':' | '@');
        match key.chars().find(|c| !serves(*c)) {
            Some(character) => Err(UserTagError::Character { key: key.clone(), character }),
            None => Ok(()),
        }
    }
}

impl From<UserTag> for Tag {
    fn from(UserTag(tag): UserTag) -> Self {
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_a_users_is_one_that_the_machine_can_read() {
        let tag = |text: &str| text.parse::<UserTag>().map(Tag::from);
        assert_eq!(tag("team=vision=2"), Ok(Tag::new("team", "vision=2")));
        assert_eq!(tag("a:b@c="), Ok(Tag::new("a:b@c", "")));
        let refused = |text: &str| tag(text).unwrap_err().to_string();
        assert_eq!(refused("team"), "\"team\" is not a tag's key and value such as team=vision");
        let unserved = |text: &str| text.parse::<UserTag>().unwrap().is_served().unwrap_err().to_string();
        assert!(unserved("my team=x").contains("has ' ', which a machine's metadata service does not serve"));
        assert!(unserved("a/b=x").contains("has '/'"));
        assert!(refused("a\tb=x").contains("has '\\t'"));
        assert_eq!("team=x".parse::<UserTag>().unwrap().is_served(), Ok(()));
        assert!(refused("Name=x").ends_with("--name gives the machine its name"));
        assert!(refused("AWS:x=1").ends_with("it is AWS's"));
        assert!(refused("cloudkit:deadline=x").ends_with("it is cloudkit's"));
        assert!(refused(&format!("{}=x", "k".repeat(129))).contains("more than 128"));
        assert!(refused(&format!("k={}", "v".repeat(257))).contains("more than 256"));
    }
}
