//! What an update or a rollback would change: in the bundle, and on which machines.
//!
//! Nothing is changed. A bundle that is in a bucket is fetched for it, and goes again with the answer.

use std::path::Path;

use super::rolling::{Rolling, Standing, rows};
use crate::cli::command_error::CommandError;
use crate::cli::exit_code::ExitClass;
use crate::manifest::bundle::changes::{Change, Contents, between};
use crate::output::deploy::change::{DeploymentChange, change_text};
use crate::platform::files;
use crate::provision::wish::deployment::bundle_key;

/// Where a bundle is.
pub(super) enum Side<'s> {
    /// On this computer.
    Here(&'s Path),
    /// In the buckets, under its SHA-256.
    Bucket(&'s str),
}

/// Shows it.
pub(super) fn show(
    rolling: &Rolling<'_>,
    standing: &[Standing<'_>],
    later: Side<'_>,
) -> Result<ExitClass, CommandError> {
    let (streams, from) = (rolling.context.streams, rolling.record.bundle.as_str());
    let what = match from == rolling.to {
        true => Some(Vec::new()),
        false => rolling.context.block_on_bounded(what_changes(rolling, later))?,
    };
    let batch = rolling.batch(standing);
    let change =
        DeploymentChange::new(&rolling.deployed.name, (from, rolling.to), what, batch, rows(standing));
    match streams.explanation_format() {
        Some(format) => streams.write_one(format, &change)?,
        None => streams.write_text(&change_text(&change))?,
    }
    Ok(ExitClass::Done)
}

/// The differences; none where one of the bundles is not to be had.
async fn what_changes(rolling: &Rolling<'_>, later: Side<'_>) -> Result<Option<Vec<Change>>, CommandError> {
    let Some(earlier) = contents(rolling, Side::Bucket(&rolling.record.bundle)).await? else {
        return Ok(None);
    };
    let later = contents(rolling, later).await?;
    Ok(later.map(|later| between(&earlier, &later)))
}

async fn contents(rolling: &Rolling<'_>, side: Side<'_>) -> Result<Option<Contents>, CommandError> {
    let sha256 = match side {
        Side::Here(path) => return Ok(Some(Contents::read(path).map_err(CommandError::usage)?)),
        Side::Bucket(sha256) => sha256,
    };
    let cache = rolling.context.cache_directory()?;
    files::make_folder(&cache)?;
    let file = tempfile::Builder::new().prefix(".cloudkit-bundle-").tempfile_in(&cache)?;
    let key = bundle_key(&rolling.deployed.name, sha256);
    for one in &rolling.deployed.machines {
        if rolling.deployed.home.bucket_of(&one.region).download(&key, file.path()).await? {
            return Ok(Some(Contents::read(file.path()).map_err(CommandError::usage)?));
        }
    }
    Ok(None)
}
