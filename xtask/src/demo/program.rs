//! The cloudkit that was just built, and whether a machine could run it as its agent.
//! It is judged by cloudkit's own reading of such files; nothing is run for it.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

use cloudkit::model::Architecture;
use cloudkit::provision::agent_binary::{AgentBinary, RunsOn};
use cloudkit::provision::image::{AMAZON_LINUX_2023, GlibcVersion};

use super::failure::Failure;
use crate::workspace::Workspace;

/// The program of the demo.
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) sha256: String,
    pub(super) fit: Fit,
}

/// Whether the program can be the agent of a machine on EC2.
pub(super) enum Fit {
    /// It can.
    Fits(Architecture),
    /// It could on an image with a newer C library than the usual one's.
    NeedsNewerLibrary(Architecture, GlibcVersion),
    /// Not a Linux program.
    Unfit,
}

impl Program {
    /// What `cargo build` made.
    pub(super) fn built(workspace: &Workspace) -> Result<Self, Failure> {
        let path = workspace.target().join("debug").join(format!("cloudkit{EXE_SUFFIX}"));
        let binary = AgentBinary::read(&path)
            .map_err(|source| Failure::Program { path: path.clone(), source: Box::new(source) })?;
        Ok(Self { path, sha256: binary.sha256.clone(), fit: Fit::of(binary.runs_on) })
    }
}

impl Fit {
    fn of(runs_on: RunsOn) -> Self {
        match runs_on {
            RunsOn::Linux { architecture, glibc: Some(needed) } if needed > AMAZON_LINUX_2023.glibc => {
                Self::NeedsNewerLibrary(architecture, needed)
            }
            RunsOn::Linux { architecture, .. } => Self::Fits(architecture),
            RunsOn::Unknown | RunsOn::Elsewhere => Self::Unfit,
        }
    }

    /// The architecture of the machines to look for: one that runs the program, where there is one.
    pub(super) fn architecture(&self) -> Architecture {
        match self {
            Self::Fits(architecture) | Self::NeedsNewerLibrary(architecture, _) => *architecture,
            Self::Unfit => Architecture::X86_64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_c_library_than_the_images_is_told_apart() {
        let linux = |minor| RunsOn::Linux {
            architecture: Architecture::Arm64,
            glibc: Some(GlibcVersion { major: 2, minor }),
        };
        assert!(matches!(Fit::of(linux(34)), Fit::Fits(Architecture::Arm64)));
        assert!(matches!(Fit::of(linux(39)), Fit::NeedsNewerLibrary(_, needed) if needed.minor == 39));
        assert_eq!(Fit::of(RunsOn::Elsewhere).architecture(), Architecture::X86_64);
    }
}
