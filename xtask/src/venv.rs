//! The lab's Python packages, in a virtual environment below cargo's target folder.
//! It is made once for each content of the requirements, and never changed: a stale or half-made one is made again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, ProcessError};
use crate::python::{Python, PythonError};
use crate::workspace::Workspace;
use crate::{say, sha256};

/// What pip installs: every package with its hash.
pub(crate) const REQUIREMENTS: &str = "tests/lab/requirements.txt";

/// Why there is no virtual environment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VenvError {
    #[error("{REQUIREMENTS} could not be read")]
    Requirements(#[source] io::Error),
    #[error(transparent)]
    Python(#[from] PythonError),
    #[error("the virtual environment {folder} could not be made")]
    Make { folder: PathBuf, source: ProcessError },
    #[error("{path} could not be written")]
    Write { path: PathBuf, source: io::Error },
}

/// Makes the virtual environment if need be, and returns its Python.
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf, VenvError> {
    let requirements = workspace.root().join(REQUIREMENTS);
    let sum = sha256::hex(&fs::read(&requirements).map_err(VenvError::Requirements)?);
    let venv = Venv { folder: workspace.target().join("lab-venv") };
    let _alone = venv.lock()?;
    if !venv.is_made_from(&sum) {
        say::talk(format_args!("making the lab's Python environment in {}", venv.folder.display()));
        venv.make(&requirements, &sum)?;
    }
    Ok(venv.python())
}

struct Venv {
    folder: PathBuf,
}

impl Venv {
    fn python(&self) -> PathBuf {
        let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
        self.folder.join(inside)
    }

    /// Holds the checksum of the requirements; written last, as a virtual environment cannot be renamed into place.
    fn stamp(&self) -> PathBuf {
        self.folder.join("requirements.sha256")
    }

    /// Held while the environment is looked at or made; two runs at once make it once.
    fn lock(&self) -> Result<File, VenvError> {
        let path = self.folder.with_extension("lock");
        let locked = || {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            let file = File::create(&path)?;
            file.lock()?;
            Ok(file)
        };
        locked().map_err(|source| VenvError::Write { path: path.clone(), source })
    }

    /// The interpreter is a link on most systems, and the Python behind it may be gone.
    fn is_made_from(&self, sum: &str) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|stamped| stamped == sum) && self.python().exists()
    }

    fn make(&self, requirements: &Path, sum: &str) -> Result<(), VenvError> {
        let python = Python::find()?;
        self.remove()?;
        self.run(python.command().args(["-m", "venv"]).arg(&self.folder))?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
        ];
        self.run(Command::new(self.python()).args(pip).arg(requirements))?;
        fs::write(self.stamp(), sum).map_err(|source| VenvError::Write { path: self.stamp(), source })
    }

    fn remove(&self) -> Result<(), VenvError> {
        match fs::remove_dir_all(&self.folder) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(VenvError::Write { path: self.folder.clone(), source })
            }
            _ => Ok(()),
        }
    }

    fn run(&self, command: &mut Command) -> Result<(), VenvError> {
        process::run(command).map_err(|source| VenvError::Make { folder: self.folder.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_counts_when_its_stamp_and_its_python_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let venv = Venv { folder: folder.path().join("lab-venv") };
        assert!(!venv.is_made_from("one"));
        fs::create_dir_all(venv.python().parent().unwrap()).unwrap();
        fs::write(venv.python(), "").unwrap();
        assert!(!venv.is_made_from("one"), "half-made");
        fs::write(venv.stamp(), "one").unwrap();
        assert!(venv.is_made_from("one"));
        assert!(!venv.is_made_from("two"), "the requirements changed");
        fs::remove_file(venv.python()).unwrap();
        assert!(!venv.is_made_from("one"), "its Python is gone");
        venv.remove().unwrap();
        venv.remove().unwrap();
    }
}
