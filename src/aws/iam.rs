//! IAM: the roles and instance profiles of machines.
//!
//! IAM is one for all regions, and what it has made is known everywhere only seconds later: who needs it asks again. What a
//! role may do is decided elsewhere.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_iam::types::Tag as IamTag;

use super::error::{AwsError, ErrorKind};
use super::types::ending::{OwnRole, Profile};
use crate::model::tag::Tag;

/// Where our roles and profiles are kept apart from others.
pub const PATH: &str = "/cloudkit/";
/// The name of a role's own policy.
const POLICY_NAME: &str = "cloudkit-machine";
/// Between tries to use what was made a moment ago.
const PAUSES: [Duration; 6] = [Duration::from_secs(1); 6];

/// A client of IAM.
#[derive(Debug, Clone)]
pub struct Iam {
    client: aws_sdk_iam::Client,
}

impl Iam {
    pub(super) fn new(client: aws_sdk_iam::Client) -> Self {
        Self { client }
    }

    /// Makes a role with its policy. One of the same name is taken for its own: the answer to the first try was lost.
    ///
    /// # Errors
    /// Where IAM refuses or can't be reached.
    pub async fn make_role(
        &self,
        name: &str,
        what_for: &str,
        trust: &str,
        policy: &str,
        tags: &[Tag],
    ) -> Result<(), AwsError> {
        let request = self.client.create_role().role_name(name).path(PATH).description(what_for);
        let request = request.assume_role_policy_document(trust).set_tags(Some(tags_out(tags)?));
        unless_there(request.send().await.map_err(|error| AwsError::from_sdk("CreateRole", error)))?;
        once_known(async || {
            let put = self.client.put_role_policy().role_name(name).policy_name(POLICY_NAME);
            let put = put.policy_document(policy).send().await;
            put.map(drop).map_err(|error| AwsError::from_sdk("PutRolePolicy", error))
        })
        .await
    }

    /// Makes an instance profile that holds a role.
    ///
    /// # Errors
    /// Where IAM refuses or can't be reached.
    pub async fn make_profile(&self, name: &str, role: &str, tags: &[Tag]) -> Result<(), AwsError> {
        let request = self.client.create_instance_profile().instance_profile_name(name).path(PATH);
        let made = request.set_tags(Some(tags_out(tags)?)).send().await;
        unless_there(made.map_err(|error| AwsError::from_sdk("CreateInstanceProfile", error)))?;
        let added = once_known(async || {
            let add = self.client.add_role_to_instance_profile().instance_profile_name(name).role_name(role);
            add.send().await.map(drop).map_err(|error| AwsError::from_sdk("AddRoleToInstanceProfile", error))
        })
        .await;
        match added {
            // A profile holds one role: a second try after a lost answer is one too many.
            Err(error) if error.kind == ErrorKind::Refused => {
                let holds = self.profile(name).await?.and_then(|profile| profile.role);
                if holds.as_deref() == Some(role) { Ok(()) } else { Err(error) }
            }
            outcome => outcome,
        }
    }

    /// Removes an instance profile; says whether there was one.
    ///
    /// # Errors
    /// Where IAM refuses or can't be reached.
    pub async fn remove_profile(&self, name: &str) -> Result<bool, AwsError> {
        let Some(profile) = self.profile(name).await? else { return Ok(false) };
        if let Some(role) = profile.role {
            let request = self.client.remove_role_from_instance_profile().instance_profile_name(name);
            let removed = request.role_name(role).send().await;
            unless_gone(removed.map_err(|error| AwsError::from_sdk("RemoveRoleFromInstanceProfile", error)))?;
        }
        let removed = self.client.delete_instance_profile().instance_profile_name(name).send().await;
        unless_gone(removed.map_err(|error| AwsError::from_sdk("DeleteInstanceProfile", error)))?;
        Ok(true)
    }

    /// Removes a role that cloudkit made, with its policy; says whether there was one.
    ///
    /// # Errors
    /// Where IAM refuses or can't be reached.
    pub async fn remove_role(&self, name: &str) -> Result<bool, AwsError> {
        let removed = self.client.delete_role_policy().role_name(name).policy_name(POLICY_NAME).send().await;
        unless_gone(removed.map_err(|error| AwsError::from_sdk("DeleteRolePolicy", error)))?;
        let removed = self.client.delete_role().role_name(name).send().await;
        let removed = removed.map_err(|error| AwsError::from_sdk("DeleteRole", error));
        unless_gone(removed).map(|gone| gone == Gone::Just)
    }

    /// Whether the account has a role of this name.
    ///
    /// # Errors
    /// Where IAM refuses or can't be reached.
    pub async fn has_role(&self, name: &str) -> Result<bool, AwsError> {
        let answer = self.client.get_role().role_name(name).send().await;
        match answer.map_err(|error| AwsError::from_sdk("GetRole", error)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// An instance profile; none where there is none of the name.
    ///
    /// # Errors
    /// Where IAM refuses or can't be reached.
    pub async fn profile(&self, name: &str) -> Result<Option<Profile>, AwsError> {
        let answer = self.client.get_instance_profile().instance_profile_name(name).send().await;
        match answer.map_err(|error| AwsError::from_sdk("GetInstanceProfile", error)) {
            Ok(answer) => Ok(answer.instance_profile.map(|profile| Profile {
                name: profile.instance_profile_name,
                role: profile.roles.into_iter().next().map(|role| role.role_name),
            })),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The policies of a role in IAM's JSON, its own and those attached to it.
    ///
    /// # Errors
    /// Where one of them may not be read, or IAM can't be reached.
    pub async fn policies(&self, role: &str) -> Result<Vec<String>, AwsError> {
        let (mut own, mut attached) =
            tokio::try_join!(self.own_policies(role), self.attached_policies(role))?;
        own.append(&mut attached);
        Ok(own)
    }

    async fn own_policies(&self, role: &str) -> Result<Vec<String>, AwsError> {
        let names = self.client.list_role_policies().role_name(role).into_paginator().items().send();
        let names = names.collect::<Result<Vec<String>, _>>().await;
        let names = names.map_err(|error| AwsError::from_sdk("ListRolePolicies", error))?;
        let mut documents = Vec::new();
        for name in names {
            let answer = self.client.get_role_policy().role_name(role).policy_name(name).send().await;
            let answer = answer.map_err(|error| AwsError::from_sdk("GetRolePolicy", error))?;
            documents.push(decoded(&answer.policy_document));
        }
        Ok(documents)
    }

    async fn attached_policies(&self, role: &str) -> Result<Vec<String>, AwsError> {
        let pages = self.client.list_attached_role_policies().role_name(role).into_paginator().items().send();
        let attached = pages.collect::<Result<Vec<_>, _>>().await;
        let attached = attached.map_err(|error| AwsError::from_sdk("ListAttachedRolePolicies", error))?;
        let mut documents = Vec::new();
        for arn in attached.into_iter().filter_map(|policy| policy.policy_arn) {
            documents.push(self.managed_policy(&arn).await?);
        }
        Ok(documents)
    }

    async fn managed_policy(&self, arn: &str) -> Result<String, AwsError> {
        let lacks = |what: &str| {
            AwsError::own("GetPolicy", ErrorKind::Unavailable, format!("policy {arn} has no {what}"))
        };
        let policy = self.client.get_policy().policy_arn(arn).send().await;
        let policy = policy.map_err(|error| AwsError::from_sdk("GetPolicy", error))?.policy;
        let version = policy.and_then(|policy| policy.default_version_id).ok_or_else(|| lacks("version"))?;
        let answer = self.client.get_policy_version().policy_arn(arn).version_id(version).send().await;
        let answer = answer.map_err(|error| AwsError::from_sdk("GetPolicyVersion", error))?;
        let document = answer.policy_version.and_then(|version| version.document);
        document.map(|document| decoded(&document)).ok_or_else(|| lacks("document"))
    }

    /// The roles and profiles below our path.
    ///
    /// # Errors
    /// Where IAM refuses or can't be reached.
    pub async fn own_roles(&self) -> Result<Vec<OwnRole>, AwsError> {
        let roles = self.client.list_roles().path_prefix(PATH).into_paginator().items().send();
        let profiles = self.client.list_instance_profiles().path_prefix(PATH).into_paginator().items().send();
        let (roles, profiles) =
            tokio::join!(roles.collect::<Result<Vec<_>, _>>(), profiles.collect::<Result<Vec<_>, _>>());
        let roles = roles.map_err(|error| AwsError::from_sdk("ListRoles", error))?;
        let profiles = profiles.map_err(|error| AwsError::from_sdk("ListInstanceProfiles", error))?;
        let names = roles.into_iter().map(|role| role.role_name);
        let names: BTreeSet<String> =
            names.chain(profiles.into_iter().map(|profile| profile.instance_profile_name)).collect();
        Ok(names.into_iter().map(|name| OwnRole { name }).collect())
    }
}

/// Whether something was removed just now, or was not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gone {
    Just,
    Before,
}

fn unless_gone<T>(outcome: Result<T, AwsError>) -> Result<Gone, AwsError> {
    match outcome {
        Ok(_) => Ok(Gone::Just),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(Gone::Before),
        Err(error) => Err(error),
    }
}

fn unless_there<T>(outcome: Result<T, AwsError>) -> Result<(), AwsError> {
    match outcome {
        Err(error) if error.kind != ErrorKind::AlreadyThere => Err(error),
        _ => Ok(()),
    }
}

/// Asks again while IAM does not yet know what it made a moment ago.
async fn once_known(ask: impl AsyncFn() -> Result<(), AwsError>) -> Result<(), AwsError> {
    let mut pauses = PAUSES.iter();
    loop {
        match ask().await {
            Err(error) if error.kind == ErrorKind::NotFound => match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Err(error),
            },
            outcome => return outcome,
        }
    }
}

fn tags_out(tags: &[Tag]) -> Result<Vec<IamTag>, AwsError> {
    let tag = |tag: &Tag| IamTag::builder().key(&tag.key).value(&tag.value).build();
    let incomplete = |error: aws_smithy_types::error::operation::BuildError| {
        AwsError::own("CreateRole", ErrorKind::Refused, error.to_string())
    };
    tags.iter().map(tag).collect::<Result<_, _>>().map_err(incomplete)
}

/// A document as it was written: IAM answers with it percent-encoded (RFC 3986).
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hexadecimal = text.get(at + 1..at + 3).filter(|_| byte == b'%');
        match hexadecimal.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(encoded) => {
                plain.push(encoded);
                at += 3;
            }
            None => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_decoded() {
        assert_eq!(decoded("%7B%22a%22%3A%20%22b%2Fc%22%7D"), r#"{"a": "b/c"}"#);
        assert_eq!(decoded("plain %zz 100%"), "plain %zz 100%");
        assert_eq!(decoded("%C3%A9"), "é");
    }
}
