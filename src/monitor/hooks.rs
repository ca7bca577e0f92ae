//! What the user has to be run before the end: the programs in a folder, one after the other, as the login user.
//!
//! They run as a unit of their own, outside the agent's sandbox, and an agent that comes back finds them still running.
//! When they are run, and how long they may take, is decided elsewhere.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::end::End;
use super::memory::Memory;
use super::readings::HooksState;
use crate::model::Span;
use crate::model::agent::AgentConfiguration;
use crate::platform::files::FileError;
use crate::platform::transient_unit::{self, Ended, Unit, UnitError, UnitState};

/// Runs what is in a folder in the order of the names, whatever becomes of each, and says how each one ended.
const SCRIPT: &str = include_str!("../../templates/agent/hooks.sh");

/// Hooks that can't be run, or of which it can't be told how far they are.
#[derive(Debug, thiserror::Error)]
pub(super) enum HooksError {
    /// Their folder can't be read.
    #[error(transparent)]
    Folder(#[from] FileError),
    /// systemd can't be asked.
    #[error(transparent)]
    Unit(#[from] UnitError),
}

/// What there is to run, and how far that is; how it ended, once.
pub(super) async fn state(
    configuration: &AgentConfiguration,
    memory: &Memory,
) -> Result<(HooksState, Option<Ended>), HooksError> {
    if !has_any(Path::new(&configuration.hooks_directory))? {
        return Ok((HooksState::None, None));
    }
    // Asking systemd takes a process: it is done only while there is something to wait for.
    if memory.hooks.is_none_or(|run| run.is_over) {
        return Ok((HooksState::Resting, None));
    }
    Ok(match transient_unit::state(&unit()).await? {
        UnitState::Running => (HooksState::Running, None),
        UnitState::Exited(ended) => (HooksState::Resting, Some(ended)),
        UnitState::NotFound => (HooksState::Resting, None),
    })
}

/// Starts them.
pub(super) async fn start(
    configuration: &AgentConfiguration,
    end: &End,
    limit: Span,
) -> Result<(), HooksError> {
    let folder = &configuration.hooks_directory;
    let (reason, action) = (end.reason.as_str(), end.action.as_str());
    let (at, seconds) = (end.at.to_string(), limit.seconds().to_string());
    let argv = ["/bin/sh", "-c", SCRIPT, "cloudkit-hooks", folder, reason, action, &at, &seconds];
    let user = configuration.login_user.as_deref().unwrap_or("root");
    Ok(transient_unit::start(&unit(), &argv, user, limit.to_duration()).await?)
}

fn unit() -> Unit {
    Unit::named("cloudkit", "hooks")
}

/// Whether there is a program in the folder; a folder that is not there has none.
fn has_any(folder: &Path) -> Result<bool, FileError> {
    let fail = |source| FileError { action: "read", path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(fail(source)),
    };
    for entry in entries {
        if is_program(&entry.map_err(fail)?.path()) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(unix)]
fn is_program(path: &PathBuf) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &PathBuf) -> bool {
    path.is_file()
}
