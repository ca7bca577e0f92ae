//! Names that AWS gives: instance types and regions.
//!
//! A name here has the right shape; whether AWS knows it is the catalog's or the account's to say.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::NotAValue;

/// An instance type such as `m7i.large` or `u7in-16tb.224xlarge`: a family, a dot and a size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstanceTypeName(String);

impl InstanceTypeName {
    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The family of an instance type's name: what stands before the dot (`m7i`).
#[must_use]
pub fn family(instance_type: &str) -> &str {
    instance_type.split_once('.').map_or(instance_type, |(family, _)| family)
}

impl FromStr for InstanceTypeName {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match text.split_once('.') {
            Some((family, size)) if part(family) && part(size) && text.len() <= 64 => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(NotAValue::new(text, "an instance type such as m7i.large")),
        }
    }
}

/// A region's code such as `us-east-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegionName(String);

impl RegionName {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RegionName {
    type Err = NotAValue;

    /// Letters, then words between dashes, then a number: `us-gov-west-1`, `ap-southeast-5`.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let mut parts = text.split('-');
        let number = parts.next_back().unwrap_or_default();
        let words: Vec<&str> = parts.collect();
        let lower = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        let is_number = !number.is_empty() && number.len() <= 2 && number.bytes().all(|b| b.is_ascii_digit());
        if is_number && (2..=4).contains(&words.len()) && words.iter().all(lower) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAValue::new(text, "a region such as us-east-1"))
        }
    }
}

macro_rules! text_like {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = NotAValue;

            fn try_from(text: String) -> Result<Self, NotAValue> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}

text_like!(InstanceTypeName);
text_like!(RegionName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_shape_that_aws_gives_them() {
        for good in ["m7i.large", "u7in-16tb.224xlarge", "mac2-m1ultra.metal"] {
            assert!(good.parse::<InstanceTypeName>().is_ok(), "{good}");
        }
        for bad in ["", "m7i", ".large", "m7i.", "M7i.large", "m7i.large;rm", "m7i.lar ge"] {
            assert!(bad.parse::<InstanceTypeName>().is_err(), "{bad}");
        }
        for good in ["us-east-1", "us-gov-west-1", "eu-isoe-west-1"] {
            assert!(good.parse::<RegionName>().is_ok(), "{good}");
        }
        for bad in ["", "us-east", "us-east-1a", "us_east_1", "1", "-1"] {
            assert!(bad.parse::<RegionName>().is_err(), "{bad}");
        }
        assert_eq!(family("u7in-16tb.224xlarge"), "u7in-16tb");
    }
}
