//! `cloudkit deploy validate`: all that is wrong with an app folder, at once, each with its place.
//!
//! Nothing is made or changed.

use clap::Args;

use super::sound;
use crate::cli::arguments::{Requested, formats_and_sarif};
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::manifest::check::Subject;
use crate::manifest::{Fault, Loaded, Place};
use crate::output::deploy::sarif;
use crate::output::deploy::validation::Validation;

/// Find everything that is wrong with an app folder, with file, line and what to write instead
#[derive(Debug, Args)]
#[command(
    after_help = "Programs that are here are asked too: bash, shellcheck, systemd-analyze, cloud-init. What the account has for the machines
(offerings, quotas) is asked with --account, and not checked without.
Ends with 1 where something keeps it from being deployed."
)]
pub(super) struct ValidateArguments {
    /// Format of what is printed [default: text for a person]
    #[arg(short, long, value_name = "FORMAT", value_parser = formats_and_sarif(), help_heading = "Global options")]
    output: Option<Requested>,
    /// Ask the account too: whether the types are offered in their regions, and whether its quotas have room
    #[cfg(feature = "aws")]
    #[arg(long)]
    account: bool,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &super::folder::FolderArguments,
    arguments: &ValidateArguments,
) -> Result<ExitClass, CommandError> {
    let loaded = folder.load(context)?;
    let mut asked = Ok(());
    let faults = sound::faults(context, &loaded, |subject| match judged(context, subject) {
        Ok(faults) => faults,
        Err(error) => {
            asked = Err(error);
            Vec::new()
        }
    });
    asked?;
    let faults = with_account(context, &loaded, arguments, faults)?;
    let name = loaded.placement.as_ref().map(|placement| placement.name.as_str());
    let validation = Validation::new(&loaded.found, name, faults);
    match arguments.output.or(context.global.output) {
        Some(Requested::Sarif) => {
            let log = sarif::Log::of(validation.faults(), &about(&loaded));
            let text = log.to_json().map_err(|error| CommandError::usage(error.to_string()))?;
            context.streams.write_raw(text.as_bytes())?;
        }
        Some(Requested::Document(format)) => context.streams.write_one(format, &validation)?,
        None => match context.streams.explanation_format() {
            Some(format) => context.streams.write_one(format, &validation)?,
            None => {
                context.streams.write_text(&validation.text())?;
                if cfg!(feature = "aws") && validation.errors == 0 {
                    let named =
                        folder.typed().map_or_else(String::new, |dir| format!(" --dir {}", dir.display()));
                    context.streams.hint(format_args!(
                        "see what it makes and what that costs: cloudkit deploy plan{named}"
                    ));
                }
            }
        },
    }
    Ok(if validation.errors > 0 { ExitClass::No } else { ExitClass::Done })
}

/// With what the account says, where it is asked.
#[cfg(feature = "aws")]
fn with_account(
    context: &Context<'_>,
    loaded: &Loaded,
    arguments: &ValidateArguments,
    mut faults: Vec<Fault>,
) -> Result<Vec<Fault>, CommandError> {
    if let Some(placement) = loaded.placement.as_ref().filter(|_| arguments.account) {
        faults.extend(context.block_on_bounded(super::account::faults(context, placement))?);
    }
    Ok(faults)
}

#[cfg(not(feature = "aws"))]
#[expect(clippy::unnecessary_wraps, reason = "where an account is asked that can fail")]
fn with_account(
    _context: &Context<'_>,
    _loaded: &Loaded,
    _arguments: &ValidateArguments,
    faults: Vec<Fault>,
) -> Result<Vec<Fault>, CommandError> {
    Ok(faults)
}

/// By the files, and by the programs that are here.
#[cfg(feature = "net")]
fn judged(context: &Context<'_>, subject: Subject<'_>) -> Result<Vec<Fault>, CommandError> {
    use crate::manifest::check;
    use crate::platform::Programs;
    let programs = Programs::look_for(context.process, &check::TOOLS);
    context.block_on_bounded(async { Ok(check::all(subject, &programs).await) })
}

#[cfg(not(feature = "net"))]
#[expect(clippy::unnecessary_wraps, reason = "where programs are asked that can fail")]
fn judged(_context: &Context<'_>, subject: Subject<'_>) -> Result<Vec<Fault>, CommandError> {
    Ok(crate::manifest::check::alone(subject))
}

/// Where a fault is that has no place: a log has it somewhere.
fn about(loaded: &Loaded) -> Place {
    let file = loaded.manifest.as_ref().or(loaded.config.as_ref()).unwrap_or(&loaded.found.folder);
    Place { file: file.clone(), line: None, column: None, text: None }
}
