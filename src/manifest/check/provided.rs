//! Whether the deployment brings a path to the machine.
//!
//! What scripts do is only known by their words: a path that one of them names may be its doing.

use super::gathered::Gathered;
use super::images;
use super::tree::{Placed, PlacedKind};

/// Who brings a path.
#[derive(Clone, Copy)]
pub(super) enum Provided<'g> {
    /// It is uploaded.
    Upload(&'g Placed),
    /// A tarball, a script, a package or the image brings it, or may.
    Somehow,
    /// It is a place within an upload, and the upload has no such file.
    MissingInUpload,
    /// Nobody does, as far as is known.
    Nobody,
}

/// Who brings it.
pub(super) fn who_brings<'g>(gathered: &'g Gathered<'_>, path: &str) -> Provided<'g> {
    let path = trimmed(path);
    if let Some(placed) = gathered.placed.iter().find(|placed| placed.destination.as_str() == path) {
        return Provided::Upload(placed);
    }
    if is_made(gathered, path) || images::have_folder(path) {
        return Provided::Somehow;
    }
    let is_within =
        |placed: &Placed| placed.kind == PlacedKind::Folder && is_below(path, placed.destination.as_str());
    if gathered.placed.iter().any(is_within) { Provided::MissingInUpload } else { Provided::Nobody }
}

fn is_made(gathered: &Gathered<'_>, path: &str) -> bool {
    let deployment = gathered.subject.deployment;
    // What is in an archive is only known for sure where it is unpacked.
    let by_tarball = deployment.tarballs.iter().any(|tarball| is_below(path, tarball.destination.as_str()));
    let above_something = gathered
        .placed
        .iter()
        .map(|placed| placed.destination.as_str())
        .chain(deployment.scripts.iter().map(|script| script.working_directory.as_str()))
        .chain(deployment.compose.iter().map(|compose| compose.destination.as_str()))
        .any(|made| is_below(made, path));
    let is_secret = path.starts_with("/run/cloudkit/")
        || deployment
            .secrets
            .iter()
            .filter_map(|secret| secret.destination.as_ref())
            .any(|at| at.as_str() == path);
    by_tarball || above_something || is_secret || is_spoken_of(gathered, path)
}

/// Whether a script names the path, or a folder above it that is no common one, or a virtual environment's program by its
/// folder.
fn is_spoken_of(gathered: &Gathered<'_>, path: &str) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let parent = folder(path).filter(|parent| !images::have_folder(parent));
    let grandparent = parent.as_deref().and_then(folder).filter(|folder| !images::have_folder(folder));
    // Only what no upload has made already tells of a script's doing.
    let is_uploaded =
        |folder: &str| gathered.placed.iter().any(|placed| placed.destination.as_str() == folder);
    let names = |folder: Option<String>| {
        folder.is_some_and(|folder| !is_uploaded(&folder) && gathered.mentions(&folder))
    };
    let own_name = path.rsplit('/').next().unwrap_or_default();
    gathered.mentions(path)
        || names(parent.clone())
        || names(grandparent)
        || parent.is_some_and(|_| own_name.len() > 3 && gathered.mentions(own_name))
        || relative_environment(gathered, path)
}

/// `venv/bin/python` of a script that says `python3 -m venv venv` in its working directory.
fn relative_environment(gathered: &Gathered<'_>, path: &str) -> bool {
    let Some((folder, _)) = path.split_once("/bin/") else { return false };
    let name = folder.rsplit('/').next().unwrap_or_default();
    !name.is_empty() && !images::have_folder(folder) && gathered.mentions(name)
}

/// Whether a path is a folder, or in it.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    path == folder || folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn trimmed(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed }
}
