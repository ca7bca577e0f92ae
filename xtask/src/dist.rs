//! `cargo xtask dist`: the program of machines as it is released, held against what it may be.
//!
//! Built on the computer it is run on, for its architecture. It signs nothing and uploads nothing.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use cloudkit::provision::agent_binary::{AgentBinary, AgentBinaryError, RunsOn};
use cloudkit::provision::agent_release;
use cloudkit::provision::image::GlibcVersion;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::process::{self, ProcessError};
use crate::say;
use crate::workspace::Workspace;

/// What a machine downloads may have at most, compressed.
const MOST_BYTES: usize = 6_000_000;
/// The C library of Amazon Linux 2023, the oldest of the images that are launched by name.
const FLOOR: GlibcVersion = GlibcVersion { major: 2, minor: 34 };

/// Build the program of machines as it is released, and hold it against its limits of size and C library.
#[derive(Debug, Args)]
pub(crate) struct DistArguments {}

/// A program that can't be released.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DistError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Binary(#[from] AgentBinaryError),
    #[error("{} could not be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("it is no program for Linux that says what it needs")]
    NotForLinux,
    #[error("it needs a C library {0}, and Amazon Linux 2023 has {FLOOR}")]
    Floor(GlibcVersion),
    #[error("it is {bytes} bytes when compressed, and {MOST_BYTES} is the most that it may be")]
    Size { bytes: usize },
}

pub(crate) fn run(workspace: &Workspace) -> Result<(), DistError> {
    let program = build(workspace)?;
    let binary = AgentBinary::read(&program)?;
    let RunsOn::Linux { architecture, glibc } = binary.runs_on else { return Err(DistError::NotForLinux) };
    if let Some(needed) = glibc.filter(|needed| *needed > FLOOR) {
        return Err(DistError::Floor(needed));
    }
    let content = AgentBinary::content(&program, &binary.sha256)?;
    let bytes = compressed(&content);
    if bytes > MOST_BYTES {
        return Err(DistError::Size { bytes });
    }
    let path = workspace.target().join("dist").join(agent_release::file_name(architecture));
    fs::write(&path, content).map_err(|source| DistError::Write { path: path.clone(), source })?;
    let library = glibc.map_or_else(|| "none".to_owned(), |glibc| glibc.to_string());
    say::result(format_args!("{}", path.display()));
    say::result(format_args!(
        "{} bytes, {bytes} compressed by gzip; C library {library}; sha256 {}",
        binary.bytes, binary.sha256
    ));
    Ok(())
}

/// Builds the program of machines with the profile that makes it small, and says where it is.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf, ProcessError> {
    let arguments = ["--profile", "dist", "--features", "agent-program", "--bin", "cloudkit-agent"];
    process::run(workspace.cargo(["build", "--package", "cloudkit"]).args(arguments))?;
    Ok(workspace.target().join("dist").join("cloudkit-agent"))
}

fn compressed(content: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    encoder
        .write_all(content)
        .and_then(|()| encoder.finish())
        .map_or(usize::MAX, |compressed| compressed.len())
}
