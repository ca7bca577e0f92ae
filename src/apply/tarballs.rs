//! Archives: fetched where they are not in the bundle, judged, unpacked beside, and then placed like any other files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::error::StepError;
use super::fetch::{fetch, is_promised};
use super::machine::Machine;
use super::place::{self, cannot};
use super::plan::source_name;
use super::request::Place;
use super::state::State;
use super::unpack::{self, Limits};
use super::wanted::Wanted;
use crate::manifest::bundle::layout;
use crate::manifest::deployment::TarballSource;

/// As much as may be fetched.
const MOST: u64 = 64 << 30;

/// Gets an archive and places what is in it.
pub(super) async fn apply(
    machine: &Machine,
    wanted: &Wanted,
    index: usize,
    urls: &BTreeMap<String, Place>,
    state: &mut State,
    step: &str,
) -> Result<place::Outcome, StepError> {
    let Some(tarball) = wanted.deployment.tarballs.get(index) else { return Ok(place::Outcome::default()) };
    let name = source_name(&tarball.source);
    let work = machine.work().join(format!("tarball-{index}"));
    empty(&work)?;
    let promised = tarball.sha256.as_deref();
    let archive = match &tarball.source {
        TarballSource::File(_) => {
            let archive = wanted.folder().join(layout::tarball(index));
            is_promised(&name, &archive, promised)?;
            archive
        }
        source => {
            let place = match source {
                TarballSource::Url(url) => &Place { url: url.clone(), headers: Vec::new() },
                _ => urls.get(&name).ok_or_else(|| StepError::NoUrl { what: name.clone() })?,
            };
            let archive = work.join("archive");
            machine.live()?;
            fetch(&name, place, &archive, MOST, promised).await?;
            archive
        }
    };
    let into = work.join("content");
    empty(&into)?;
    let file = fs::File::open(&archive).map_err(cannot("read", &archive))?;
    let unpacked = unpack::unpack(file, &into, Limits::default())
        .map_err(|source| StepError::Unpack { what: name.clone(), source })?;
    let nodes = wanted.tarball_nodes(index, &into)?;
    let mut outcome = place::place(machine, state, step, &nodes)?;
    if !unpacked.dropped_bits.is_empty() {
        let files = unpacked.dropped_bits.join(", ");
        outcome.notes.push(format!("{name}: setuid, setgid and sticky bits were dropped: {files}"));
    }
    fs::remove_dir_all(&work).map_err(cannot("remove", &work))?;
    Ok(outcome)
}

/// Makes a folder that is nobody else's, and empty.
pub(super) fn empty(folder: &Path) -> Result<(), StepError> {
    use std::os::unix::fs::DirBuilderExt as _;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(cannot("empty", folder))?;
    }
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above).map_err(cannot("make", above))?;
    }
    fs::DirBuilder::new().mode(0o700).create(folder).map_err(cannot("make", folder))
}
