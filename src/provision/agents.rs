//! The binaries on this computer that can become an agent: its own, and releases for what that can't run on.
//!
//! Which of them a machine gets is the plan's to say. Nothing is fetched: `cloudkit agent fetch` does that beforehand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::agent_binary::{AgentBinary, AgentBinaryError};
use super::agent_release::{self, ReleaseError};
use super::image::{GlibcVersion, ImageKind};
use crate::model::Architecture;
use crate::platform::Process;

/// Where binaries are looked for.
#[derive(Debug, Clone)]
pub struct AgentFiles {
    /// The file that was named, else this program itself.
    pub own: PathBuf,
    /// The folder of releases.
    pub releases: PathBuf,
    /// Whose that folder is.
    pub keeper: Keeper,
}

/// Who keeps a folder of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// It is the cache, in which what is damaged is dropped.
    Cloudkit,
    /// It was named, and is not touched.
    User,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agents {
    /// The file that was named, else this program itself.
    pub own: AgentBinary,
    /// Releases for what that can't run on, each with a good signature.
    pub releases: Vec<AgentBinary>,
    /// Why a release that is there can't be used.
    pub unusable: BTreeMap<Architecture, String>,
}

impl Agents {
    /// Looks for binaries for these architectures. A release in the cache that is not what was released is dropped.
    ///
    /// # Errors
    /// Where the file that was named can't be read.
    pub fn look(
        files: &AgentFiles,
        architectures: &BTreeSet<Architecture>,
        process: &Process,
    ) -> Result<Self, AgentBinaryError> {
        let own = AgentBinary::read(&files.own)?;
        let mut agents = Self { own, releases: Vec::new(), unusable: BTreeMap::new() };
        for architecture in agent_release::ARCHITECTURES {
            if !architectures.contains(&architecture) || agents.own_fits_every_image(architecture) {
                continue;
            }
            match agent_release::in_folder(&files.releases, architecture, process) {
                Ok(found) => agents.releases.extend(found),
                Err(error) => {
                    // One that can't be dropped is judged anew by the next launch, and refused again.
                    let dropped = files.keeper == Keeper::Cloudkit
                        && error.is_of_the_files()
                        && agent_release::drop_from(&files.releases, architecture).is_ok();
                    let then = if dropped { "; it was dropped" } else { "" };
                    agents.unusable.insert(architecture, format!("{}{then}", with_cause(&error)));
                }
            }
        }
        Ok(agents)
    }

    /// The binary for a machine of this architecture with this C library, where that is known; ours first.
    #[must_use]
    pub fn for_machine(
        &self,
        architecture: Architecture,
        library: Option<GlibcVersion>,
    ) -> Option<&AgentBinary> {
        self.all().find(|binary| binary.fits(architecture, library))
    }

    /// Every binary.
    pub fn all(&self) -> impl Iterator<Item = &AgentBinary> {
        std::iter::once(&self.own).chain(&self.releases)
    }

    fn own_fits_every_image(&self, architecture: Architecture) -> bool {
        let oldest = ImageKind::ALL.into_iter().map(|kind| kind.distribution().glibc).min();
        self.own.fits(architecture, oldest)
    }
}

fn with_cause(error: &ReleaseError) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
