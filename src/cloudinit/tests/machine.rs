//! A directory that stands for a machine: its root, its clock, and a PATH with nothing but what is named here.
//!
//! It has no systemd. What a script asks of systemd, of people's terminals and of time goes into a log, in order.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The shells that `/bin/sh` is, on Debian and on Amazon Linux.
pub(super) const SHELLS: [&[&str]; 2] = [&["dash"], &["bash", "--posix"]];

/// What the scripts may call, all of it in every image that boots with cloud-init.
const TOOLS: [&str; 21] = [
    "cp",
    "tr",
    "sh",
    "cat",
    "mkdir",
    "mv",
    "rm",
    "ln",
    "chmod",
    "sync",
    "install",
    "grep",
    "sed",
    "timeout",
    "sha256sum",
    "gzip",
    "head",
    "env",
    "dash",
    "bash",
    "true",
];

const RECORD: &str = r#"#!/bin/sh
echo "${0##*/} $*" >>"$LOG"
[ "${0##*/}" != systemctl ] || [ ! -e "$CLOUDKIT_ROOT/systemd-is-ill" ]
"#;

const SLEEP: &str = r#"#!/bin/sh
echo "sleep $*" >>"$LOG"
read -r clock <"$CLOCK"
echo $((clock + $1)) >"$CLOCK"
"#;

const DATE: &str = r#"#!/bin/sh
if [ "$*" = '-u +%s' ]; then cat "$CLOCK"; else exec /bin/date "$@"; fi
"#;

pub(super) struct Machine {
    directory: tempfile::TempDir,
    shell: &'static [&'static str],
    variables: Vec<(&'static str, String)>,
}

impl Machine {
    /// A machine whose clock shows `clock`, which runs its scripts with this shell, with curl.
    pub(super) fn new(shell: &'static [&'static str], clock: i64) -> Self {
        let machine = Self { directory: tempfile::tempdir().unwrap(), shell, variables: Vec::new() };
        for directory in ["root", "bin"] {
            fs::create_dir(machine.directory.path().join(directory)).unwrap();
        }
        for tool in TOOLS {
            machine.give(tool);
        }
        machine.give("curl");
        for name in
            ["systemctl", "wall", "logger", "getent", "groupadd", "usermod", "chgrp", "systemd-tmpfiles"]
        {
            machine.stand_in(name, RECORD);
        }
        machine.stand_in("sleep", SLEEP);
        machine.stand_in("date", DATE);
        machine.set_clock(clock);
        machine
    }

    /// Makes a tool of this system one of the machine's.
    pub(super) fn give(&self, tool: &str) {
        let real = ["/usr/bin", "/bin", "/usr/sbin"].map(|directory| Path::new(directory).join(tool));
        let real =
            real.iter().find(|path| path.exists()).unwrap_or_else(|| panic!("{tool} is not installed"));
        std::os::unix::fs::symlink(real, self.bin(tool)).unwrap();
    }

    /// Takes a tool away.
    pub(super) fn take(&self, tool: &str) {
        fs::remove_file(self.bin(tool)).unwrap();
    }

    /// Makes this script a tool of the machine's.
    pub(super) fn stand_in(&self, tool: &str, text: &str) {
        let path = self.bin(tool);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(super) fn set_variable(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.push((name, value.into()));
    }

    pub(super) fn set_clock(&self, clock: i64) {
        fs::write(self.directory.path().join("clock"), format!("{clock}\n")).unwrap();
    }

    pub(super) fn clock(&self) -> i64 {
        fs::read_to_string(self.directory.path().join("clock")).unwrap().trim().parse().unwrap()
    }

    /// Runs a script that lies outside the machine, such as cloud-init's copy of a part.
    pub(super) fn run_text(&self, text: &str) -> Output {
        let path = self.directory.path().join("script");
        fs::write(&path, text).unwrap();
        self.run(&path, &[])
    }

    /// Runs a script with the machine's shell.
    pub(super) fn run(&self, script: &Path, arguments: &[&str]) -> Output {
        let [shell, options @ ..] = self.shell else { panic!("no shell") };
        let mut command = command(self.bin(shell));
        command.args(options).arg(script).args(arguments).env_clear();
        command.env("PATH", self.directory.path().join("bin"));
        command.env("LOG", self.directory.path().join("log"));
        command.env("CLOCK", self.directory.path().join("clock"));
        command.env("CLOUDKIT_ROOT", self.path(""));
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.output().unwrap()
    }

    /// What the scripts asked for since the last look, in order.
    pub(super) fn log(&self) -> Vec<String> {
        let path = self.directory.path().join("log");
        let log = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, "").unwrap();
        log.lines().map(str::to_owned).collect()
    }

    /// A path below the machine's root.
    pub(super) fn path(&self, below_root: &str) -> PathBuf {
        self.directory.path().join("root").join(below_root)
    }

    /// A file below the machine's root; none where there is no such file.
    pub(super) fn read(&self, below_root: &str) -> Option<String> {
        fs::read_to_string(self.path(below_root)).ok()
    }

    pub(super) fn write(&self, below_root: &str, text: &str) {
        let path = self.path(below_root);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn bin(&self, tool: &str) -> PathBuf {
        self.directory.path().join("bin").join(tool)
    }
}

/// A program of this system, to be run as a test.
#[expect(
    clippy::disallowed_methods,
    reason = "the door to other programs is for cloudkit's own runs, not for its tests"
)]
pub(super) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// What a script said, for a test's message.
pub(super) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
