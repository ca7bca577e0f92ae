//! Which steps there are from a machine as it is to what it is to become, and which of them are due.
//!
//! A pure function of what is wanted, what is remembered and what was seen. Nothing is done here.

use std::collections::BTreeSet;

use serde::Serialize;

use super::order;
use super::state::State;
use super::wanted::{Node, Wanted, digest_of};
use crate::manifest::deployment::{Compose, ScriptRun, Service, TarballSource};

/// A kind of step, with the number of its item in the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Step {
    /// All packages.
    Packages,
    /// An upload.
    Upload(usize),
    /// A tarball.
    Tarball(usize),
    /// Links to secrets.
    Secrets,
    /// What the former bundle placed and this one has not.
    Remove,
    /// A script.
    Script(usize),
    /// The agent's hooks.
    Hooks,
    /// The files of all units.
    Units,
    /// A service.
    Service(usize),
    /// A compose project.
    Compose(usize),
    /// All health checks.
    Health,
}

/// Why a step is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Need {
    /// It is not: it was done for just this.
    Done,
    /// It was never done.
    New,
    /// It was done for something else.
    Changed,
    /// What it placed or brought up is not as it was left.
    Drifted,
}

/// A step of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// What is to be done.
    pub step: Step,
    /// What it goes by in the state and to people.
    pub id: String,
    /// What it is done for.
    pub digest: String,
    /// Whether it is due.
    pub need: Need,
}

/// What was seen on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The steps of which something that they placed or brought up is not as it was left.
    pub drifted: BTreeSet<String>,
    /// What tells the secrets that are there from others; nothing where the deployment has none.
    pub secrets: Option<String>,
}

/// All steps in their order.
#[must_use]
pub fn plan(wanted: &Wanted, state: &State, facts: &Facts) -> Vec<Planned> {
    let mut steps = changes(wanted, facts);
    let ids: BTreeSet<&String> = steps.iter().map(|(_, id, _)| id).collect();
    let is_left_over = state.placed.values().any(|placed| !ids.contains(&placed.step))
        || state.units.iter().any(|unit| !own_units(wanted).contains(unit))
        || state.compose.keys().any(|name| !wanted.deployment.compose.iter().any(|one| one.name == *name));
    // It is there as long as there is something to remove, and is never remembered.
    if is_left_over {
        let at = steps.iter().take_while(|(step, ..)| comes_before_removal(*step)).count();
        steps.insert(at, (Step::Remove, "remove what is no longer wanted".to_owned(), String::new()));
    }
    let drifted: Vec<Step> =
        steps.iter().filter(|(_, id, _)| facts.drifted.contains(id)).map(|(step, ..)| *step).collect();
    let mut planned: Vec<Planned> = Vec::new();
    for (step, id, digest) in steps {
        let need = match state.done.get(&id) {
            None => Need::New,
            Some(done) if *done != digest => Need::Changed,
            Some(_) if facts.drifted.contains(&id) => Need::Drifted,
            Some(_) if drifted.iter().any(|source| restarts(*source, step, wanted)) => Need::Drifted,
            Some(_) => Need::Done,
        };
        planned.push(Planned { step, id, digest, need });
    }
    // What was well before may be otherwise by now.
    if !wanted.deployment.health.is_empty() {
        let digest = digest_of(&wanted.deployment.health);
        planned.push(Planned { step: Step::Health, id: "health".to_owned(), digest, need: Need::New });
    }
    planned
}

/// The steps that change something, with what each goes by and is done for.
fn changes(wanted: &Wanted, facts: &Facts) -> Vec<(Step, String, String)> {
    let deployment = &wanted.deployment;
    let mut steps = Vec::new();
    if !deployment.packages.is_empty() {
        steps.push((Step::Packages, "packages".to_owned(), digest_of(&deployment.packages)));
    }
    for (index, nodes) in wanted.uploads.iter().enumerate() {
        let upload = &deployment.uploads[index];
        let id = format!("upload {} to {}", upload.source, upload.destination);
        steps.push((Step::Upload(index), id, digest_of(nodes)));
    }
    for index in 0..deployment.tarballs.len() {
        steps.push((Step::Tarball(index), tarball_id(wanted, index), tarball_digest(wanted, index)));
    }
    if !wanted.secrets.is_empty() {
        steps.push((Step::Secrets, "secrets".to_owned(), digest_of(&wanted.secrets)));
    }
    for (index, script) in deployment.scripts.iter().enumerate() {
        let run = match &script.run {
            ScriptRun::Command(command) => command,
            ScriptRun::File(_) => wanted.scripts[index].as_ref().unwrap_or(&script.name),
        };
        let digest =
            digest_of(&(run, &script.user, &script.working_directory, wanted.environment_of(script)));
        steps.push((Step::Script(index), format!("script {}", script.name), digest));
    }
    if !wanted.hooks.is_empty() {
        steps.push((Step::Hooks, "hooks".to_owned(), digest_of(&wanted.hooks)));
    }
    let units: Vec<&Node> = wanted.units.iter().flatten().collect();
    if !units.is_empty() {
        steps.push((Step::Units, "units".to_owned(), digest_of(&units)));
    }
    for index in order::of_services(wanted) {
        let service = &deployment.services[index];
        let digest = service_digest(wanted, facts, index, service);
        steps.push((Step::Service(index), service_id(service), digest));
    }
    for (index, compose) in deployment.compose.iter().enumerate() {
        let digest = digest_of(&(&wanted.compose[index], files_digest(wanted), &deployment.environment));
        let digest = with_secrets(digest, facts);
        steps.push((Step::Compose(index), compose_id(compose), digest));
    }
    steps
}

/// What a service's step goes by.
pub(super) fn service_id(service: &Service) -> String {
    format!("service {}", service.name)
}

/// What a compose project's step goes by.
pub(super) fn compose_id(project: &Compose) -> String {
    format!("compose {}", project.name)
}

/// What a service was started for. One that is not restarted by changes was started for being there.
fn service_digest(wanted: &Wanted, facts: &Facts, index: usize, service: &Service) -> String {
    let reads_secrets = service.name.ends_with(".service");
    let units = || digest_of(&wanted.units[index]);
    let units = || if reads_secrets { with_secrets(units(), facts) } else { units() };
    let started_for = service.restart_on_change.then(|| (units(), files_digest(wanted)));
    digest_of(&(service.enabled, service.start, started_for))
}

/// The same digest as long as there are no secrets.
fn with_secrets(digest: String, facts: &Facts) -> String {
    match &facts.secrets {
        Some(secrets) => digest_of(&(digest, secrets)),
        None => digest,
    }
}

/// That of everything that is uploaded or unpacked.
fn files_digest(wanted: &Wanted) -> String {
    let tarballs: Vec<_> = (0..wanted.deployment.tarballs.len())
        .map(|index| (tarball_id(wanted, index), tarball_digest(wanted, index)))
        .collect();
    digest_of(&(&wanted.uploads, tarballs))
}

fn tarball_id(wanted: &Wanted, index: usize) -> String {
    let tarball = &wanted.deployment.tarballs[index];
    format!("tarball {} to {}", source_name(&tarball.source), tarball.destination)
}

/// Where the content is not known beforehand, another address is what makes another tarball.
fn tarball_digest(wanted: &Wanted, index: usize) -> String {
    let tarball = &wanted.deployment.tarballs[index];
    let content = wanted.tarballs[index].as_ref().or(tarball.sha256.as_ref());
    let address = content.is_none().then_some(&tarball.source);
    digest_of(&(content, address, &tarball.destination, &tarball.owner))
}

/// What a source is called where people read it: without what a URL may carry behind its path.
#[must_use]
pub fn source_name(source: &TarballSource) -> String {
    match source {
        TarballSource::Url(url) => url.split(['?', '#']).next().unwrap_or(url).to_owned(),
        TarballSource::S3 { bucket, key } => format!("s3://{bucket}/{key}"),
        TarballSource::File(file) => file.to_string(),
    }
}

/// The units whose files the deployment has.
#[must_use]
pub fn own_units(wanted: &Wanted) -> Vec<String> {
    let own = wanted.deployment.services.iter().filter(|service| service.file.is_some());
    own.map(|service| service.name.clone()).collect()
}

fn comes_before_removal(step: Step) -> bool {
    matches!(step, Step::Packages | Step::Upload(_) | Step::Tarball(_) | Step::Secrets)
}

/// Whether a step starts something anew for what another one puts right.
fn restarts(source: Step, step: Step, wanted: &Wanted) -> bool {
    let is_file = matches!(source, Step::Upload(_) | Step::Tarball(_));
    match step {
        Step::Service(index) => {
            (is_file || source == Step::Units) && wanted.deployment.services[index].restart_on_change
        }
        Step::Compose(_) => is_file,
        _ => false,
    }
}
