//! The secrets of a deployment: read where it is deployed from, kept in the Parameter Store, written on its machines.
//!
//! * [`read`]: values from variables and files, or a fault for each that can't be had
//! * `store`: the parameters of a region made what the app folder says, and removed
//! * `role`: the roles of machines that are there come to read them
//! * `machine`: what a machine writes into its memory at each boot
//!
//! What a role may read is in `provision`; no value is in a plan, a record, a bundle or user data.

#[cfg(feature = "aws")]
pub mod machine;
pub mod read;
#[cfg(feature = "aws")]
pub mod role;
#[cfg(feature = "aws")]
pub mod store;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::model::RegionName;
use crate::model::secret_value::SecretValue;
use crate::model::tag::{self, Tag};

/// How long the value of a standard parameter is at most, in bytes; advanced ones are charged for.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
pub const MOST_BYTES_STANDARD: usize = 4096;
/// How long that of an advanced one is at most.
pub const MOST_BYTES: usize = 8192;

/// The secrets of a deployment, with all that their parameters are to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The deployment.
    pub deployment: String,
    /// The key that encrypts them, by its id, alias/NAME or its ARN; the account's default key where none is named.
    pub key: Option<String>,
    /// The tags of the deployment's own.
    pub tags: Vec<Tag>,
    /// Each secret.
    pub secrets: Vec<Secret>,
}

/// A secret with its value, or with where the Parameter Store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
}

/// The value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// It was read on this computer.
    Here(SecretValue),
    /// It is copied, in each region, from this parameter of that region.
    Parameter(String),
}

/// What the record of a deployment says of its secrets: nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretsRecord {
    /// Their names.
    pub names: BTreeSet<String>,
    /// The key that encrypts them, where it is not the account's default key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Secrets {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(|secret| secret.name.as_str())
    }

    /// What the record says of them; nothing where there is none.
    #[must_use]
    pub fn record(&self) -> Option<SecretsRecord> {
        let names = self.names().map(str::to_owned).collect();
        (!self.is_empty()).then(|| SecretsRecord { names, key: self.key.clone() })
    }

    /// The tags of their parameters.
    #[must_use]
    pub fn all_tags(&self) -> Vec<Tag> {
        let own = [Tag::new(tag::MANAGED, "true"), Tag::new(tag::DEPLOYMENT, &self.deployment)];
        self.tags.iter().cloned().chain(own).collect()
    }

    /// Of the regions, one that a key named by its ARN is not in.
    #[must_use]
    pub fn region_without_key<'r>(&self, regions: &'r [RegionName]) -> Option<&'r RegionName> {
        let of_key = self.key.as_deref()?.strip_prefix("arn:")?.split(':').nth(2)?;
        regions.iter().find(|region| region.as_str() != of_key)
    }

    /// What a person should know of who else can read them, before they say yes.
    #[must_use]
    pub fn notes(&self, account: &str) -> Vec<String> {
        if self.is_empty() {
            return Vec::new();
        }
        let names: Vec<&str> = self.names().collect();
        let names = format!("secrets ({})", names.join(", "));
        let mut notes = vec![match &self.key {
            Some(key) => format!(
                "{names} are encrypted by the key {key}: who has kms:Decrypt on it and ssm:GetParameter reads them"
            ),
            None => format!(
                "{names} are encrypted by the account's default key, alias/aws/ssm: everybody and every machine in \
                 account {account} that is allowed ssm:GetParameter on them reads them too, since that key asks for \
                 no permission of its own; secrets_key in config.yaml names another"
            ),
        }];
        let is_long = |secret: &&Secret| matches!(&secret.value, Value::Here(value) if value.expose().len() > MOST_BYTES_STANDARD);
        let long: Vec<&str> = self.secrets.iter().filter(is_long).map(|one| one.name.as_str()).collect();
        if !long.is_empty() {
            notes.push(format!(
                "more than {MOST_BYTES_STANDARD} bytes make an advanced parameter, which AWS charges for in each \
                 region: {}",
                long.join(", ")
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(key: Option<&str>) -> Secrets {
        let value = |text: &str| Value::Here(SecretValue::new(text.to_owned()));
        Secrets {
            deployment: "web".into(),
            key: key.map(str::to_owned),
            tags: vec![Tag::new("team", "a")],
            secrets: vec![
                Secret { name: "TOKEN".into(), value: value("hunter2") },
                Secret { name: "LONG".into(), value: value(&"hunter2".repeat(800)) },
                Secret { name: "COPY".into(), value: Value::Parameter("/prod/db".into()) },
            ],
        }
    }

    #[test]
    fn nothing_that_is_said_of_them_holds_a_value() {
        for key in [None, Some("alias/web")] {
            let secrets = secrets(key);
            let record = serde_json::to_string(&secrets.record()).unwrap();
            let said = format!("{secrets:?} {:?} {record} {:?}", secrets.notes("123"), secrets.all_tags());
            assert!(!said.contains("hunter2"), "{said}");
            assert!(said.contains("LONG") && said.contains("/prod/db"));
        }
        let notes = secrets(None).notes("123456789012");
        assert!(notes[0].contains("every machine in account 123456789012"), "{notes:?}");
        assert!(notes[1].ends_with("in each region: LONG"), "{notes:?}");
    }

    #[test]
    fn a_key_by_its_arn_is_in_one_region() {
        let regions: Vec<RegionName> = vec!["eu-west-1".parse().unwrap(), "us-east-1".parse().unwrap()];
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/0d990263-018e-4e65-a703-eff731de951e";
        assert_eq!(secrets(Some(arn)).region_without_key(&regions), Some(&regions[1]));
        assert_eq!(secrets(Some(arn)).region_without_key(&regions[..1]), None);
        assert_eq!(secrets(Some("alias/web")).region_without_key(&regions), None);
        assert_eq!(secrets(None).region_without_key(&regions), None);
    }
}
