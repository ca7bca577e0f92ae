//! Python packages of the lab and of the benchmarks, each in a virtual environment below cargo's target folder.
//! It is made once for each content of the requirements, and never changed: a stale or half-made one is made again.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, ProcessError};
use crate::python::{Python, PythonError};
use crate::workspace::Workspace;
use crate::{say, sha256};

/// What the lab is made of.
pub(crate) const LAB: Environment =
    Environment { what_for: "lab", folder: "lab-venv", requirements: "tests/lab/requirements.txt" };
/// What cloudkit is measured beside.
pub(crate) const BENCH: Environment =
    Environment { what_for: "benchmarks", folder: "bench-venv", requirements: "benches/requirements.txt" };

/// What builds programs against an older C library than this computer's.
pub(crate) const DIST: Environment =
    Environment { what_for: "build", folder: "dist-venv", requirements: "xtask/dist/requirements.txt" };

/// What the Python bindings are built and tested with.
pub(crate) const BINDINGS: Environment = Environment {
    what_for: "Python bindings",
    folder: "python-venv",
    requirements: "bindings/python/tests/requirements.txt",
};

/// A virtual environment that there is to be.
pub(crate) struct Environment {
    what_for: &'static str,
    /// Below the target folder.
    folder: &'static str,
    /// What pip installs: every package with its hash.
    pub(crate) requirements: &'static str,
}

/// Why there is no virtual environment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VenvError {
    #[error("{path} could not be read")]
    Requirements { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Python(#[from] PythonError),
    #[error("the virtual environment {folder} could not be made")]
    Make { folder: PathBuf, source: ProcessError },
    #[error("{path} could not be written")]
    Write { path: PathBuf, source: io::Error },
}

impl Environment {
    /// Makes it if need be, and returns its Python.
    pub(crate) fn ensure(&self, workspace: &Workspace) -> Result<PathBuf, VenvError> {
        let path = workspace.root().join(self.requirements);
        let read = fs::read(&path);
        let content = read.map_err(|source| VenvError::Requirements { path: path.clone(), source })?;
        let sum = sha256::hex(&content);
        let venv = Venv { folder: workspace.target().join(self.folder) };
        let _alone = venv.lock()?;
        if !venv.is_made_from(&sum) {
            let (what_for, folder) = (self.what_for, venv.folder.display());
            say::talk(format_args!("making the Python environment of the {what_for} in {folder}"));
            venv.make(&path, &sum)?;
        }
        Ok(venv.python())
    }
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
