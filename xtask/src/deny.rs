//! cargo-deny: where it is, how it is installed, and whether it has advisories to check against.
//! What it checks is written in deny.toml.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::process;
use crate::workspace::Workspace;

/// The version that CI installs; any that is already there will do.
const VERSION: &str = "0.20.2";

/// A cargo-deny that runs.
pub(crate) struct Deny {
    program: PathBuf,
    root: PathBuf,
}

impl Deny {
    /// The user's own, or one that was installed for this checkout.
    pub(crate) fn find(workspace: &Workspace) -> Option<Self> {
        let users = Self { program: "cargo-deny".into(), root: workspace.root().to_owned() };
        let candidates = [users, Self::installed(workspace)];
        candidates.into_iter().find(|deny| process::answer(deny.command().arg("--version")).is_some())
    }

    pub(crate) fn installed(workspace: &Workspace) -> Self {
        let name = format!("cargo-deny{}", env::consts::EXE_SUFFIX);
        Self { program: tools(workspace).join("bin").join(name), root: workspace.root().to_owned() }
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.root);
        command
    }

    /// Brings the advisory database, which lies on GitHub, up to date.
    pub(crate) fn has_advisories(&self) -> bool {
        process::answer(self.command().args(["fetch", "db"])).is_some()
    }
}

/// Only CI installs without being asked.
pub(crate) fn may_install() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Takes some minutes, once: what is below target/tools stays.
pub(crate) fn installation(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(["install", "cargo-deny", "--locked", "--version", VERSION, "--root"]);
    command.arg(tools(workspace)).env_remove("CARGO_TARGET_DIR");
    command
}

fn tools(workspace: &Workspace) -> PathBuf {
    workspace.target().join("tools")
}
