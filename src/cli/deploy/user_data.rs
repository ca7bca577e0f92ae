//! What a machine of an app folder is told at its start, as far as that is known without an account.
//!
//! Who makes machines puts in the URLs, which are signed just before, and the launch's own id.

use std::path::{Path, PathBuf};

use super::folder;
use crate::cli::agent_files::agent_files;
use crate::cli::command_error::CommandError;
use crate::cli::context::Context;
use crate::cli::settings::Key;
use crate::cloudinit::user::{self, UserBoot, UserDataError, UserPart};
use crate::cloudinit::{AgentDownload, Boot, Delivery, DownloadSource, RenderError, URL_PLACEHOLDER};
use crate::manifest::check::UserDataSize;
use crate::manifest::deployment::TarballSource;
use crate::manifest::placement::{Ending, RegionPlacement};
use crate::manifest::{Deployment, Fault, Loaded, Placement, Template, Thing};
use crate::model::Architecture;
use crate::model::agent::AgentConfiguration;
use crate::model::apply_request::{ApplyRequest, Place};
use crate::model::secrets_place::path_of;
use crate::platform::{clock, keys};
use crate::provision::agents::Agents;
use crate::provision::image::{Distribution, ImageKind};
use crate::provision::plan::{STAND_IN_DIGEST, launch_id, source, stand_in_agent};

/// The size of the user data, and what of the template a machine must not be told. Where something else keeps user data
/// from being made, that is all.
pub(super) fn judged(loaded: &Loaded) -> (Option<UserDataSize>, Vec<Fault>) {
    let (Some(deployment), Some(placement)) = (&loaded.deployment, &loaded.placement) else {
        return (None, Vec::new());
    };
    let parts = match parts(loaded) {
        Ok(parts) => parts,
        Err(error) => return (None, vec![at_template(loaded, &error)]),
    };
    let key = format!("ssh-ed25519 {} a key", &STAND_IN_DIGEST[..60]);
    let mut boot = boot(deployment, placement, STAND_IN_DIGEST);
    boot.user.parts = parts;
    boot.agent = Some(stand_in_agent(source::MOST));
    boot.authorized_keys = vec![key];
    match boot.deliver() {
        Ok(_) => (None, Vec::new()),
        Err(RenderError::TooLarge { bytes, limit }) => (Some(UserDataSize { bytes, limit }), Vec::new()),
        Err(error) => {
            let fault = Fault::error("user-data", error.to_string());
            (None, vec![at(loaded, fault)])
        }
    }
}

/// The boot of a machine of the first region's first type, with what this computer knows of it.
pub(super) fn of_first_machine(
    context: &Context<'_>,
    loaded: &Loaded,
    deployment: &Deployment,
    placement: &Placement,
    bundle: &str,
) -> Result<Boot, CommandError> {
    let mut boot = boot(deployment, placement, bundle);
    boot.user.parts = parts(loaded).map_err(|error| {
        let hint = error.hint();
        CommandError::usage(error).hints(hint)
    })?;
    if let Some(region) = placement.regions.first() {
        let system = distribution(region);
        boot.configuration.login_user =
            placement.login_user.clone().or_else(|| system.map(|system| system.login_user.to_owned()));
        boot.agent = agent(context, region, system)?;
    }
    boot.authorized_keys = key(context, &loaded.found.root, placement)?.into_iter().collect();
    boot.deliver().map_err(CommandError::usage)?;
    Ok(boot)
}

/// What is the same on every machine.
fn boot(deployment: &Deployment, placement: &Placement, bundle: &str) -> Boot {
    let now = clock::now();
    let deadline = match placement.ending {
        Ending::After(span) => span.after(now),
        Ending::Keep => None,
    };
    let mut configuration = AgentConfiguration::for_machine(&launch_id(now, 0), now, deadline);
    configuration.idle_timeout = placement.idle_timeout;
    let place = || Place { url: URL_PLACEHOLDER.to_owned(), headers: Vec::new() };
    let objects = deployment.tarballs.iter().filter_map(|tarball| match &tarball.source {
        TarballSource::S3 { bucket, key } => Some((format!("s3://{bucket}/{key}"), place())),
        TarballSource::Url(_) | TarballSource::File(_) => None,
    });
    Boot {
        configuration,
        authorized_keys: Vec::new(),
        agent: None,
        user: UserBoot::default(),
        delivery: Delivery::default(),
        object: None,
        apply: Some(ApplyRequest {
            sha256: bundle.to_owned(),
            bundle: vec![place()],
            objects: objects.collect(),
            secrets: (!deployment.secrets.is_empty()).then(|| path_of(&placement.name)),
        }),
    }
}

/// The template, as a part of the user's own.
pub(super) fn parts(loaded: &Loaded) -> Result<Vec<UserPart>, UserDataError> {
    let name = |template: &Template| match template {
        Template::File(path) => path.to_string(),
        Template::Named(name) => format!("template {name}"),
    };
    let name = loaded.templates.iter().map(name).collect::<Vec<_>>().join(" with ");
    let part = loaded.start.part().map_err(|source| UserDataError::Yaml { origin: name.clone(), source })?;
    part.map_or(Ok(Vec::new()), |part| user::read(&name, part.as_bytes()))
}

fn at_template(loaded: &Loaded, error: &UserDataError) -> Fault {
    // Its lines are those of the document as it travels, not of the file.
    let message = match error {
        UserDataError::Key { key, reason, .. } => format!("{key}: {reason}"),
        error => error.to_string(),
    };
    let fault = Fault::error("cloud-config", message);
    let fault = match error.hint() {
        Some(hint) => fault.hint(hint),
        None => fault,
    };
    at(loaded, fault)
}

fn at(loaded: &Loaded, fault: Fault) -> Fault {
    match loaded.places.of(&Thing::Template) {
        Some(place) => fault.at(place.clone()),
        None => fault,
    }
}

/// What a machine of a region starts from; none where an image of somebody's own was named. Where none was, all that the plan
/// chooses from is built on the usual one.
fn distribution(region: &RegionPlacement) -> Option<Distribution> {
    let kind = region.image.as_deref().map(str::parse::<ImageKind>);
    kind.unwrap_or(Ok(ImageKind::AmazonLinux2023)).ok().map(ImageKind::distribution)
}

/// The agent that the machine would get; none, with a warning, where this computer has none for it.
fn agent(
    context: &Context<'_>,
    region: &RegionPlacement,
    system: Option<Distribution>,
) -> Result<Option<AgentDownload>, CommandError> {
    let files = agent_files(context, None, None)?;
    let architecture = region
        .instance_types
        .first()
        .and_then(|name| context.catalog().instance_type(name.as_str()))
        .and_then(|known| known.architectures().next())
        .unwrap_or(Architecture::X86_64);
    let agents =
        Agents::look(&files, &[architecture].into(), context.process).map_err(CommandError::usage)?;
    let Some(binary) = agents.for_machine(architecture, system.map(|system| system.glibc)) else {
        context.streams.warn(format_args!(
            "no agent for {architecture} and the image is on this computer: what installs it is left out"
        ));
        return Ok(None);
    };
    Ok(Some(AgentDownload {
        sources: vec![DownloadSource::planned()],
        sha256: binary.sha256.clone(),
        bytes: binary.bytes,
    }))
}

fn key(context: &Context<'_>, root: &Path, placement: &Placement) -> Result<Option<String>, CommandError> {
    let named = match &placement.public_key {
        Some(written) => Some(folder::place(context, root, written)?),
        None => context.settings.text(Key::SshPublic).map(PathBuf::from),
    };
    let found = match named {
        Some(path) => keys::read_public_key(&path).map(Some),
        None => keys::usual_public_key(context.process.home()?),
    };
    let found = found.map_err(|error| {
        let hint = error.hint();
        CommandError::usage(error).hints(hint)
    })?;
    if found.is_none() {
        context.streams.warn("no SSH key is on this computer: the part with the keys is left out");
    }
    Ok(found.map(|key| key.line))
}
