//! What a machine is told to fetch: a bundle, and the objects that its tarballs are.
//!
//! It is kept in a file that root alone may read, since its URLs are presigned, for as long as it is not done.

use std::path::Path;

use super::error::StepError;
use super::fetch;
use super::machine::Machine;
use super::place::cannot;
use crate::apply::wanted::sha256_of;
pub use crate::model::apply_request::{ApplyRequest as Request, Place};
use crate::platform::files::{self, Access, FileError};

/// As large as a bundle may be.
const MOST: u64 = 32 << 30;

/// Keeps a request until it is done.
///
/// # Errors
/// Where it can't be written.
pub fn keep(machine: &Machine, request: &Request) -> Result<(), FileError> {
    let path = machine.request();
    let text = serde_json::to_vec(request).map_err(|error| FileError {
        action: "write",
        path: path.clone(),
        source: error.into(),
    })?;
    files::replace(&path, &text, Access::Private)
}

/// The request that is kept, if there is one.
///
/// # Errors
/// Where it can't be read or understood.
pub fn kept(machine: &Machine) -> Result<Option<Request>, StepError> {
    let path = machine.request();
    let Some(text) = files::read_if_there(&path)? else { return Ok(None) };
    let request = serde_json::from_slice(&text);
    request.map(Some).map_err(|source| StepError::Document { path, source })
}

/// Forgets a request that is done, unless another one came meanwhile.
///
/// # Errors
/// Where it can't be read or removed.
pub fn forget(machine: &Machine, done: &Request) -> Result<(), StepError> {
    if kept(machine)?.as_ref() == Some(done) {
        files::remove_if_there(&machine.request())?;
    }
    Ok(())
}

/// Fetches the bundle of a request from the first place that has it.
///
/// # Errors
/// Where no place has it.
pub async fn fetch_bundle(machine: &Machine, request: &Request, path: &Path) -> Result<(), StepError> {
    let what = format!("bundle {}", &request.sha256.get(..12).unwrap_or(&request.sha256));
    // What a life before this one had fetched already.
    if path.exists() && sha256_of(path)? == request.sha256 {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(cannot("make", folder))?;
    }
    machine.live()?;
    let mut failure = StepError::NoUrl { what: what.clone() };
    for place in &request.bundle {
        match fetch::fetch(&what, place, path, MOST, Some(&request.sha256)).await {
            Ok(()) => return Ok(()),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}
