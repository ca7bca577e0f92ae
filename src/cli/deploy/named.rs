//! Which deployment a command is about, and where its account keeps what it knows of it.
//!
//! A name needs no app folder, so that what is gone from this computer can be destroyed all the same.

use clap::Args;

use super::folder::{FolderArguments, place};
use crate::aws::Session;
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::launch::ssh::LoginArguments;
use crate::cli::settings::Key;
use crate::deployment::home::Home;
use crate::manifest::Loaded;
use crate::manifest::placement::Placement;
use crate::model::RegionName;

/// Everybody who works with an account has to look in the same place.
const HOME_REGION: &str = "us-east-1";

/// Which deployment.
#[derive(Debug, Args)]
pub(super) struct NameArguments {
    /// Its name [default: that of this folder's deployment]
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

impl NameArguments {
    /// The name that was typed, else the one of the app folder.
    pub(super) fn resolve(
        &self,
        context: &Context<'_>,
        folder: &FolderArguments,
    ) -> Result<String, CommandError> {
        if let Some(name) = &self.name {
            return Ok(name.clone());
        }
        let here = "name the deployment, whose names are told by: cloudkit deploy list";
        let loaded = folder.load(context).map_err(|error| error.hint(here))?;
        let placement = loaded.placement.ok_or_else(|| {
            CommandError::usage("the app folder does not say what its deployment is called")
                .hint("see what is wrong with it: cloudkit deploy validate")
                .hint(here)
        })?;
        Ok(placement.name)
    }
}

/// How to log in to machines of a deployment: as it was typed, else by the key that the app folder names, where that is the
/// folder of this deployment.
pub(super) fn login(
    context: &Context<'_>,
    folder: &FolderArguments,
    name: &str,
    typed: &LoginArguments,
) -> Result<LoginArguments, CommandError> {
    let mut login = typed.clone();
    // A name needs no folder, and one that can't be read says nothing of a key.
    if let (None, Ok(Loaded { found, placement: Some(placement), .. })) =
        (&login.identity, folder.load(context))
        && placement.name == name
        && let Some(key) = private_half(&placement)
    {
        login.identity = Some(place(context, &found.root, key)?);
    }
    Ok(login)
}

/// The private key that goes with the public one.
fn private_half(placement: &Placement) -> Option<&str> {
    let beside = || placement.public_key.as_deref()?.strip_suffix(".pub");
    placement.private_key.as_deref().or_else(beside)
}

/// The account, and where it keeps what it knows of its deployments.
pub(super) async fn home(context: &Context<'_>, session: Session) -> Result<Home, CommandError> {
    let region: RegionName = match context.settings.parsed(Key::HomeRegion)? {
        Some(region) => region,
        None => HOME_REGION.parse()?,
    };
    let account = session.caller(&region).await?.account;
    Ok(Home { session, account, region })
}

/// Every region that the account has enabled: machines of a deployment may be anywhere.
pub(super) async fn regions(
    context: &Context<'_>,
    session: &Session,
) -> Result<Vec<RegionName>, CommandError> {
    AskedRegions::parse_or_all(context, &[])?.resolve(context, session).await
}
