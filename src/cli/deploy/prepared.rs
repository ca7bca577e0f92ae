//! The app folder made ready to be created: its bundle written, its template read, its key found.
//!
//! Nothing is asked of AWS, and nothing of it is made there.

use clap::Args;

use super::folder::{FolderArguments, place};
use super::secrets;
use super::sound::Sound;
use super::user_data;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::launch::arguments::ssh_port;
use crate::cli::launch::delivery::DeliveryArguments;
use crate::cli::launch::key::{self, LaunchKey};
use crate::cli::settings::Key;
use crate::cloudinit::user::UserBoot;
use crate::deployment::secrets::Secrets;
use crate::deployment::wishes::Terms;
use crate::manifest::bundle::{self, Bundle};
use crate::manifest::deployment::{Deployment, TarballSource};
use crate::manifest::placement::{Ending, Placement};
use crate::model::AddressRange;
use crate::platform::{clock, files, random};
use crate::provision::agents::AgentFiles;
use crate::provision::wish::deployment::{DeploymentWish, SecretsWish};
use crate::provision::wish::{Lifetime, SshFrom};

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
    /// What its machines fetch from buckets, by bucket and key; where those are is asked later.
    pub(super) from_s3: Vec<(String, String)>,
    /// Values of this computer's, and what else is copied.
    pub(super) secrets: Secrets,
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
    refuse_no_machines(&sound)?;
    let user = added(&sound)?;
    let secrets = secrets::read(context, &sound)?;
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
            objects: Vec::new(),
            secrets: (!secrets.is_empty()).then(|| SecretsWish { key: secrets.key.clone() }),
        },
    };
    let agent_files = arguments.delivery.files(context)?;
    let from_s3 = from_s3(&deployment);
    Ok(Prepared { placement, terms, key, agent_files, from_s3, secrets, bundle })
}

/// What machines fetch from buckets besides the bundle, by bucket and key.
pub(super) fn from_s3(deployment: &Deployment) -> Vec<(String, String)> {
    let named = deployment.tarballs.iter().filter_map(|tarball| match &tarball.source {
        TarballSource::S3 { bucket, key } => Some((bucket.clone(), key.clone())),
        TarballSource::Url(_) | TarballSource::File(_) => None,
    });
    named.collect()
}

/// A folder without machines is nothing to deploy.
pub(super) fn refuse_no_machines(sound: &Sound) -> Result<(), CommandError> {
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

/// The terms of machines that are only asked about: what is looked at hangs on their types and regions alone.
pub(super) fn nothing_but_machines(name: &str) -> Terms {
    Terms {
        lifetime: Lifetime::UntilEnded,
        ssh_from: SshFrom::Caller,
        ssh_port: 22,
        agent_url: None,
        user: UserBoot::default(),
        bundle: DeploymentWish {
            name: name.to_owned(),
            sha256: String::new(),
            bytes: 0,
            file: std::path::PathBuf::new(),
            objects: Vec::new(),
            secrets: None,
        },
    }
}
