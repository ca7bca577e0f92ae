//! `cloudkit deploy validate`: all that is wrong with an app folder, at once, each with its place.
//!
//! Nothing is made or changed.

use clap::Args;

use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::manifest::{Fault, Loaded};
use crate::output::deploy::validation::Validation;

/// Find everything that is wrong with an app folder, with file, line and what to write instead
#[derive(Debug, Args)]
#[command(after_help = "Ends with 1 where something keeps it from being deployed.")]
pub(super) struct ValidateArguments {}

pub(super) fn run(
    context: &Context<'_>,
    folder: &super::folder::FolderArguments,
    _arguments: &ValidateArguments,
) -> Result<ExitClass, CommandError> {
    let loaded = folder.load(context)?;
    let faults = faults(&loaded);
    let validation = Validation::new(&loaded.found, faults);
    match context.streams.explanation_format() {
        Some(format) => context.streams.write_one(format, &validation)?,
        None => context.streams.write_text(&validation.text())?,
    }
    Ok(if validation.errors > 0 { ExitClass::No } else { ExitClass::Done })
}

/// What reading found, and what further rules find in what was read.
fn faults(loaded: &Loaded) -> Vec<Fault> {
    loaded.faults.clone()
}
