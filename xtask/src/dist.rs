//! `cargo xtask dist`: cloudkit and its program of machines as they are released, side by side, held against what they may
//! be.
//!
//! Built for the architecture of the computer that it is run on, against a C library of the age that was asked for. It signs
//! nothing and uploads nothing.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use cloudkit::provision::agent_binary::{AgentBinary, AgentBinaryError, RunsOn};
use cloudkit::provision::agent_release;
use cloudkit::provision::image::{AMAZON_LINUX_2023, GlibcVersion};

use crate::process::{self, ProcessError};
use crate::say;
use crate::venv::{DIST, VenvError};
use crate::workspace::Workspace;

/// What a machine downloads may have at most.
const MOST_BYTES: usize = 6_000_000;
/// The C library of the oldest image that is launched by name; nothing may need a newer one.
const NEWEST_FLOOR: GlibcVersion = AMAZON_LINUX_2023.glibc;
/// What is promised where nothing else is asked for: Debian 10, Ubuntu 20.04 and whatever is newer.
pub(crate) const FLOOR: GlibcVersion = GlibcVersion { major: 2, minor: 28 };
const PROGRAM: &str = "cloudkit";
const AGENT: &str = "cloudkit-agent";

/// Build cloudkit and its program of machines as they are released, and hold them against their limits.
#[derive(Debug, Args)]
pub(crate) struct DistArguments {
    /// The oldest C library that both are to run with.
    #[arg(long, value_name = "VERSION", default_value_t = FLOOR, value_parser = floor)]
    floor: GlibcVersion,
}

/// A program that can't be released.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DistError {
    #[error(transparent)]
    Venv(#[from] VenvError),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Binary(#[from] AgentBinaryError),
    #[error("{} could not be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("PATH cannot hold the folder of the build tools")]
    Path(#[from] env::JoinPathsError),
    #[error("{} is no program for Linux that says what it needs", path.display())]
    NotForLinux { path: PathBuf },
    #[error("{} needs a C library {needed}, and {floor} was asked for", path.display())]
    Floor { path: PathBuf, needed: GlibcVersion, floor: GlibcVersion },
    #[error("it is {bytes} bytes when compressed, and {MOST_BYTES} is the most that it may be")]
    Size { bytes: usize },
}

pub(crate) fn run(workspace: &Workspace, arguments: &DistArguments) -> Result<(), DistError> {
    let built = build(workspace, &[PROGRAM, AGENT], arguments.floor)?;
    let [program, agent] = [PROGRAM, AGENT].map(|name| built.join(name));
    let folder = workspace.target().join("dist");
    let released = Released::read(&agent, arguments.floor)?;
    let bytes = AgentBinary::compressed_content(&agent, &released.binary.sha256)?.len();
    if bytes > MOST_BYTES {
        return Err(DistError::Size { bytes });
    }
    released.place(&folder.join(agent_release::file_name(released.architecture)))?;
    say::result(format_args!("{bytes} bytes of it travel, compressed"));
    Released::read(&program, arguments.floor)?.place(&folder.join(PROGRAM))
}

/// Builds the program of machines as it is released, and says where it is.
pub(crate) fn agent(workspace: &Workspace) -> Result<PathBuf, DistError> {
    Ok(build(workspace, &[AGENT], FLOOR)?.join(AGENT))
}

/// Builds programs against a C library of that version, and says in which folder they are.
fn build(workspace: &Workspace, programs: &[&str], floor: GlibcVersion) -> Result<PathBuf, DistError> {
    let python = DIST.ensure(workspace)?;
    let target = format!("{}-unknown-linux-gnu", env::consts::ARCH);
    let mut command = workspace.cargo(["zigbuild", "--package", "cloudkit"]);
    command.args(["--profile", "dist", "--features", "agent-program"]);
    command.args(programs.iter().flat_map(|program| ["--bin", program]));
    command.args(["--target", &format!("{target}.{floor}")]);
    process::run(command.env("PATH", path_with(python.parent())?))?;
    Ok(workspace.target().join(target).join("dist"))
}

/// The `PATH` with a folder before all others: cargo finds its own extensions there, and those their Python.
pub(crate) fn path_with(folder: Option<&Path>) -> Result<OsString, env::JoinPathsError> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folder.map(Path::to_owned).into_iter().chain(env::split_paths(&path)))
}

/// A program that may be released.
struct Released {
    binary: AgentBinary,
    architecture: cloudkit::model::Architecture,
    glibc: Option<GlibcVersion>,
}

impl Released {
    fn read(path: &Path, floor: GlibcVersion) -> Result<Self, DistError> {
        let binary = AgentBinary::read(path)?;
        let path = || path.to_owned();
        match binary.runs_on {
            RunsOn::Linux { glibc: Some(needed), .. } if needed > floor => {
                Err(DistError::Floor { path: path(), needed, floor })
            }
            RunsOn::Linux { architecture, glibc } => Ok(Self { binary, architecture, glibc }),
            RunsOn::Unknown | RunsOn::Elsewhere => Err(DistError::NotForLinux { path: path() }),
        }
    }

    /// Replaced rather than written into: a program that runs can't be.
    fn place(&self, path: &Path) -> Result<(), DistError> {
        let write = |source| DistError::Write { path: path.to_owned(), source };
        let new = path.with_extension("new");
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(write)?;
        fs::copy(&self.binary.path, &new).and_then(|_| fs::rename(&new, path)).map_err(write)?;
        let library = self.glibc.map_or_else(|| "none".to_owned(), |glibc| glibc.to_string());
        let AgentBinary { bytes, sha256, .. } = &self.binary;
        say::result(format_args!("{}: {bytes} bytes; C library {library}; sha256 {sha256}", path.display()));
        Ok(())
    }
}

/// A version such as 2.28, no newer than that of the oldest image.
fn floor(text: &str) -> Result<GlibcVersion, String> {
    let numbers =
        text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let (major, minor) = numbers.ok_or("a version of the C library is written as 2.28")?;
    let version = GlibcVersion { major, minor };
    if version > NEWEST_FLOOR {
        return Err(format!("{} has {NEWEST_FLOOR}", AMAZON_LINUX_2023.name));
    }
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_floor_is_above_the_oldest_image() {
        assert_eq!(floor("2.17"), Ok(GlibcVersion { major: 2, minor: 17 }));
        assert_eq!(floor("2.34"), Ok(NEWEST_FLOOR));
        assert_eq!(floor("2.35"), Err("Amazon Linux 2023 has 2.34".to_owned()));
        assert!(floor("glibc").is_err());
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn a_program_above_the_floor_is_refused() {
        let this = env::current_exe().unwrap();
        let refused = Released::read(&this, GlibcVersion { major: 2, minor: 2 }).err().unwrap().to_string();
        assert!(refused.ends_with(", and 2.2 was asked for"), "{refused}");
    }
}
