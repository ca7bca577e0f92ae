//! Which deployment a command is about, and where its account keeps what it knows of it.
//!
//! A name needs no app folder, so that what is gone from this computer can be destroyed all the same.

use clap::Args;

use super::folder::FolderArguments;
use crate::aws::Session;
use crate::cli::account_regions::AskedRegions;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::settings::Key;
use crate::deployment::home::Home;
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
