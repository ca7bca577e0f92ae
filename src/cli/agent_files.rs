//! Where binaries that can become agents are looked for, by flags and settings.
//!
//! Nothing is looked at yet.

use std::path::PathBuf;

use super::command_error::CommandError;
use super::context::Context;
use super::settings::Key;
use crate::provision::agent_release;
use crate::provision::agents::{AgentFiles, FirstChoice, Keeper};

/// The file and the folder of releases that were named, else those of the settings, else what is usual.
pub(in crate::cli) fn agent_files(
    context: &Context<'_>,
    binary: Option<PathBuf>,
    folder: Option<PathBuf>,
) -> Result<AgentFiles, CommandError> {
    let setting = |key| context.settings.text(key).map(PathBuf::from);
    let releases = folder.or_else(|| setting(Key::AgentFolder));
    Ok(AgentFiles {
        keeper: if releases.is_some() { Keeper::User } else { Keeper::Cloudkit },
        first: match binary.or_else(|| setting(Key::AgentBinary)) {
            Some(file) => FirstChoice::Named(file),
            None => FirstChoice::of(context.process)?,
        },
        releases: match releases {
            Some(folder) => folder,
            None => agent_release::folder_in(&context.cache_directory()?),
        },
    })
}
