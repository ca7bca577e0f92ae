//! The secrets of an app folder on their way to the Parameter Store: read, looked for, stored, removed.
//!
//! No value is ever told.

use std::collections::BTreeSet;

use futures_util::future::{join_all, try_join_all};

use super::prepared::Prepared;
use super::sound::Sound;
use crate::aws::Session;
use crate::aws::types::Located;
use crate::cli::command_error::{CommandError, class_and_hints};
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::deployment::home::Home;
use crate::deployment::record::Record;
use crate::deployment::secrets::read::{self, Reason, SecretsError};
use crate::deployment::secrets::role::{self, RoleError};
use crate::deployment::secrets::store::{self, NoParameter, Renewal, StoreError};
use crate::deployment::secrets::{Secrets, SecretsRecord};
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
    renewal: Renewal,
    /// Whether machines lack a role that reads them, or one that reads them by their key.
    lacks_role: bool,
    /// An update before this one may have stored some without a machine's being told.
    may_be_untold: bool,
}

impl Renewed {
    /// Compares them with what is stored where the deployment was launched, and with what its machines may read; none where
    /// neither has any.
    pub(super) async fn look(
        home: &Home,
        record: &Record,
        machines: &[Located],
        secrets: Secrets,
    ) -> Result<Option<Self>, CommandError> {
        let recorded = record.secrets.as_ref();
        if recorded.is_none() && secrets.is_empty() {
            return Ok(None);
        }
        let may_be_untold = record.changing_since.is_some();
        let is_other_key =
            !secrets.is_empty() && recorded.is_some_and(|recorded| recorded.key != secrets.key);
        let lacks_role = !secrets.is_empty()
            && (role::is_missing(machines).map_err(|error| with_way_out(error, &record.name))?
                || is_other_key
                || may_be_untold);
        let regions: Vec<RegionName> = record.regions().iter().filter_map(|one| one.parse().ok()).collect();
        let found = regions.iter().map(|region| store::differing(&home.session, region, &secrets));
        let mut differing: BTreeSet<String> = try_join_all(found).await?.into_iter().flatten().collect();
        // What is stored does not tell by which key it is encrypted, and after an update that was broken off it may be either.
        let renewal = match is_other_key || (may_be_untold && secrets.key.is_some()) {
            true => Renewal::All,
            false => Renewal::WhatDiffers,
        };
        if renewal == Renewal::All {
            differing.extend(secrets.names().map(str::to_owned));
        }
        Ok(Some(Self { secrets, regions, differing, renewal, lacks_role, may_be_untold }))
    }

    /// Whether machines have to be told of them, whatever their bundle is.
    pub(super) fn is_due(&self) -> bool {
        !self.differing.is_empty() || self.lacks_role || self.may_be_untold
    }

    /// Says which of them differ.
    pub(super) fn tell(&self, context: &Context<'_>) {
        if !self.differing.is_empty() {
            let names: Vec<&str> = self.differing.iter().map(String::as_str).collect();
            context.streams.status(format_args!("secrets that differ: {}", names.join(", ")));
        }
        if self.lacks_role {
            context.streams.status("its machines need a role that reads them");
        }
    }

    /// What the record says of them from now on. The role that reads them stays, and its key, also where there is none for now.
    pub(super) fn record(&self, before: Option<SecretsRecord>) -> Option<SecretsRecord> {
        let without = before.map(|before| SecretsRecord { names: BTreeSet::new(), ..before });
        self.secrets.record().or(without)
    }

    /// Gives the machines the role that reads them, where they lack one.
    pub(super) async fn grant(
        &self,
        context: &Context<'_>,
        home: &Home,
        machines: &[Located],
    ) -> Result<(), CommandError> {
        if !self.lacks_role {
            return Ok(());
        }
        let Secrets { deployment, key, .. } = &self.secrets;
        let caller = home.session.caller(&home.region).await?;
        let say = |role: &str| context.streams.status(format_args!("role {role} reads the secrets"));
        let granted = role::grant(&home.session, &caller, deployment, key.as_deref(), machines, say).await;
        granted.map_err(|error| with_way_out(error, deployment))
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
        store(context, session, &self.regions, &self.secrets, self.renewal).await
    }

    /// Where machines read them.
    pub(super) fn path(&self) -> Option<String> {
        (!self.secrets.is_empty()).then(|| path_of(&self.secrets.deployment))
    }
}

/// What to type where a role can't be given.
fn with_way_out(error: RoleError, name: &str) -> CommandError {
    match &error {
        RoleError::Other { machine, region, .. } => {
            let look = format!(
                "take it away, if nothing needs it: aws ec2 describe-iam-instance-profile-associations --region {region} \
                 --filters Name=instance-id,Values={machine}, then aws ec2 disassociate-iam-instance-profile"
            );
            CommandError::new(ExitClass::No, error)
                .hint(look)
                .hint(format!("or begin anew: cloudkit deploy destroy {name}, then cloudkit deploy create"))
        }
        RoleError::Aws { source, .. } => {
            let (class, hints) = class_and_hints(source);
            CommandError::new(class, error).hints(hints)
        }
    }
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
