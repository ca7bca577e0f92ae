//! The request that a machine keeps until it is done: kept, fetched, applied, forgotten.
//!
//! Only one process does this at a time; a request that comes meanwhile is the next one.

use std::fs::{File, OpenOptions, TryLockError};

use std::path::Path;

use super::error::{StepError, with_causes};
use super::machine::Machine;
use super::on_console;
use super::place::cannot;
use super::progress::{Failure, Progress, RunState};
use super::request::{self, Request};
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
    let ended = match request::fetch_bundle(machine, &wanted, &bundle).await {
        Ok(()) => apply(machine, &bundle, &wanted, say)
            .await
            .inspect_err(|error| say_why_not(machine, &wanted.sha256, error))?,
        Err(error) => not_fetched(machine, &wanted.sha256, &error).await?,
    };
    files::remove_if_there(&bundle)?;
    request::forget(machine, &wanted)?;
    Ok(Some(ended))
}

async fn apply(
    machine: &Machine,
    bundle: &Path,
    request: &Request,
    say: &mut dyn FnMut(&str),
) -> Result<Ended, StepError> {
    let Request { sha256, objects, secrets, .. } = request;
    run(machine, &Task { bundle, sha256, objects, secrets: secrets.as_deref() }, say).await
}

async fn not_fetched(machine: &Machine, sha256: &str, error: &StepError) -> Result<Ended, StepError> {
    let mut progress = Progress::begun(sha256, clock::now());
    progress.fail(failure("fetch the bundle", error), clock::now());
    progress.write(&machine.last_progress())?;
    progress.write(&machine.progress())?;
    on_console::tell_end(machine, &progress).await;
    Ok(Ended { progress, on_failure: OnFailure::Keep, was_well_before: true })
}

/// Says why nothing more is done, as far as that can be written: else it would pass for being under way.
fn say_why_not(machine: &Machine, sha256: &str, error: &StepError) {
    let written = Progress::read(&[&machine.progress()]).ok().flatten();
    let mut progress = written
        .filter(|progress| progress.bundle == sha256 && progress.state == RunState::Running)
        .unwrap_or_else(|| Progress::begun(sha256, clock::now()));
    progress.fail(failure("state", error), clock::now());
    let _ = progress.write(&machine.progress());
}

fn failure(step: &str, error: &StepError) -> Failure {
    Failure { step: step.to_owned(), reason: with_causes(error), tail: String::new() }
}
