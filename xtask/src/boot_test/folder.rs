//! The folder of a run, under target/: a user's home, disks that cases write on.
//! It is removed when the run ends; where a run was killed, the next one removes it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process as this;

use super::failure::Failure;
use crate::workspace::Workspace;

const PREFIX: &str = "boot-test-run-";
/// Where the second half of a run finds it.
const VARIABLE: &str = "CLOUDKIT_BOOT_TEST_FOLDER";

/// A folder that goes when this is dropped.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes one for this process, and removes those of processes that are no more.
    pub(super) fn make(workspace: &Workspace) -> Result<Self, Failure> {
        let target = workspace.target();
        for entry in fs::read_dir(&target).map_err(Failure::file(&target))?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let owner = name.strip_prefix(PREFIX).map(|number| Path::new("/proc").join(number));
            if owner.is_some_and(|owner| !owner.exists()) {
                fs::remove_dir_all(entry.path()).map_err(Failure::file(&entry.path()))?;
            }
        }
        let path = target.join(format!("{PREFIX}{}", this::id()));
        fs::create_dir(&path).map_err(Failure::file(&path))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// What tells the second half.
    pub(super) fn variable(&self) -> (&'static str, &Path) {
        (VARIABLE, &self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The folder that the first half made.
pub(super) fn given() -> Result<PathBuf, Failure> {
    let folder = env::var_os(VARIABLE).map(PathBuf::from);
    folder.ok_or_else(|| Failure::expected(VARIABLE, "nothing; --inside is the second half of a run"))
}
