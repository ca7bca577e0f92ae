//! Which app folder a command is about.
//!
//! What is in it is for [`crate::manifest`] to say.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::manifest::find::{self, FindError};
use crate::manifest::{Found, Loaded, load};

/// Where the app folder is.
#[derive(Debug, Args)]
pub(super) struct FolderArguments {
    /// The folder with .spot/ or deployment/ in it, or one of these two itself [default: found from here upwards]
    #[arg(long, global = true, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl FolderArguments {
    /// That of another place.
    #[cfg(feature = "aws")]
    pub(super) const fn at(folder: PathBuf) -> Self {
        Self { dir: Some(folder) }
    }

    /// The folder that was typed.
    pub(super) fn typed(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// The app folder that is meant.
    pub(super) fn find(&self, context: &Context<'_>) -> Result<Found, CommandError> {
        if let Some(folder) = &self.dir {
            return Ok(find::in_folder(folder)?);
        }
        let start = context.process.current_directory().ok_or_else(|| {
            CommandError::usage("the current folder is not known").hint("name one: --dir FOLDER")
        })?;
        Ok(find::upwards(start, context.process.home().ok())?)
    }

    /// What it says.
    pub(super) fn load(&self, context: &Context<'_>) -> Result<Loaded, CommandError> {
        Ok(load(self.find(context)?)?)
    }
}

/// A path as config.yaml names it: in the home folder, or from the repository's root.
pub(super) fn place(context: &Context<'_>, root: &Path, written: &str) -> Result<PathBuf, CommandError> {
    match written.strip_prefix("~/") {
        Some(below) => Ok(context.process.home()?.join(below)),
        None => Ok(root.join(written)),
    }
}

impl From<FindError> for CommandError {
    fn from(error: FindError) -> Self {
        let hints = match &error {
            FindError::Nothing { .. } => vec![
                "begin with one that can be deployed as it stands: cloudkit deploy generate".to_owned(),
                "all keys of its files: cloudkit help deployment".to_owned(),
            ],
            FindError::Both { root } => {
                let named = |layout| format!("--dir {}", root.join(layout).display());
                let (portable, convention) = (named(find::PORTABLE), named(find::CONVENTION));
                vec![format!("name the one that is meant: {portable} or {convention}")]
            }
            FindError::File(_) => vec!["name a folder that is there: --dir FOLDER".to_owned()],
        };
        Self::usage(error).hints(hints)
    }
}
