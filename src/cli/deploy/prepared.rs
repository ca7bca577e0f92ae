//! The app folder made ready to be created: its bundle written, its template read, its key found.
//!
//! Nothing is asked of AWS, and nothing of it is made there.

use std::path::{Path, PathBuf};

use clap::Args;

use super::folder::FolderArguments;
use super::sound::Sound;
use super::user_data;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::launch::arguments::ssh_port;
use crate::cli::launch::delivery::DeliveryArguments;
use crate::cli::launch::key::{self, LaunchKey};
use crate::cli::settings::Key;
use crate::cloudinit::user::UserBoot;
use crate::deployment::wishes::Terms;
use crate::manifest::bundle::{self, Bundle};
use crate::manifest::deployment::TarballSource;
use crate::manifest::placement::{Ending, Placement};
use crate::platform::{clock, files, random};
use crate::provision::agents::AgentFiles;
use crate::provision::wish::deployment::DeploymentWish;
use crate::provision::wish::{AddressRange, Lifetime, SshFrom};

/// What is said of the machines besides the app folder.
#[derive(Debug, Args)]
pub(super) struct TermsArguments {
    /// Who may reach their SSH ports, such as 203.0.113.0/24 [default: the address you are seen from]
    #[arg(long, value_name = "CIDR")]
    ssh_from: Option<AddressRange>,
    #[command(flatten)]
    pub(super) delivery: DeliveryArguments,
}

/// A deployment that can be planned.
pub(super) struct Prepared {
    pub(super) placement: Placement,
    pub(super) terms: Terms,
    pub(super) key: LaunchKey,
    pub(super) agent_files: AgentFiles,
    /// The bundle, whose file goes with this value.
    pub(super) bundle: Bundle,
}

/// Reads the app folder and writes its bundle.
pub(super) fn prepare(
    context: &Context<'_>,
    folder: &FolderArguments,
    arguments: &TermsArguments,
) -> Result<Prepared, CommandError> {
    let sound = Sound::of(context, folder)?;
    refuse_what_cannot_be_had(&sound)?;
    let user = added(&sound)?;
    let Sound { loaded, deployment, placement, withheld } = sound;
    let root = loaded.found.root;
    let cache = context.cache_directory()?;
    files::make_folder(&cache)?;
    let bundle = bundle::write(&root, &deployment, &withheld, &cache).map_err(CommandError::usage)?;
    let named = placement.public_key.as_deref().map(|path| place(context, &root, path)).transpose()?;
    let mut key = context.block_on_bounded(key::find_file(context, named))?;
    if let Some(private) = &placement.private_key {
        key.identity_file = Some(place(context, &root, private)?);
    }
    let terms = Terms {
        lifetime: lifetime(placement.ending)?,
        ssh_from: ssh_from(context, arguments)?,
        ssh_port: ssh_port(context)?,
        agent_url: arguments.delivery.mirror(context)?,
        user,
        bundle: DeploymentWish {
            name: placement.name.clone(),
            sha256: bundle.sha256.clone(),
            bytes: bundle.bytes,
            file: bundle.path().to_owned(),
        },
    };
    let agent_files = arguments.delivery.files(context)?;
    Ok(Prepared { placement, terms, key, agent_files, bundle })
}

/// What an account can't be asked for yet, though the folder says it.
fn refuse_what_cannot_be_had(sound: &Sound) -> Result<(), CommandError> {
    let secrets: Vec<&str> = sound.loaded.secrets.iter().map(|secret| secret.name.as_str()).collect();
    if !secrets.is_empty() {
        let error =
            format!("secrets do not get to machines yet, and the app has some: {}", secrets.join(", "));
        return Err(CommandError::usage(error)
            .hint("leave them out (secrets:, deployment/secrets/, deployment/.env), and have the machines read them elsewhere"));
    }
    let of_s3 = sound.deployment.tarballs.iter().find_map(|tarball| match &tarball.source {
        TarballSource::S3 { bucket, key } => Some(format!("s3://{bucket}/{key}")),
        TarballSource::Url(_) | TarballSource::File(_) => None,
    });
    if let Some(object) = of_s3 {
        let error = format!("machines cannot fetch {object} yet: they are given no right to read it");
        return Err(CommandError::usage(error)
            .hint("put the archive into the app folder and name it by its path, or name an https URL"));
    }
    if sound.placement.count == 0 {
        return Err(
            CommandError::usage("the deployment has no machines").hint("write count: 1 into config.yaml")
        );
    }
    Ok(())
}

/// What the template adds to the machines' start.
fn added(sound: &Sound) -> Result<UserBoot, CommandError> {
    let parts = user_data::parts(&sound.loaded)?;
    if parts.is_empty() {
        return Ok(UserBoot::default());
    }
    let salt = random::salt().map_err(CommandError::usage)?;
    Ok(UserBoot { parts, salt, ..UserBoot::default() })
}

fn lifetime(ending: Ending) -> Result<Lifetime, CommandError> {
    match ending {
        Ending::Keep => Ok(Lifetime::UntilEnded),
        Ending::After(span) => span
            .after(clock::now())
            .map(Lifetime::Until)
            .ok_or_else(|| CommandError::usage(format!("a ttl of {span} ends beyond all time"))),
    }
}

fn ssh_from(context: &Context<'_>, arguments: &TermsArguments) -> Result<SshFrom, CommandError> {
    let range = match &arguments.ssh_from {
        Some(range) => Some(range.clone()),
        None => context.settings.parsed(Key::SshFrom)?,
    };
    Ok(range.map_or(SshFrom::Caller, SshFrom::Range))
}

/// A path as config.yaml names it: in the home folder, or from the repository's root.
fn place(context: &Context<'_>, root: &Path, written: &str) -> Result<PathBuf, CommandError> {
    match written.strip_prefix("~/") {
        Some(below) => Ok(context.process.home()?.join(below)),
        None => Ok(root.join(written)),
    }
}
