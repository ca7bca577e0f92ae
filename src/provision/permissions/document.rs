//! An IAM policy as data, written and read in IAM's own JSON.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
//! Elements that do not belong to an identity's policy, such as principals, are not read.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

/// The version whose policies have variables.
pub const VERSION: &str = "2012-10-17";

/// Operators, the keys that each looks at, and the values that would do.
pub type Conditions = BTreeMap<String, BTreeMap<String, Values>>;

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyDocument {
    /// The version of its language; one without a version knows no variables.
    #[serde(default)]
    pub version: String,
    /// What it allows and denies.
    #[serde(deserialize_with = "one_or_more")]
    pub statement: Vec<Statement>,
}

/// One thing that a policy allows or denies.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Which of the two.
    pub effect: Effect,
    /// The actions that it is about.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub action: Values,
    /// The actions that it is not about.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub not_action: Values,
    /// The resources that it is about.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub resource: Values,
    /// The resources that it is not about.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub not_resource: Values,
    /// What has to hold besides.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub condition: Conditions,
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

/// Texts; IAM writes a single one without brackets, and numbers and truths as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Values(pub Vec<String>);

impl Values {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> From<[&str; N]> for Values {
    fn from(values: [&str; N]) -> Self {
        Self(values.iter().map(|&value| value.to_owned()).collect())
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scalars: Vec<serde_json::Value> = one_or_more(deserializer)?;
        let text = |scalar: serde_json::Value| match scalar {
            serde_json::Value::String(text) => Ok(text),
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Ok(scalar.to_string()),
            _ => Err(serde::de::Error::custom("a value of a policy is not a text")),
        };
        scalars.into_iter().map(text).collect::<Result<_, _>>().map(Self)
    }
}

fn one_or_more<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMore<T> {
        More(Vec<T>),
        One(T),
    }
    Ok(match OneOrMore::deserialize(deserializer)? {
        OneOrMore::More(values) => values,
        OneOrMore::One(value) => vec![value],
    })
}

impl PolicyDocument {
    /// The policy as IAM takes it.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts under texts can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}
