//! What a machine is to be allowed at AWS: nothing, what it needs to end itself, or what a profile of somebody's own allows.
//!
//! Whether it needs a role at all follows from how it ends.

use std::fmt;
use std::str::FromStr;

use crate::model::NotAValue;
use crate::provision::permissions::machine::Sessions;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RoleWish {
    /// Whether Session Manager is to reach the machine.
    pub sessions: Sessions,
    /// A profile that is there already, to be used as it is.
    pub profile: Option<ProfileName>,
}

/// An instance profile by its name, or by its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileName {
    /// Its name, without a path.
    pub name: String,
    /// The account that its ARN names, where it was given by one.
    pub account: Option<String>,
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl FromStr for ProfileName {
    type Err = NotAValue;

    /// A name as IAM takes it, or `arn:aws:iam::ACCOUNT:instance-profile/PATH/NAME`.
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_InstanceProfile.html>
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || {
            NotAValue::new(
                text,
                "an instance profile's name, or its ARN such as arn:aws:iam::123456789012:instance-profile/trainer",
            )
        };
        let (name, account) = if text.starts_with("arn:") {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            let [_, _, "iam", "", account, resource] = parts.as_slice() else { return Err(refuse()) };
            let path = resource.strip_prefix("instance-profile/").ok_or_else(refuse)?;
            (path.rsplit('/').next().unwrap_or_default(), Some((*account).to_owned()))
        } else {
            (text, None)
        };
        let fits = (1..=128).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte));
        if fits { Ok(Self { name: name.to_owned(), account }) } else { Err(refuse()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_named_by_its_name_or_its_arn() {
        let read = |text: &str| text.parse::<ProfileName>().map(|read| (read.name, read.account));
        assert_eq!(read("trainer"), Ok(("trainer".to_owned(), None)));
        let account = Some("123456789012".to_owned());
        assert_eq!(
            read("arn:aws:iam::123456789012:instance-profile/teams/a/trainer"),
            Ok(("trainer".to_owned(), account))
        );
        for text in ["", "my profile", "arn:aws:iam::123456789012:role/trainer", "arn:aws:s3:::bucket", "a/b"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
