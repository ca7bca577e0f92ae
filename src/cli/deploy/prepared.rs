//! The app folder made ready to be created: its bundle written, its template read, its key found.
//!
//! Nothing is asked of AWS, and nothing of it is made there.

use std::path::{Path, PathBuf};

use clap::Args;

use super::folder::FolderArguments;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::launch::arguments::ssh_port;
use crate::cli::launch::delivery::DeliveryArguments;
use crate::cli::launch::key::{self, LaunchKey};
use crate::cli::settings::Key;
use crate::cloudinit::user::{self, UserBoot};
use crate::deployment::wishes::Terms;
use crate::manifest::bundle::{self, Bundle};
use crate::manifest::deployment::{Deployment, TarballSource};
use crate::manifest::placement::{Ending, Placement};
use crate::manifest::template::Template;
use crate::manifest::{Loaded, templates};
use crate::output::deploy::validation::Validation;
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
    let loaded = folder.load(context)?;
    let root = loaded.found.root.clone();
    let (mut deployment, placement, template) = sound(context, loaded)?;
    let template = template.map(|template| read(&root, &template)).transpose()?;
    template.iter().for_each(|template| template.put_under(&mut deployment));
    let cache = context.cache_directory()?;
    files::make_folder(&cache)?;
    let bundle = bundle::write(&root, &deployment, &[], &cache).map_err(CommandError::usage)?;
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
        image: template.as_ref().and_then(|template| template.image).map(str::to_owned),
        user: template.as_ref().map(added).transpose()?.unwrap_or_default(),
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

/// What the app folder says, where nothing keeps it from being deployed.
fn sound(
    context: &Context<'_>,
    loaded: Loaded,
) -> Result<(Deployment, Placement, Option<Template>), CommandError> {
    if loaded.has_errors() {
        let validation = Validation::new(&loaded.found, loaded.faults);
        context.streams.status(validation.text().trim_end());
        let error = CommandError::usage("the app folder cannot be deployed as it is");
        return Err(error.hint("see what is wrong with it: cloudkit deploy validate"));
    }
    if !loaded.secrets.is_empty() {
        let names: Vec<&str> = loaded.secrets.iter().map(|secret| secret.name.as_str()).collect();
        let error = format!("secrets do not get to machines yet, and the app has some: {}", names.join(", "));
        return Err(CommandError::usage(error)
            .hint("leave them out (secrets:, deployment/secrets/, deployment/.env), and have the machines read them elsewhere"));
    }
    let missing = |what: &str| {
        CommandError::usage(format!("the app folder does not say {what}"))
            .hint("see what is wrong with it: cloudkit deploy validate")
    };
    let deployment = loaded.deployment.ok_or_else(|| missing("what is deployed"))?;
    let placement = loaded.placement.ok_or_else(|| missing("on which machines it is deployed"))?;
    let of_s3 = deployment.tarballs.iter().find_map(|tarball| match &tarball.source {
        TarballSource::S3 { bucket, key } => Some(format!("s3://{bucket}/{key}")),
        _ => None,
    });
    if let Some(object) = of_s3 {
        let error = format!("machines cannot fetch {object} yet: they are given no right to read it");
        return Err(CommandError::usage(error)
            .hint("put the archive into the app folder and name it by its path, or name an https URL"));
    }
    if placement.count == 0 {
        return Err(
            CommandError::usage("the deployment has no machines").hint("write count: 1 into config.yaml")
        );
    }
    Ok((deployment, placement, loaded.template))
}

fn read(root: &Path, template: &Template) -> Result<templates::Template, CommandError> {
    match template {
        Template::Named(name) => templates::Template::named(name)
            .ok_or_else(|| CommandError::usage(format!("there is no template {name}"))),
        Template::File(path) => {
            let missing = || CommandError::usage(format!("there is no template {path}"));
            let content = files::read_if_there(&path.below(root))?.ok_or_else(missing)?;
            let text = String::from_utf8(content)
                .map_err(|_| CommandError::usage(format!("{path} is no text in UTF-8")))?;
            templates::Template::read(path, &text).map_err(|faults| {
                let what: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
                CommandError::usage(format!("{path}: {}", what.join("; ")))
                    .hint("see all of it: cloudkit deploy validate")
            })
        }
    }
}

/// What a template adds to the machines' start.
fn added(template: &templates::Template) -> Result<UserBoot, CommandError> {
    let Some(part) = template.part().map_err(CommandError::usage)? else { return Ok(UserBoot::default()) };
    let parts = user::read("template", part.as_bytes())?;
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
