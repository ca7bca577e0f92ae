//! The Parameter Store: an account's own encrypted parameters, written, read and removed.
//!
//! Whose they are, and what they are called, is decided elsewhere. No message of this file holds a value.

use std::collections::BTreeMap;

use aws_sdk_ssm::types::{Parameter, ParameterTier, ParameterType, ResourceTypeForTagging, Tag as SsmTag};

use super::error::{AwsError, ErrorKind};
use crate::model::secret_value::SecretValue;
use crate::model::tag::Tag;

/// How many parameters one call names at most:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html>
const MOST_NAMES: usize = 10;
/// How long the value of a standard parameter is at most, in bytes; what is longer makes an advanced one.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
const MOST_BYTES_STANDARD: usize = 4096;

/// A client of the Parameter Store in one region.
#[derive(Debug, Clone)]
pub struct SecretParameters {
    client: aws_sdk_ssm::Client,
}

/// Whether values are wanted as they were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// They are.
    Decrypted,
    /// Only what there is.
    Untouched,
}

/// A parameter as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its version, which each writing raises by one.
    pub version: i64,
    /// Its value, where that was asked for.
    pub value: Option<SecretValue>,
}

/// A parameter to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewParameter<'p> {
    /// Its whole name.
    pub name: &'p str,
    /// Its value.
    pub value: &'p SecretValue,
    /// The key that encrypts it, by its id, alias/NAME or its ARN; the account's default key where none is named.
    pub key: Option<&'p str>,
}

impl SecretParameters {
    pub(super) fn new(client: aws_sdk_ssm::Client) -> Self {
        Self { client }
    }

    /// The parameters right below a path, by the rest of their names.
    ///
    /// # Errors
    /// Where they may not be read, or AWS can't be reached.
    pub async fn below(&self, path: &str, values: Values) -> Result<BTreeMap<String, Stored>, AwsError> {
        let request = self.client.get_parameters_by_path().path(path);
        let pages = request.with_decryption(values == Values::Decrypted).into_paginator().send();
        let pages = pages.collect::<Result<Vec<_>, _>>().await;
        let pages = pages.map_err(|error| AwsError::from_sdk("GetParametersByPath", error))?;
        let found = pages.into_iter().flat_map(|page| page.parameters.unwrap_or_default());
        let below = |parameter: Parameter| {
            let name = parameter.name.as_deref()?.strip_prefix(path)?.strip_prefix('/')?.to_owned();
            Some((name, stored(parameter, values)))
        };
        Ok(found.filter_map(below).collect())
    }

    /// Those of the parameters of these names that there are.
    ///
    /// # Errors
    /// Where one may not be read, or AWS can't be reached.
    pub async fn named(&self, names: &[&str], values: Values) -> Result<BTreeMap<String, Stored>, AwsError> {
        let mut all = BTreeMap::new();
        for some in names.chunks(MOST_NAMES) {
            let names = Some(some.iter().map(|&name| name.to_owned()).collect());
            let request = self.client.get_parameters().set_names(names);
            let answer = request.with_decryption(values == Values::Decrypted).send().await;
            let answer = answer.map_err(|error| AwsError::from_sdk("GetParameters", error))?;
            let found = answer.parameters.unwrap_or_default().into_iter();
            all.extend(found.filter_map(|one| Some((one.name.clone()?, stored(one, values)))));
        }
        Ok(all)
    }

    /// Makes a parameter with its tags.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyThere`] where there is one of the name; where AWS refuses or can't be reached.
    pub async fn make(&self, new: NewParameter<'_>, tags: &[Tag]) -> Result<(), AwsError> {
        let request = self.request(new).set_tags(Some(tags_out(tags)?)).tier(tier_of(new.value));
        let made = request.send().await.map_err(|error| AwsError::from_sdk("PutParameter", error));
        made.map(drop).map_err(|error| without(error, new.value))
    }

    /// Gives a parameter that is there a new value. One that is an advanced one already stays one: AWS makes none a
    /// standard one again.
    ///
    /// # Errors
    /// Where AWS refuses or can't be reached.
    pub async fn overwrite(&self, new: NewParameter<'_>) -> Result<(), AwsError> {
        let put = async |tier: ParameterTier| {
            let request = self.request(new).overwrite(true).tier(tier);
            let put = request.send().await.map_err(|error| AwsError::from_sdk("PutParameter", error));
            put.map(drop).map_err(|error| without(error, new.value))
        };
        let tier = tier_of(new.value);
        match put(tier.clone()).await {
            Err(error) if tier == ParameterTier::Standard && error.kind == ErrorKind::Refused => {
                put(ParameterTier::Advanced).await.map_err(|_| error)
            }
            outcome => outcome,
        }
    }

    /// Tags a parameter: AWS takes no tags together with a new value for one that is there.
    ///
    /// # Errors
    /// Where AWS refuses or can't be reached.
    pub async fn tag(&self, name: &str, tags: &[Tag]) -> Result<(), AwsError> {
        let request = self.client.add_tags_to_resource().resource_type(ResourceTypeForTagging::Parameter);
        let tagged = request.resource_id(name).set_tags(Some(tags_out(tags)?)).send().await;
        tagged.map(drop).map_err(|error| AwsError::from_sdk("AddTagsToResource", error))
    }

    /// Removes parameters; those that are not there are as good.
    ///
    /// # Errors
    /// Where AWS refuses or can't be reached.
    pub async fn remove(&self, names: &[String]) -> Result<(), AwsError> {
        for some in names.chunks(MOST_NAMES) {
            let removed = self.client.delete_parameters().set_names(Some(some.to_vec())).send().await;
            removed.map_err(|error| AwsError::from_sdk("DeleteParameters", error))?;
        }
        Ok(())
    }

    fn request(
        &self,
        new: NewParameter<'_>,
    ) -> aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder {
        let request = self.client.put_parameter().name(new.name).value(new.value.expose());
        request.r#type(ParameterType::SecureString).set_key_id(new.key.map(str::to_owned))
    }
}

fn stored(parameter: Parameter, values: Values) -> Stored {
    let value = parameter.value.filter(|_| values == Values::Decrypted).map(SecretValue::new);
    Stored { version: parameter.version, value }
}

/// What is asked for is always said: the account may have another tier as its default.
fn tier_of(value: &SecretValue) -> ParameterTier {
    if value.expose().len() > MOST_BYTES_STANDARD { ParameterTier::Advanced } else { ParameterTier::Standard }
}

/// A refusal whose words repeat the value, without them.
fn without(mut error: AwsError, value: &SecretValue) -> AwsError {
    if error.message.as_ref().is_some_and(|words| words.contains(value.expose())) {
        error.message = Some("AWS's words repeat the value, and are not shown".to_owned());
    }
    error
}

fn tags_out(tags: &[Tag]) -> Result<Vec<SsmTag>, AwsError> {
    let tag = |tag: &Tag| SsmTag::builder().key(&tag.key).value(&tag.value).build();
    let incomplete = |error: aws_smithy_types::error::operation::BuildError| {
        AwsError::own("PutParameter", ErrorKind::Refused, error.to_string())
    };
    tags.iter().map(tag).collect::<Result<_, _>>().map_err(incomplete)
}
