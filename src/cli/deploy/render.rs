//! `cloudkit deploy render`: what a machine is told at its start, and what it is sent. No network.
//!
//! URLs are placeholders: they are signed just before a machine is made.

use std::fmt::Write as _;
use std::io::Read as _;

use clap::{Args, ValueEnum};

use super::folder::FolderArguments;
use super::sound::Sound;
use super::user_data;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cloudinit::{self, Delivery, Encoding, LIMIT, UserData};
use crate::manifest::bundle::{self, Bundle};
use crate::output::deploy::listing::{self, Rendered};

/// Show what a machine is told at its start and what is in the bundle that it fetches, without any network
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit deploy render
  cloudkit deploy render user-data > user-data.txt       the user data alone, byte for byte but for its URLs
  cloudkit deploy render bundle                          what is in the bundle")]
pub(super) struct RenderArguments {
    /// One of them alone
    #[arg(value_enum)]
    part: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The user data, as cloud-init reads it
    UserData,
    /// The list of what is in the bundle
    Bundle,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &RenderArguments,
) -> Result<ExitClass, CommandError> {
    let sound = Sound::of(context, folder)?;
    let into = tempfile::tempdir()?;
    let written = bundle::write(&sound.loaded.found.root, &sound.deployment, &sound.withheld, into.path());
    let bundle = written.map_err(CommandError::usage)?;
    if let Some(format) = context.streams.explanation_format() {
        let user_data = match arguments.part {
            Some(Part::Bundle) => None,
            _ => {
                let told = told(context, &sound, &bundle)?;
                Some((plain(&told)?, told.bytes().len()))
            }
        };
        let rendered = Rendered::new(&bundle, user_data, arguments.part != Some(Part::UserData));
        context.streams.write_one(format, &rendered)?;
        return Ok(ExitClass::Done);
    }
    let mut text = String::new();
    if arguments.part != Some(Part::Bundle) {
        let told = told(context, &sound, &bundle)?;
        if arguments.part.is_none() {
            let machine = sound.placement.regions.first().map_or_else(String::new, |region| {
                let named = region.instance_types.first();
                format!("{} in {}", named.map_or("a machine", |name| name.as_str()), region.region.as_str())
            });
            let _ = writeln!(text, "user data of {machine}: {} bytes of {LIMIT}\n", told.bytes().len());
        }
        text.push_str(&plain(&told)?);
    }
    if arguments.part.is_none() {
        let _ = writeln!(text, "\nbundle {}: {} bytes\n", bundle.sha256, bundle.bytes);
    }
    if arguments.part != Some(Part::UserData) {
        text.push_str(&listing::text(&bundle.entries));
    }
    context.streams.write_raw(text.as_bytes())?;
    Ok(ExitClass::Done)
}

fn told(context: &Context<'_>, sound: &Sound, bundle: &Bundle) -> Result<UserData, CommandError> {
    let Sound { loaded, deployment, placement, .. } = sound;
    let boot = user_data::of_first_machine(context, loaded, deployment, placement, &bundle.sha256)?;
    if boot.delivery == Delivery::Everything {
        context
            .streams
            .status("the template is too large for user data: the machine fetches it from the bucket");
    }
    cloudinit::render(&boot).map_err(CommandError::usage)
}

/// As cloud-init reads it.
fn plain(user_data: &UserData) -> Result<String, CommandError> {
    let mut text = String::new();
    match user_data.encoding() {
        Encoding::Plain => text.push_str(&String::from_utf8_lossy(user_data.bytes())),
        Encoding::Gzip => {
            flate2::read::GzDecoder::new(user_data.bytes()).read_to_string(&mut text)?;
        }
    }
    Ok(text)
}
