//! `cloudkit deploy update`: the app folder as it is now comes to the machines that there are, as far as it has changed.
//!
//! How many machines there are, and which, is not changed. What a template says to cloud-init reaches new machines alone.

use std::path::{Path, PathBuf};

use clap::Args;

use super::chosen::{self, Deployed};
use super::differing::{self, Side};
use super::folder::FolderArguments;
use super::named;
use super::prepared::{from_s3, refuse_no_machines};
use super::rolling::{Rolling, RollingArguments};
use super::secrets::{self, Renewed};
use super::sound::Sound;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::exit_code::ExitClass;
use crate::cli::launch::ssh;
use crate::deployment::objects;
use crate::deployment::record::{Record, Stored};
use crate::manifest::bundle;
use crate::platform::files;
use crate::platform::folders::{self, Kind};

/// Bring what has changed in the app folder to the machines of its deployment, batch by batch
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  cloudkit deploy update --dry-run
  cloudkit deploy update --batch 25%
  cloudkit deploy update ./web

Machines that have it already are left alone. It stops at the first batch in which a machine fails, with 1, or can't be reached,
with 5; `deploy rollback` leads back.")]
pub(super) struct UpdateArguments {
    /// The app folder, or the name of its deployment [default: found from here upwards]
    #[arg(value_name = "NAME|FOLDER")]
    what: Option<String>,
    #[command(flatten)]
    rolling: RollingArguments,
}

pub(super) fn run(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &UpdateArguments,
) -> Result<ExitClass, CommandError> {
    let named = Named::of(arguments.what.as_deref())?;
    let elsewhere = named.folder.map(FolderArguments::at);
    let folder = elsewhere.as_ref().unwrap_or(folder);
    let sound = Sound::of(context, folder).map_err(|error| match &named.name {
        Some(name) => error.hint(format!(
            "update brings what an app folder says: name that of {name}, cloudkit deploy update FOLDER"
        )),
        None => error,
    })?;
    refuse_no_machines(&sound)?;
    let secrets = secrets::read(context, &sound)?;
    let Sound { loaded, deployment, placement, withheld } = sound;
    let name = placement.name.clone();
    if let Some(other) = named.name.filter(|other| *other != name) {
        let error = format!("the deployment of this app folder is {name}, not {other}");
        return Err(CommandError::usage(error).hint("name the app folder: cloudkit deploy update FOLDER"));
    }
    let login = named::login(context, folder, &name, &arguments.rolling.login)?;
    context.block_on(ssh::is_here())??;
    let cache = context.cache_directory()?;
    files::make_folder(&cache)?;
    let bundle = bundle::write(&loaded.found.root, &deployment, &withheld, &cache);
    let bundle = bundle.map_err(CommandError::usage)?;
    let deployed = context.block_on_bounded(chosen::look(context, &name))?;
    let (stored, record) = recorded(&deployed)?;
    let home = &deployed.home;
    let named = from_s3(&deployment);
    let objects =
        context.block_on_bounded(async { Ok(objects::find(&home.session, &home.region, &named).await?) })?;
    let renewed = context.block_on_bounded(Renewed::look(home, record, &deployed.machines, secrets))?;
    let rolling = Rolling {
        context,
        deployed: &deployed,
        arguments: &arguments.rolling,
        login: &login,
        verb: "update",
        to: &bundle.sha256,
        file: Some(bundle.path()),
        objects: &objects,
        secrets: renewed.as_ref(),
        stored,
        record,
    };
    if record.count != placement.count {
        context.streams.warn(format_args!(
            "the app folder says {} machines, and {} were wanted: update changes what they are, not how many",
            placement.count, record.count
        ));
    }
    let others = record.differing_settings(&placement);
    if !others.is_empty() {
        context.streams.warn(format_args!(
            "config.yaml says something else than when {name} was created: {}; update does not change that",
            others.join(", ")
        ));
        if others.contains(&"ttl or keep") {
            context.streams.hint("let its machines end later: cloudkit launch extend MACHINE 2h");
        }
    }
    let standing = context.block_on_bounded(rolling.look())?;
    if let Some(renewed) = &renewed {
        renewed.tell(context);
    }
    if arguments.rolling.dry_run {
        return differing::show(&rolling, &standing, Side::Here(bundle.path()));
    }
    rolling.run(standing)
}

/// What was typed: a folder that is there, else a name.
struct Named {
    folder: Option<PathBuf>,
    name: Option<String>,
}

impl Named {
    fn of(typed: Option<&str>) -> Result<Self, CommandError> {
        let Some(typed) = typed else { return Ok(Self { folder: None, name: None }) };
        Ok(match folders::kind(Path::new(typed))? {
            Some(Kind::Folder) => Self { folder: Some(typed.into()), name: None },
            _ => Self { folder: None, name: Some(typed.to_owned()) },
        })
    }
}

/// The record, without which it is not known what there is to go back to, once all machines are known.
pub(super) fn recorded(deployed: &Deployed) -> Result<(&Stored, &Record), CommandError> {
    let name = &deployed.name;
    if deployed.class != ExitClass::Done {
        let error = format!("not all machines of {name} are known, so none is changed");
        return Err(CommandError::new(deployed.class, error).hint("try again once all regions answer"));
    }
    let stored = deployed.stored.as_ref();
    stored.and_then(|stored| Some((stored, stored.record.as_ref()?))).ok_or_else(|| {
        let error = format!("there is no record of {name} that can be read, which says what its bundle is");
        CommandError::new(ExitClass::No, error)
            .hint(format!("begin anew: cloudkit deploy destroy {name}, then cloudkit deploy create"))
    })
}
