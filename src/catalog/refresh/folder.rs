//! Lists from a folder: a mirror, or what somebody carried into a closed network.
//!
//! Files are found at any depth; what they are is told by their content, not by their names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{LARGEST_LIST, Paper, RefreshError};
use crate::catalog::feeds::identify;
use crate::platform::files::FileError;

/// How many files are looked at. Whoever has more than this named another folder than they meant.
const MOST_FILES: usize = 10_000;
/// How deep folders are looked into.
const DEEPEST: usize = 16;

/// Every file of a folder that is one of the lists, or a damaged one, by path.
///
/// # Errors
/// Where the folder or a file in it can't be read.
pub fn papers(folder: &Path) -> Result<Vec<Paper>, RefreshError> {
    let mut paths = Vec::new();
    collect(folder, DEEPEST, &mut BTreeSet::new(), &mut paths)?;
    paths.sort_unstable();
    // What is no list is not held: a folder may have much else.
    let is_list = |paper: &Paper| !matches!(identify(&paper.bytes, LARGEST_LIST), Ok(None));
    let papers = paths.into_iter().map(|path| paper(&path));
    papers.filter(|paper| paper.as_ref().map_or(true, is_list)).collect()
}

fn collect(
    folder: &Path,
    depth: usize,
    seen: &mut BTreeSet<PathBuf>,
    paths: &mut Vec<PathBuf>,
) -> Result<(), RefreshError> {
    let fail = |source| FileError { action: "read", path: folder.to_owned(), source };
    if !seen.insert(fs::canonicalize(folder).map_err(fail)?) {
        // A link leads back to it.
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        // A link that leads nowhere is nobody's list.
        let Ok(about) = fs::metadata(&path) else { continue };
        let fits = usize::try_from(about.len()).is_ok_and(|bytes| bytes <= LARGEST_LIST);
        if about.is_dir() && depth > 0 {
            collect(&path, depth - 1, seen, paths)?;
        } else if about.is_file() && fits && paths.len() < MOST_FILES {
            paths.push(path);
        }
    }
    Ok(())
}

fn paper(path: &Path) -> Result<Paper, RefreshError> {
    let fail = |source| FileError { action: "read", path: path.to_owned(), source };
    let bytes = fs::read(path).map_err(fail)?;
    let changed = fs::metadata(path).and_then(|about| about.modified()).map_err(fail)?;
    Ok(Paper {
        origin: path.display().to_string(),
        wanted: None,
        bytes,
        changed_at: Timestamp::try_from(changed).ok(),
        etag: None,
        last_modified: None,
    })
}
