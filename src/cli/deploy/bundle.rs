//! `cloudkit deploy bundle`: the archive that machines fetch, as a file.
//!
//! Nothing is sent anywhere.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use super::folder::FolderArguments;
use super::sound::Sound;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::manifest::bundle::{self, BundleError};
use crate::output::Format;
use crate::output::deploy::listing::WrittenBundle;

/// Write the archive that machines fetch: the same folder gives the same bytes on every computer
#[derive(Debug, Args)]
#[command(after_help = "What is in it: cloudkit deploy render bundle")]
pub(super) struct BundleArguments {
    /// Where it is written [default: NAME-SHA256.tar.zst here, with the first digits of its SHA-256]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &BundleArguments,
) -> Result<ExitClass, CommandError> {
    let sound = Sound::of(context, folder)?;
    let here = context.process.current_directory().ok_or_else(|| {
        CommandError::usage("the current folder is not known").hint("name a file: --file /tmp/app.tar.zst")
    })?;
    let named = arguments.file.as_ref().map(|file| here.join(file));
    let Sound { loaded, deployment, placement, withheld } = &sound;
    let root = &loaded.found.root;
    let elsewhere = || format!("write it elsewhere: --file /tmp/{}.tar.zst", placement.name);
    let refuse_own = |file: &Path| match bundle::would_hold(root, deployment, withheld, file) {
        Ok(false) => Ok(()),
        Ok(true) => Err(CommandError::usage(format!(
            "{} would be in the next bundle, and make it another one each time",
            file.display()
        ))
        .hint(elsewhere())),
        Err(error) => Err(not_written(error)),
    };
    let into = named.as_deref().map_or(Some(here), Path::parent).unwrap_or(here);
    let written = bundle::write(root, deployment, withheld, into).map_err(not_written)?;
    let digits = written.sha256.get(..12).unwrap_or_default();
    let path = named.unwrap_or_else(|| here.join(format!("{}-{digits}.tar.zst", placement.name)));
    refuse_own(&path)?;
    let told = WrittenBundle::new(&path, &written);
    written.keep(&path).map_err(CommandError::usage)?;
    let format = context.streams.explanation_format().unwrap_or(Format::Table);
    context.streams.write_one(format, &told)?;
    Ok(ExitClass::Done)
}

fn not_written(error: BundleError) -> CommandError {
    CommandError::usage(error).hint("name a file in a folder that is there: --file FILE")
}
