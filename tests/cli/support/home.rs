//! A home that is sealed: a command run from it sees its files and variables, and nothing of the machine around it.
//!
//! No variable of the tester's, no settings, no credentials, no terminal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::internals::SettingsBindDropGuard;
use tempfile::TempDir;

use super::{Running, Screen, redaction};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cloudkit");

/// A home and the variables of whoever lives there.
pub(crate) struct Home {
    folder: TempDir,
    variables: BTreeMap<String, String>,
    _redactions: SettingsBindDropGuard,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("cloudkit-test-").tempdir().unwrap();
        let mut home = Self { folder, variables: BTreeMap::new(), _redactions: redaction::redact() };
        for (variable, folder) in
            [("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"), ("XDG_STATE_HOME", ".local/state")]
        {
            home.set(variable, home.path(folder).to_str().unwrap());
        }
        home.set("HOME", home.path("").to_str().unwrap());
        home.set("PATH", &format!("{}:/usr/bin:/bin", home.path("bin").display()));
        home.set("COLUMNS", "100");
        // A day of the catalog's newest figures, so that none of them grows old on a test.
        home.set("CLOUDKIT_TODAY", "2026-08-10");
        // Nobody is asked for AWS's public lists: the discard port of this machine answers nobody.
        for (variable, list) in [
            ("CLOUDKIT_SPOT_PRICES_URL", "spot.json"),
            ("CLOUDKIT_INTERRUPTIONS_URL", "spot-advisor-data.json"),
            ("CLOUDKIT_ON_DEMAND_PRICES_URL", "prices"),
            ("CLOUDKIT_LOCATIONS_URL", "locations.json"),
        ] {
            home.set(variable, &format!("http://127.0.0.1:9/{list}"));
        }
        // What is never there is not waited for either.
        home.set("AWS_EC2_METADATA_DISABLED", "true");
        home.program("cloudkit");
        home
    }

    /// A path in the home.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn set(&mut self, variable: &str, value: &str) {
        self.variables.insert(variable.to_owned(), value.to_owned());
    }

    pub(crate) fn unset(&mut self, variable: &str) {
        self.variables.remove(variable);
    }

    pub(crate) fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The user's own settings.
    pub(crate) fn settings(&self, text: &str) {
        self.write(".config/cloudkit/config.yaml", text);
    }

    /// Gives the program a further name.
    pub(crate) fn program(&self, name: &str) {
        let path = self.path("bin").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(PROGRAM, path).unwrap();
        #[cfg(not(unix))]
        fs::copy(PROGRAM, path.with_extension("exe")).unwrap();
    }

    /// Puts a program into the home, before those of the system.
    #[cfg(unix)]
    pub(crate) fn program_of(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.write(&format!("bin/{name}"), script);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a line as a person types it; stdin is at its end.
    pub(crate) fn run(&self, line: &str) -> Screen {
        self.start(line).screen()
    }

    /// Runs a line whose stdin is this text.
    pub(crate) fn run_with(&self, input: &str, line: &str) -> Screen {
        self.start(line).feed(input).screen()
    }

    /// Starts a line and lets it run.
    pub(crate) fn start(&self, line: &str) -> Running {
        Running::start(line, &mut self.command(line))
    }

    /// A line as a command: what a shell has to read goes to a shell.
    pub(crate) fn command(&self, line: &str) -> Command {
        if line.contains(['|', '<', '>', '&']) {
            return self.sealed(without_terminal(Path::new("/bin/sh")), &["-c".to_owned(), line.to_owned()]);
        }
        let mut words = shlex::split(line).unwrap().into_iter();
        let program = self.path("bin").join(words.next().unwrap());
        self.sealed(without_terminal(&program), &words.collect::<Vec<_>>())
    }

    /// A line for whoever brings a terminal of their own.
    #[cfg(unix)]
    pub(crate) fn command_on_terminal(&self, line: &str) -> Command {
        let mut command = self.sealed(Command::new("/bin/sh"), &["-c".to_owned(), line.to_owned()]);
        command.env("TERM", "xterm");
        command
    }

    fn sealed(&self, mut command: Command, arguments: &[String]) -> Command {
        command.args(arguments).env_clear().envs(&self.variables).current_dir(self.folder.path());
        command
    }
}

/// A command in a session of its own, where no terminal of the tester's can be asked.
fn without_terminal(program: &Path) -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new("/usr/bin/setsid");
        command.arg(program);
        command
    } else {
        Command::new(program)
    }
}
