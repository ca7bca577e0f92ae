//! Whether a deployment can do what it is for, as far as that is known before there is a machine: all faults at once.
//!
//! That the app folder says what its schema allows is the reader's to judge; quotas and offerings are asked elsewhere.

mod compose;
mod dependencies;
mod files;
mod gathered;
mod health;
mod images;
mod programs;
mod provided;
mod scripts;
mod secret_looking;
mod tarballs;
mod tree;
mod unit_rules;
mod units;
mod users;

#[cfg(feature = "net")]
mod cloud_config;
#[cfg(feature = "net")]
mod shell;
#[cfg(feature = "net")]
mod systemd;
#[cfg(feature = "net")]
mod tools;

#[cfg(test)]
mod tests;

use std::path::Path;

use serde_yaml::Mapping;

#[cfg(any(feature = "net", test))]
use super::Place;
use super::{Deployment, Fault, Placement, Places, Severity, Thing};
use gathered::Gathered;

#[cfg(feature = "net")]
pub use tools::TOOLS;

/// What is judged.
#[derive(Clone, Copy)]
pub struct Subject<'s> {
    /// The folder that all [`FolderPath`](super::FolderPath)s are in.
    pub root: &'s Path,
    /// What a machine is to become.
    pub deployment: &'s Deployment,
    /// On which machines; none where that could not be read, which somebody else says.
    pub placement: Option<&'s Placement>,
    /// What is added to the machine's start.
    pub cloud_config: Option<&'s Mapping>,
    /// The user data as it would be sent; none where it could not be rendered.
    pub user_data: Option<UserDataSize>,
    /// Where things were written.
    pub places: &'s Places,
}

/// How large user data is, and how large it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserDataSize {
    /// Its bytes as EC2 counts them.
    pub bytes: usize,
    /// What EC2 takes.
    pub limit: usize,
}

/// Everything that is wrong, ordered by file and line; other programs are asked where this machine has them.
#[cfg(feature = "net")]
pub async fn all(subject: Subject<'_>, programs: &crate::platform::Programs) -> Vec<Fault> {
    let gathered = Gathered::of(subject);
    let mut faults = by_reading(&gathered);
    let (shell, systemd, cloud_config) = tokio::join!(
        shell::check(&gathered, programs),
        systemd::check(&gathered, programs),
        cloud_config::check(&gathered, programs)
    );
    // What a rule of ours has said of a line already, with a hint, is not said again in other words.
    let said: Vec<Place> = faults.iter().filter_map(|fault| fault.place.clone()).collect();
    let is_new = |fault: &Fault| {
        fault.place.as_ref().is_none_or(|place| {
            place.line.is_none()
                || !said.iter().any(|other| (&other.file, other.line) == (&place.file, place.line))
        })
    };
    faults.extend(systemd.into_iter().chain(shell).filter(is_new));
    faults.extend(cloud_config);
    ordered(faults)
}

/// Rules that something has to be there, which can't be judged where a part could not be read.
const ABSENCES: [&str; 9] = [
    "unit-program-missing",
    "unit-file-missing",
    "unit-path-missing",
    "unit-dependency",
    "unit-trigger",
    "unknown-user",
    "health-unit",
    "health-compose",
    "no-docker",
];

/// What reading and judging have found together: nothing twice, and no consequence of what could not be read.
#[must_use]
pub fn besides(read: &[Fault], judged: Vec<Fault>) -> Vec<Fault> {
    let is_whole = read.iter().all(|fault| fault.severity != Severity::Error);
    let line = |fault: &Fault| fault.place.as_ref().map(|place| (place.file.clone(), place.line));
    let is_said = |fault: &Fault| {
        let is_of = |rule: &str| {
            rule == fault.rule || (rule, fault.rule) == ("secret-in-bundle", "secret-looking-upload")
        };
        read.iter().any(|other| is_of(other.rule) && line(other) == line(fault))
    };
    let is_consequence = |fault: &Fault| !is_whole && ABSENCES.contains(&fault.rule);
    let new = judged.into_iter().filter(|fault| !is_said(fault) && !is_consequence(fault));
    ordered(read.iter().cloned().chain(new).collect())
}

/// What is wrong as far as it can be told from the files alone.
#[must_use]
pub fn alone(subject: Subject<'_>) -> Vec<Fault> {
    ordered(by_reading(&Gathered::of(subject)))
}

fn by_reading(gathered: &Gathered<'_>) -> Vec<Fault> {
    let mut faults = gathered.faults.clone();
    for check in [
        files::check,
        secret_looking::check,
        tarballs::check,
        scripts::check,
        units::check,
        dependencies::check,
        users::check,
        compose::check,
        health::check,
        ending,
        user_data,
    ] {
        faults.extend(check(gathered));
    }
    faults
}

/// By file and line, what has no place last; a fault that two rules found in the same words is there once.
fn ordered(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by(|a, b| {
        let key = |fault: &Fault| (fault.place.is_none(), fault.place.clone(), fault.severity);
        key(a).cmp(&key(b))
    });
    faults.dedup();
    faults
}

/// Less than this is hardly enough to boot and to install anything.
const SHORTEST_LIFE: std::time::Duration = std::time::Duration::from_secs(300);

fn ending(gathered: &Gathered<'_>) -> Vec<Fault> {
    let Some(placement) = gathered.subject.placement else { return Vec::new() };
    let super::placement::Ending::After(span) = placement.ending else { return Vec::new() };
    let fault = || {
        Fault::warning(
            "short-ttl",
            format!("the machines end {span} after they were made, which may be before they are set up"),
        )
        .hint("give them time: ttl: 1h")
    };
    (span.to_duration() < SHORTEST_LIFE).then(fault).into_iter().collect()
}

fn user_data(gathered: &Gathered<'_>) -> Vec<Fault> {
    let too_large = |size: UserDataSize| {
        let UserDataSize { bytes, limit } = size;
        Fault::error(
            "user-data-size",
            format!("user data is {bytes} bytes when compressed, and EC2 takes {limit}"),
        )
        .hint("move files from the template's write_files to uploads: they travel in the bundle")
    };
    gathered.subject.user_data.filter(|size| size.bytes > size.limit).map(too_large).into_iter().collect()
}
