//! Lists from a folder: a mirror, or what somebody carried into a closed network.
//!
//! Files are found at any depth; what they are is told by their content, not by their names.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{LARGEST_LIST, Paper, RefreshError};
use crate::platform::files::FileError;

/// How many files are looked at. Whoever has more than this named another folder than they meant.
const MOST_FILES: usize = 10_000;
/// How deep folders are looked into, which also ends circles of links.
const DEEPEST: usize = 16;

/// Every file of a folder that is small enough to be a list, by path.
///
/// # Errors
/// Where the folder or a file in it can't be read.
pub fn papers(folder: &Path) -> Result<Vec<Paper>, RefreshError> {
    let mut paths = Vec::new();
    collect(folder, DEEPEST, &mut paths)?;
    paths.sort_unstable();
    paths.into_iter().map(|path| paper(&path)).collect()
}

fn collect(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), RefreshError> {
    let fail = |source| FileError { action: "read", path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        // A link that leads nowhere is nobody's list.
        let Ok(about) = fs::metadata(&path) else { continue };
        let fits = usize::try_from(about.len()).is_ok_and(|bytes| bytes <= LARGEST_LIST);
        if about.is_dir() && depth > 0 {
            collect(&path, depth - 1, paths)?;
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
        bytes,
        changed_at: Timestamp::try_from(changed).ok(),
        etag: None,
        last_modified: None,
    })
}
