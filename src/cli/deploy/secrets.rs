//! The secrets of an app folder on their way to the Parameter Store: read, looked for, stored, removed.
//!
//! No value is ever told.

use std::collections::BTreeSet;

use futures_util::future::{join_all, try_join_all};

use super::prepared::Prepared;
use super::sound::Sound;
use crate::aws::Session;
use crate::cli::command_error::{CommandError, class_and_hints};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::deployment::home::Home;
use crate::deployment::record::Record;
use crate::deployment::secrets::Secrets;
use crate::deployment::secrets::read::{self, Reason, SecretsError};
use crate::deployment::secrets::store::{self, NoParameter, Renewal, StoreError};
use crate::model::RegionName;
use crate::model::secrets_place::path_of;
use crate::model::tag::Tag;
use crate::provision::undo::Left;

/// Reads what is on this computer.
pub(super) fn read(context: &Context<'_>, sound: &Sound) -> Result<Secrets, CommandError> {
    let (loaded, placement) = (&sound.loaded, &sound.placement);
    let secrets = Secrets {
        deployment: placement.name.clone(),
        key: placement.secrets_key.clone(),
        tags: placement.tags.iter().map(|(key, value)| Tag::new(key, value)).collect(),
        secrets: read::read(&loaded.secrets, &loaded.found.root, context.process)?,
    };
    let regions: Vec<RegionName> = placement.regions.iter().map(|one| one.region.clone()).collect();
    if let (false, Some(region)) = (secrets.is_empty(), secrets.region_without_key(&regions)) {
        let error = format!("secrets_key is the ARN of a key that is not in {region}");
        return Err(CommandError::usage(error)
            .hint("give keys of all regions one alias, and write secrets_key: alias/NAME into config.yaml"));
    }
    Ok(secrets)
}

/// Looks whether what is copied is there, in each region that may have machines.
pub(super) async fn are_there(session: &Session, prepared: &Prepared) -> Result<(), CommandError> {
    let regions: Vec<&RegionName> = prepared.placement.regions.iter().map(|one| &one.region).collect();
    Ok(store::check(session, &regions, &prepared.secrets).await?)
}

/// Makes the parameters of these regions what the folder says, before any machine there is asked for.
pub(super) async fn store(
    context: &Context<'_>,
    session: &Session,
    regions: &[RegionName],
    secrets: &Secrets,
    renewal: Renewal,
) -> Result<(), CommandError> {
    if secrets.is_empty() {
        return Ok(());
    }
    let stored = async |region: &RegionName| {
        store::make_so(session, region, secrets, renewal).await?;
        let count = secrets.secrets.len();
        let what = if count == 1 { "1 secret".to_owned() } else { format!("{count} secrets") };
        context.streams.status(format_args!("{region}: {what} stored"));
        Ok::<(), StoreError>(())
    };
    // Each is waited for, so that all that was stored can be removed.
    join_all(regions.iter().map(stored)).await.into_iter().collect::<Result<(), StoreError>>()?;
    Ok(())
}

/// The secrets of a deployment that is updated, and what of them differs from what its machines read.
pub(super) struct Renewed {
    pub(super) secrets: Secrets,
    regions: Vec<RegionName>,
    differing: BTreeSet<String>,
    /// An update before this one may have stored some without a machine's being told.
    may_be_untold: bool,
}

impl Renewed {
    /// Compares them with what is stored where the deployment was launched; none where neither has any.
    pub(super) async fn look(
        home: &Home,
        record: &Record,
        secrets: Secrets,
    ) -> Result<Option<Self>, CommandError> {
        let recorded = match &record.secrets {
            Some(recorded) => recorded,
            None if secrets.is_empty() => return Ok(None),
            None => {
                let error = format!(
                    "{} was created without secrets, so its machines have no role that reads any",
                    record.name
                );
                return Err(begin_anew(error, &record.name));
            }
        };
        if !secrets.is_empty() && recorded.key != secrets.key {
            let error =
                format!("the role of the machines of {} reads secrets by another secrets_key", record.name);
            return Err(begin_anew(error, &record.name));
        }
        let regions: Vec<RegionName> = record.regions().iter().filter_map(|one| one.parse().ok()).collect();
        let found = regions.iter().map(|region| store::differing(&home.session, region, &secrets));
        let differing = try_join_all(found).await?.into_iter().flatten().collect();
        Ok(Some(Self { secrets, regions, differing, may_be_untold: record.changing_since.is_some() }))
    }

    /// Whether machines have to be told of them, whatever their bundle is.
    pub(super) fn is_due(&self) -> bool {
        !self.differing.is_empty() || self.may_be_untold
    }

    /// Says which of them differ.
    pub(super) fn tell(&self, context: &Context<'_>) {
        if !self.differing.is_empty() {
            let names: Vec<&str> = self.differing.iter().map(String::as_str).collect();
            context.streams.status(format_args!("secrets that differ: {}", names.join(", ")));
        }
    }

    /// Makes what is stored what the app folder says.
    pub(super) async fn store(&self, context: &Context<'_>, session: &Session) -> Result<(), CommandError> {
        if self.differing.is_empty() {
            return Ok(());
        }
        if self.secrets.is_empty() {
            let name = &self.secrets.deployment;
            let removed = self.regions.iter().map(|region| store::remove_all(session, region, name));
            try_join_all(removed).await?;
            return Ok(());
        }
        store(context, session, &self.regions, &self.secrets, Renewal::WhatDiffers).await
    }

    /// Where machines read them.
    pub(super) fn path(&self) -> Option<String> {
        (!self.secrets.is_empty()).then(|| path_of(&self.secrets.deployment))
    }
}

fn begin_anew(error: String, name: &str) -> CommandError {
    CommandError::new(ExitClass::No, error)
        .hint(format!("begin anew: cloudkit deploy destroy {name}, then cloudkit deploy create"))
}

/// Removes what was stored in these regions; hands back what is still there.
pub(super) async fn remove(
    context: &Context<'_>,
    session: &Session,
    regions: &[RegionName],
    prepared: &Prepared,
) -> Vec<Left> {
    let name = &prepared.secrets.deployment;
    if prepared.secrets.is_empty() {
        return Vec::new();
    }
    let each = regions.iter().map(async |region| (region, store::remove_all(session, region, name).await));
    let mut left = Vec::new();
    for (region, outcome) in join_all(each).await {
        match outcome {
            Ok(0) => {}
            Ok(_) => context.streams.status(format_args!("{region}: removed again: the secrets")),
            Err(error) => left.push(Left {
                what: format!("secrets of {name} in {region}"),
                command: format!("cloudkit deploy destroy {name}"),
                because: error.to_string(),
            }),
        }
    }
    left
}

impl From<SecretsError> for CommandError {
    fn from(error: SecretsError) -> Self {
        let hints: Vec<String> = error.faults.iter().filter_map(|fault| hint(&fault.reason)).collect();
        Self::usage(error).hints(hints)
    }
}

fn hint(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::NoVariable(variable) => format!("set it where you type this: export {variable}=…"),
        Reason::NoFile(_) | Reason::File(_) | Reason::NoHome => {
            "name another place in deployment.yaml: secrets: NAME: {from: file:PATH}".to_owned()
        }
        Reason::Empty => "write it, or leave the secret out".to_owned(),
        Reason::NotText | Reason::Zero => {
            "write it in base64, and have the program that reads it decode it".to_owned()
        }
        Reason::TooLong(_) => "divide it, or have the machines fetch it from elsewhere".to_owned(),
        Reason::Nested => "write it in base64, and have the program that reads it decode it".to_owned(),
    })
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unfit(error) => error.into(),
            StoreError::NoParameters(ref missing) => {
                let put = |NoParameter { parameter, region, .. }: &NoParameter| {
                    format!(
                        "each region has parameters of its own: aws ssm put-parameter --name {parameter} --type \
                         SecureString --region {region} --value …"
                    )
                };
                let hints: Vec<String> = missing.iter().map(put).collect();
                Self::usage(error).hints(hints)
            }
            StoreError::Aws { ref source, .. } => {
                let (class, hints) = class_and_hints(source);
                Self::new(class, error).hints(hints)
            }
        }
    }
}
