//! The parameters of a deployment in a region: made what its app folder says, and removed.
//!
//! What is right already is not written again, so that a renewal without a change changes nothing. Whose lock that is done
//! under, and that the record names them first, is the caller's affair.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use futures_util::future::join_all;

use super::read::{SecretFault, SecretsError, all_said, fit};
use super::{Secret, Secrets, Value};
use crate::aws::ssm_parameters::{NewParameter, SecretParameters, Stored, Values};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::model::RegionName;
use crate::model::secret_value::SecretValue;
use crate::model::secrets_place::path_of;

/// Which parameters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Those whose values differ.
    WhatDiffers,
    /// All of them: what is there from before does not tell by which key it is encrypted.
    All,
}

/// Secrets that could not be put where machines read them.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Parameters that secrets are copied from are not there.
    #[error("{}", all_said(.0))]
    NoParameters(Vec<NoParameter>),
    /// What is in a parameter can't be copied.
    #[error(transparent)]
    Unfit(#[from] SecretsError),
    /// The Parameter Store refuses, or can't be reached.
    #[error("cannot {doing} in {region}")]
    Aws {
        /// What was being done.
        doing: String,
        /// Where.
        region: RegionName,
        /// Why not.
        source: Box<AwsError>,
    },
}

/// A parameter that a secret is copied from, and that is not there.
#[derive(Debug, PartialEq, Eq)]
pub struct NoParameter {
    /// The secret.
    pub secret: String,
    /// The parameter.
    pub parameter: String,
    /// Where it was looked for.
    pub region: RegionName,
}

impl fmt::Display for NoParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { secret, parameter, region } = self;
        write!(f, "secret {secret}: there is no parameter {parameter} in {region}")
    }
}

/// Looks whether the parameters are there that secrets are copied from, in each of these regions; no value is asked for.
///
/// # Errors
/// Where any are not there, with all that are not, or that can't be asked.
pub async fn check(session: &Session, regions: &[&RegionName], secrets: &Secrets) -> Result<(), StoreError> {
    let session = session.asking();
    let looked = regions.iter().map(|region| copies(&session, region, secrets, Values::Untouched));
    let mut missing = Vec::new();
    for outcome in join_all(looked).await {
        match outcome {
            Ok(_) => {}
            Err(StoreError::NoParameters(more)) => missing.extend(more),
            Err(error) => return Err(error),
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(StoreError::NoParameters(missing)) }
}

/// The names of the secrets whose parameters in a region are not what the app folder says. Nothing is written.
///
/// # Errors
/// Where a value can't be had, or the Parameter Store refuses.
pub async fn differing(
    session: &Session,
    region: &RegionName,
    secrets: &Secrets,
) -> Result<BTreeSet<String>, StoreError> {
    let session = session.asking();
    let parameters = session.secret_parameters(region);
    let Sides { wanted, there } = sides(&session, &parameters, region, secrets).await?;
    let changed =
        wanted.iter().filter(|(name, value)| !there.get(*name).is_some_and(|found| is_right(found, value)));
    let besides = there.keys().filter(|name| !wanted.contains_key(*name));
    Ok(changed.map(|(name, _)| name).chain(besides).cloned().collect())
}

/// Makes the parameters of a region what the app folder says: writes what differs, and removes what is there besides.
///
/// # Errors
/// Where a value can't be had, or the Parameter Store refuses. What was written until then is there.
pub async fn make_so(
    session: &Session,
    region: &RegionName,
    secrets: &Secrets,
    renewal: Renewal,
) -> Result<(), StoreError> {
    // Writing the same value again does no harm, and the Parameter Store throttles early.
    let session = session.asking();
    let parameters = session.secret_parameters(region);
    let Sides { wanted, there } = sides(&session, &parameters, region, secrets).await?;
    let path = path_of(&secrets.deployment);
    for (name, value) in &wanted {
        let found = there.get(name);
        if renewal == Renewal::WhatDiffers && found.is_some_and(|found| is_right(found, value)) {
            continue;
        }
        let whole = format!("{path}/{name}");
        let new = NewParameter { name: &whole, value, key: secrets.key.as_deref() };
        let written = write(&parameters, new, found, secrets).await;
        written.map_err(failed(region, &format!("store secret {name}")))?;
    }
    let besides = there.keys().filter(|name| !wanted.contains_key(*name));
    let besides: Vec<String> = besides.map(|name| format!("{path}/{name}")).collect();
    if !besides.is_empty() {
        let removed = parameters.remove(&besides).await;
        removed.map_err(failed(region, "remove secrets that are no longer named"))?;
    }
    Ok(())
}

/// Removes all parameters of a deployment in a region; says how many there were.
///
/// # Errors
/// Where they can't be looked for or removed.
pub async fn remove_all(session: &Session, region: &RegionName, deployment: &str) -> Result<usize, AwsError> {
    let (parameters, path) = (session.asking().secret_parameters(region), path_of(deployment));
    let there = parameters.below(&path, Values::Untouched).await?;
    let names: Vec<String> = there.keys().map(|name| format!("{path}/{name}")).collect();
    if !names.is_empty() {
        parameters.remove(&names).await?;
    }
    Ok(names.len())
}

/// What is to be and what is.
struct Sides {
    wanted: BTreeMap<String, SecretValue>,
    there: BTreeMap<String, Stored>,
}

async fn sides(
    session: &Session,
    parameters: &SecretParameters,
    region: &RegionName,
    secrets: &Secrets,
) -> Result<Sides, StoreError> {
    let wanted = values(session, region, secrets).await?;
    let there = there(parameters, &path_of(&secrets.deployment)).await;
    Ok(Sides { wanted, there: there.map_err(failed(region, "read the deployment's secrets"))? })
}

fn is_right(found: &Stored, value: &SecretValue) -> bool {
    found.value.as_ref() == Some(value)
}

/// What is there, with its values unless those may not be read, or no longer can be: its key may be gone.
async fn there(parameters: &SecretParameters, path: &str) -> Result<BTreeMap<String, Stored>, AwsError> {
    match parameters.below(path, Values::Decrypted).await {
        Err(error) if matches!(error.kind, ErrorKind::NotAllowed | ErrorKind::Refused) => {
            parameters.below(path, Values::Untouched).await
        }
        outcome => outcome,
    }
}

/// What is there from before, or came meanwhile, gets the tags by a call of its own.
async fn write(
    parameters: &SecretParameters,
    new: NewParameter<'_>,
    found: Option<&Stored>,
    secrets: &Secrets,
) -> Result<(), AwsError> {
    let tags = secrets.all_tags();
    if found.is_none() {
        match parameters.make(new, &tags).await {
            Err(error) if error.kind == ErrorKind::AlreadyThere => {}
            outcome => return outcome,
        }
    }
    parameters.overwrite(new).await?;
    parameters.tag(new.name, &tags).await
}

/// All values as they are to be in a region.
async fn values(
    session: &Session,
    region: &RegionName,
    secrets: &Secrets,
) -> Result<BTreeMap<String, SecretValue>, StoreError> {
    let mut values = BTreeMap::new();
    let mut faults = Vec::new();
    for (secret, stored) in copies(session, region, secrets, Values::Decrypted).await? {
        let text = stored.value.map(|value| value.expose().to_owned()).unwrap_or_default();
        match fit(text) {
            Ok(value) => drop(values.insert(secret.to_owned(), value)),
            Err(reason) => faults.push(SecretFault { secret: secret.to_owned(), reason }),
        }
    }
    if !faults.is_empty() {
        return Err(SecretsError { faults }.into());
    }
    for Secret { name, value } in &secrets.secrets {
        if let Value::Here(value) = value {
            values.insert(name.clone(), value.clone());
        }
    }
    Ok(values)
}

/// The parameters that secrets are copied from, by the names of the secrets.
async fn copies<'s>(
    session: &Session,
    region: &RegionName,
    secrets: &'s Secrets,
    how: Values,
) -> Result<BTreeMap<&'s str, Stored>, StoreError> {
    let copied: BTreeMap<&str, &str> = secrets
        .secrets
        .iter()
        .filter_map(|secret| match &secret.value {
            Value::Parameter(parameter) => Some((secret.name.as_str(), parameter.as_str())),
            Value::Here(_) => None,
        })
        .collect();
    let mut sources: Vec<&str> = copied.values().copied().collect();
    sources.sort_unstable();
    sources.dedup();
    let found = session.secret_parameters(region).named(&sources, how).await;
    let found = found.map_err(failed(region, "read the parameters that secrets are copied from"))?;
    let (mut stored, mut missing) = (BTreeMap::new(), Vec::new());
    for (secret, parameter) in copied {
        if let Some(value) = found.get(parameter) {
            stored.insert(secret, value.clone());
        } else {
            let (secret, parameter) = (secret.to_owned(), parameter.to_owned());
            missing.push(NoParameter { secret, parameter, region: region.clone() });
        }
    }
    if missing.is_empty() { Ok(stored) } else { Err(StoreError::NoParameters(missing)) }
}

fn failed(region: &RegionName, doing: &str) -> impl FnOnce(AwsError) -> StoreError {
    let (region, doing) = (region.clone(), doing.to_owned());
    move |source| StoreError::Aws { doing, region, source: Box::new(source) }
}
