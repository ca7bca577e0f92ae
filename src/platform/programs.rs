//! Which programs this machine has, looked for once.
//!
//! What they are for, and what is left out without them, is the caller's business.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Process;

/// Programs that were looked for, and where they are.
#[derive(Debug, Clone, Default)]
pub struct Programs(BTreeMap<&'static str, PathBuf>);

impl Programs {
    /// Looks for programs in the folders of `PATH`.
    #[must_use]
    pub fn look_for(process: &Process, names: &[&'static str]) -> Self {
        let folders: Vec<PathBuf> =
            process.variable("PATH").map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
        let find = |name: &'static str| {
            let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
            let path = folders.iter().filter(|folder| folder.is_absolute()).map(|folder| folder.join(&file));
            Some((name, path.into_iter().find(|path| is_program(path))?))
        };
        Self(names.iter().copied().filter_map(find).collect())
    }

    /// Where a program is; none where it was not found.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.0.get(name).map(PathBuf::as_path)
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_run_is_a_program() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        for (name, mode) in [("runs", 0o755), ("lies", 0o644)] {
            let path = folder.path().join(name);
            std::fs::write(&path, "").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let path = format!("relative:/nowhere:{}", folder.path().display());
        let programs =
            Programs::look_for(&Process::sealed(&[], &[("PATH", &path)]), &["runs", "lies", "none"]);
        assert_eq!(programs.path("runs"), Some(folder.path().join("runs").as_path()));
        assert_eq!((programs.path("lies"), programs.path("none")), (None, None));
    }
}
