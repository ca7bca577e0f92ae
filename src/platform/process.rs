//! The process that cloudkit is: arguments, environment variables, directories.
//!
//! Read once at the start and handed down. The AWS SDK and the HTTP client read their own variables themselves.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use etcetera::BaseStrategy;

use super::terminal;

const DIRECTORY: &str = "cloudkit";

/// What the operating system hands to a program.
#[derive(Debug, Clone, Default)]
pub struct Process {
    /// The arguments, the program's own name first.
    pub arguments: Vec<OsString>,
    variables: BTreeMap<OsString, OsString>,
    directories: Option<Directories>,
    current_directory: Option<PathBuf>,
    host: Option<Host>,
}

/// Whether this is root's process, on Linux.
#[cfg(unix)]
#[must_use]
pub fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A program in whose process a command runs, and what it has to say to it. Nobody is asked anything then.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// The file that cloudkit is loaded from into that program.
    pub module: PathBuf,
    /// What the command reads from stdin.
    pub stdin: String,
    /// Set once the command is to stop, and to undo what it has made: what Ctrl-C is on a terminal.
    pub interrupted: Arc<AtomicBool>,
}

#[derive(Debug, Clone)]
struct Directories {
    home: PathBuf,
    configuration: PathBuf,
    cache: PathBuf,
    state: PathBuf,
}

/// There is no home directory to keep files in.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no home directory is known for this user")]
pub struct NoHome;

impl Process {
    /// The process that is running.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the process environment")]
    pub fn current() -> Self {
        Self {
            arguments: std::env::args_os().collect(),
            variables: std::env::vars_os().collect(),
            directories: etcetera::base_strategy::choose_native_strategy().ok().map(|strategy| Directories {
                home: strategy.home_dir().to_owned(),
                configuration: strategy.config_dir().join(DIRECTORY),
                cache: strategy.cache_dir().join(DIRECTORY),
                // macOS and Windows have no directory of their own for state; there it lies beside other local data.
                state: strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join(DIRECTORY),
            }),
            current_directory: std::env::current_dir().ok(),
            host: None,
        }
    }

    /// The process that is running, for a command that another program runs in it.
    #[must_use]
    pub fn hosted(arguments: impl IntoIterator<Item = String>, host: Host) -> Self {
        Self {
            arguments: arguments.into_iter().map(OsString::from).collect(),
            host: Some(host),
            ..Self::current()
        }
    }

    /// The program that runs the command, where it is not cloudkit.
    #[must_use]
    pub const fn host(&self) -> Option<&Host> {
        self.host.as_ref()
    }

    /// What is read from stdin.
    #[must_use]
    pub fn stdin(&self) -> Box<dyn Read + '_> {
        match &self.host {
            None => Box::new(std::io::stdin()),
            Some(host) => Box::new(host.stdin.as_bytes()),
        }
    }

    /// What says that a command is to stop, besides Ctrl-C.
    #[must_use]
    pub fn interrupted(&self) -> Arc<AtomicBool> {
        self.host.as_ref().map(|host| Arc::clone(&host.interrupted)).unwrap_or_default()
    }

    /// Whether what is read from stdin is typed.
    #[must_use]
    pub fn stdin_is_terminal(&self) -> bool {
        self.host.is_none() && terminal::stdin_is_terminal()
    }

    /// Whether there is somebody to ask, whatever stdin is.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        self.host.is_none() && terminal::can_be_asked()
    }

    /// The value of an environment variable, where it is set, not empty and text.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(OsStr::new(name))
            .and_then(|value| value.to_str())
            .filter(|value| !value.is_empty())
    }

    /// The user's home directory.
    ///
    /// # Errors
    /// Where the system knows none.
    pub fn home(&self) -> Result<&Path, NoHome> {
        self.directories.as_ref().map(|directories| directories.home.as_path()).ok_or(NoHome)
    }

    /// Where settings are kept.
    ///
    /// # Errors
    /// Where the system knows no home directory.
    pub fn configuration_directory(&self) -> Result<&Path, NoHome> {
        self.directories.as_ref().map(|directories| directories.configuration.as_path()).ok_or(NoHome)
    }

    /// Where what can be fetched again is kept.
    ///
    /// # Errors
    /// Where the system knows no home directory.
    pub fn cache_directory(&self) -> Result<&Path, NoHome> {
        self.directories.as_ref().map(|directories| directories.cache.as_path()).ok_or(NoHome)
    }

    /// Where journals are kept.
    ///
    /// # Errors
    /// Where the system knows no home directory.
    pub fn state_directory(&self) -> Result<&Path, NoHome> {
        self.directories.as_ref().map(|directories| directories.state.as_path()).ok_or(NoHome)
    }

    /// The directory that the command was typed in.
    #[must_use]
    pub fn current_directory(&self) -> Option<&Path> {
        self.current_directory.as_deref()
    }

    /// The file that this program was started from.
    ///
    /// # Errors
    /// Where the operating system does not tell.
    #[expect(clippy::disallowed_methods, reason = "this is the one door to the process environment")]
    pub fn program_file(&self) -> std::io::Result<PathBuf> {
        std::env::current_exe()
    }
}

#[cfg(test)]
impl Process {
    /// A process with these arguments and variables and nothing else.
    pub(crate) fn sealed(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self {
            arguments: arguments.iter().map(OsString::from).collect(),
            variables: variables.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            ..Self::default()
        }
    }
}
