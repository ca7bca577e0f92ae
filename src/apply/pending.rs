//! The request that a machine keeps until it is done: kept, fetched, applied, forgotten.
//!
//! Only one process does this at a time; a request that comes meanwhile is the next one.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::error::StepError;
use super::machine::Machine;
use super::place::cannot;
use super::progress::{Failure, Progress, RunState};
use super::request::{self, Place};
use super::run::{Ended, Task, run};
use crate::manifest::deployment::OnFailure;
use crate::platform::clock;
use crate::platform::files;

/// The lock that one process at a time has.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "it is held as long as it is open")] File);

/// Takes the lock; none where another process has it.
///
/// # Errors
/// Where its file can't be made.
pub fn lock(machine: &Machine) -> Result<Option<Lock>, StepError> {
    let path = machine.lock();
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(cannot("make", folder))?;
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(cannot("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(cannot("lock", &path)(error)),
    }
}

/// Does what is kept; hands back how that ended, or nothing where there was nothing to do.
///
/// # Errors
/// Where it can't be read or remembered.
pub async fn next(
    machine: &Machine,
    _lock: &Lock,
    say: &mut dyn FnMut(&str),
) -> Result<Option<Ended>, StepError> {
    let Some(wanted) = request::kept(machine)? else { return Ok(None) };
    let bundle = machine.file("var/lib/cloudkit/apply/bundle.tar.zst");
    say(&format!("fetching the bundle {}", wanted.sha256));
    let ended = match request::fetch(machine, &wanted, &bundle).await {
        Ok(()) => apply(machine, &bundle, &wanted.sha256, &wanted.objects, say).await?,
        Err(error) => not_fetched(machine, &wanted.sha256, &error)?,
    };
    files::remove_if_there(&bundle)?;
    request::forget(machine, &wanted)?;
    Ok(Some(ended))
}

async fn apply(
    machine: &Machine,
    bundle: &Path,
    sha256: &str,
    objects: &BTreeMap<String, Place>,
    say: &mut dyn FnMut(&str),
) -> Result<Ended, StepError> {
    run(machine, &Task { bundle, sha256, objects }, say).await
}

fn not_fetched(machine: &Machine, sha256: &str, error: &StepError) -> Result<Ended, StepError> {
    let mut progress = Progress::begun(sha256, clock::now());
    progress.state = RunState::Failed;
    progress.finished_at = Some(clock::now());
    progress.failure = Some(Failure {
        step: "fetch the bundle".to_owned(),
        reason: super::error::with_causes(error),
        tail: String::new(),
    });
    progress.write(&machine.last_progress())?;
    progress.write(&machine.progress())?;
    Ok(Ended { progress, on_failure: OnFailure::Keep, was_well_before: true })
}
