//! Rules for uploads: how much it is, and what of it would do nothing on a machine.
//!
//! That files are there and can be read is found where they are walked.

use std::collections::BTreeMap;

use super::Thing;
use super::gathered::Gathered;
use super::tree::{Placed, PlacedKind};
use crate::manifest::Fault;

/// A laptop's line takes minutes for more.
const MUCH: u64 = 500 * 1_000_000;

/// The beginning of what stands for a large file in a repository.
const LFS_POINTER: &str = "version https://git-lfs.github.com/spec/";
/// No such pointer is larger.
const LARGEST_POINTER: u64 = 1024;

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = size(gathered).into_iter().collect();
    faults.extend(empty_uploads(gathered));
    for placed in &gathered.placed {
        let found = of_file(placed).map(|fault| gathered.at(&Thing::Upload(placed.upload), fault));
        faults.extend(found);
    }
    faults.extend(same_destinations(gathered));
    faults
}

fn of_file(placed: &Placed) -> Option<Fault> {
    let (name, source) = (placed.source.file_name(), placed.source.as_str());
    match placed.kind {
        PlacedKind::Folder if name == ".git" => Some(
            Fault::warning(
                "uploads-history",
                format!("{source} would take the repository's whole history along"),
            )
            .hint("leave it out: exclude: [.git]"),
        ),
        PlacedKind::File { .. } if name == "pyvenv.cfg" => Some(
            Fault::warning(
                "uploads-venv",
                format!("{source} belongs to a virtual environment, which works on this computer alone"),
            )
            .hint("leave its folder out (exclude: [.venv]) and make one on the machine: python3 -m venv"),
        ),
        PlacedKind::File { bytes, .. } if bytes <= LARGEST_POINTER => {
            let content = std::fs::read(&placed.path).ok()?;
            content.starts_with(LFS_POINTER.as_bytes()).then(|| {
                Fault::error("lfs-pointer", format!("{source} is not the file but a pointer of Git LFS"))
                    .hint("fetch the file first: git lfs pull")
            })
        }
        _ => None,
    }
}

fn size(gathered: &Gathered<'_>) -> Option<Fault> {
    let sum: u64 = gathered.placed.iter().map(Placed::bytes).sum();
    if sum <= MUCH {
        return None;
    }
    let mut largest: Vec<&Placed> = gathered.placed.iter().collect();
    largest.sort_by_key(|placed| std::cmp::Reverse(placed.bytes()));
    let named: Vec<String> = largest
        .iter()
        .filter(|placed| placed.bytes() > 0)
        .take(3)
        .map(|placed| format!("{} ({})", placed.source.as_str(), size_of(placed.bytes())))
        .collect();
    let message = format!("the uploads are {} in all; the largest: {}", size_of(sum), named.join(", "));
    Some(
        Fault::warning("large-uploads", message)
            .hint("put large files into a bucket and name them as tarball_url: s3://…, or exclude them"),
    )
}

/// A size in the largest unit that it has one of, to a tenth of it.
fn size_of(bytes: u64) -> String {
    let unit =
        [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")].into_iter().find(|(one, _)| bytes >= *one);
    let Some((one, unit)) = unit else { return format!("{bytes} bytes") };
    match (bytes / one, bytes % one / (one / 10)) {
        (whole, 0) => format!("{whole} {unit}"),
        (whole, tenths) => format!("{whole}.{tenths} {unit}"),
    }
}

/// A folder of which nothing goes along.
fn empty_uploads(gathered: &Gathered<'_>) -> Vec<Fault> {
    let uploads = gathered.subject.deployment.uploads.iter().enumerate();
    let is_empty = |index: usize| {
        let mut placed = gathered.placed.iter().filter(|placed| placed.upload == index).peekable();
        placed.peek().is_some() && placed.all(|placed| placed.kind == PlacedKind::Folder)
    };
    uploads
        .filter(|(index, _)| is_empty(*index))
        .map(|(index, upload)| {
            let message = format!(
                "nothing of {} is uploaded: it has no file that is not excluded",
                upload.source.as_str()
            );
            gathered.at(&Thing::Upload(index), Fault::warning("empty-upload", message))
        })
        .collect()
}

/// Two files for one place: which one is there in the end would be chance.
fn same_destinations(gathered: &Gathered<'_>) -> Vec<Fault> {
    let mut taken: BTreeMap<&str, &Placed> = BTreeMap::new();
    let mut faults = Vec::new();
    for placed in &gathered.placed {
        let Some(first) = taken.insert(placed.destination.as_str(), placed) else { continue };
        let are_folders = (first.kind, placed.kind) == (PlacedKind::Folder, PlacedKind::Folder);
        if !are_folders && first.source != placed.source {
            let message = format!(
                "{} and {} both go to {}",
                first.source.as_str(),
                placed.source.as_str(),
                placed.destination.as_str()
            );
            let fault = Fault::error("same-destination", message)
                .hint("give one of them another dest, or exclude it");
            faults.push(gathered.at(&Thing::Upload(placed.upload), fault));
        }
    }
    faults
}
