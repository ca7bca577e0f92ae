//! Finds a Python that can make virtual environments.
//! It installs none; where there is none it says what to install.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use crate::process;

/// The oldest Python that the lab runs on.
const OLDEST: Version = Version { major: 3, minor: 10 };

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    major: u32,
    minor: u32,
}

/// A command that starts Python: a program, with an argument where it is Windows' launcher.
#[derive(Debug, Clone)]
pub(crate) struct Python {
    program: OsString,
    arguments: &'static [&'static str],
}

/// Why there is no Python for the lab.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PythonError {
    #[error("no Python: install Python {} or newer ({INSTALL}), or name one in PYTHON", OLDEST)]
    Missing,
    #[error("PYTHON is {0:?}, which does not start")]
    Misnamed(OsString),
    #[error(
        "{program:?} is Python {found}, the lab needs {} or newer: install one ({INSTALL}), or name it in PYTHON",
        OLDEST
    )]
    TooOld { program: OsString, found: Version },
    #[error("{0:?} cannot make virtual environments: install its venv module ({INSTALL})")]
    WithoutVenv(OsString),
}

const INSTALL: &str = if cfg!(windows) {
    "winget install Python.Python.3.13"
} else if cfg!(target_os = "macos") {
    "brew install python"
} else {
    "Debian: apt install python3 python3-venv; Fedora: dnf install python3"
};

impl Python {
    /// The one that `PYTHON` names, or the first on `PATH` that is new enough.
    pub(crate) fn find() -> Result<Self, PythonError> {
        if let Some(named) = env::var_os("PYTHON").filter(|named| !named.is_empty()) {
            let python = Self { program: named.clone(), arguments: &[] };
            return python.checked()?.ok_or(PythonError::Misnamed(named));
        }
        let mut reason = PythonError::Missing;
        for python in usual() {
            match python.checked() {
                Ok(Some(python)) => return Ok(python),
                Ok(None) => {}
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.arguments);
        command
    }

    /// Nothing where it does not start at all.
    fn checked(self) -> Result<Option<Self>, PythonError> {
        const ASK: &str = "import sys; print('%d.%d' % sys.version_info[:2])";
        let answer = process::answer(self.command().args(["-c", ASK]));
        let Some(found) = answer.as_deref().and_then(Version::parse) else { return Ok(None) };
        if found < OLDEST {
            return Err(PythonError::TooOld { program: self.program, found });
        }
        match process::answer(self.command().args(["-c", "import ensurepip, venv"])) {
            Some(_) => Ok(Some(self)),
            None => Err(PythonError::WithoutVenv(self.program)),
        }
    }
}

fn usual() -> Vec<Python> {
    let python = |program: &str, arguments| Python { program: program.into(), arguments };
    let mut usual = vec![python("python3", &[]), python("python", &[])];
    if cfg!(windows) {
        usual.push(python("py", &["-3"]));
    }
    usual
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(Version::parse("3.9").unwrap() < OLDEST);
        assert!(Version::parse("3.14").unwrap() > OLDEST);
        assert_eq!(Version::parse("three"), None);
    }

    #[test]
    fn errors_say_what_to_install() {
        let found = Version { major: 3, minor: 9 };
        let errors = [
            PythonError::Missing,
            PythonError::TooOld { program: "python3".into(), found },
            PythonError::WithoutVenv("python3".into()),
        ];
        for error in errors {
            assert!(error.to_string().contains(INSTALL), "{error}");
        }
    }

    #[test]
    fn a_program_that_does_not_start_is_no_python() {
        let python = Python { program: "no-such-python".into(), arguments: &[] };
        assert!(python.checked().unwrap().is_none());
    }

    #[cfg(unix)]
    mod fakes {
        use std::fs::{self, Permissions};
        use std::os::unix::fs::PermissionsExt;

        use super::*;

        /// A program that answers like a Python of the given version, with or without venv.
        fn fake(version: &str, venv_exit: u8) -> (tempfile::TempDir, Python) {
            let folder = tempfile::tempdir().unwrap();
            let program = folder.path().join("python");
            let script = format!(
                "#!/bin/sh\ncase \"$2\" in *ensurepip*) exit {venv_exit};; *) echo {version};; esac\n"
            );
            fs::write(&program, script).unwrap();
            fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
            (folder, Python { program: program.into_os_string(), arguments: &[] })
        }

        #[test]
        fn an_old_python_and_one_without_venv_are_refused() {
            let (_folder, old) = fake("3.9", 0);
            assert!(matches!(old.checked(), Err(PythonError::TooOld { .. })));
            let (_folder, bare) = fake("3.12", 1);
            assert!(matches!(bare.checked(), Err(PythonError::WithoutVenv(_))));
            let (_folder, good) = fake("3.12", 0);
            assert!(good.checked().unwrap().is_some());
        }
    }
}
