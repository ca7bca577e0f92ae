//! The binaries on this computer that can become an agent: the small program beside this one, this program itself, and
//! releases for what neither can run on.
//!
//! Which of them a machine gets is the plan's to say. Nothing is fetched: `cloudkit agent fetch` does that beforehand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::agent_beside;
use super::agent_binary::{AgentBinary, AgentBinaryError};
use super::agent_release::{self, ReleaseError, ReleaseKey};
use super::image::{GlibcVersion, ImageKind};
use crate::model::Architecture;
use crate::platform::Process;

/// Where binaries are looked for.
#[derive(Debug, Clone)]
pub struct AgentFiles {
    /// What is looked at before releases.
    pub first: FirstChoice,
    /// The folder of releases.
    pub releases: PathBuf,
    /// Whose that folder is.
    pub keeper: Keeper,
}

/// What becomes the agent wherever it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstChoice {
    /// The file that was named, and none beside it.
    Named(PathBuf),
    /// What lies beside this program for that, else this program itself.
    Program(PathBuf),
    /// What lies beside this file for that: it is no program itself.
    Beside(PathBuf),
}

impl FirstChoice {
    /// Where nobody names a file.
    ///
    /// # Errors
    /// Where the operating system does not tell which file the program is.
    pub fn of(process: &Process) -> std::io::Result<Self> {
        match process.host() {
            Some(host) => Ok(Self::Beside(host.module.clone())),
            None => process.program_file().map(Self::Program),
        }
    }
}

/// Who keeps a folder of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// It is the cache, in which what is damaged is dropped.
    Cloudkit,
    /// It was named, and is not touched.
    User,
}

/// Whether releases can be taken at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Releases {
    /// This build knows the key to judge them by.
    Judged,
    /// It knows none, so it takes none.
    #[default]
    NoKey,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Agents {
    /// The binaries in the order in which they are taken; one that nothing needs was not looked at.
    pub found: Vec<AgentBinary>,
    /// Why the program beside this one can't be used.
    pub unusable_beside: BTreeMap<Architecture, String>,
    /// Whether a release would have helped.
    pub releases: Releases,
    /// Why a release that is there can't be used.
    pub unusable: BTreeMap<Architecture, String>,
}

impl Agents {
    /// Looks for binaries for these architectures. A release in the cache that is not what was released is dropped.
    ///
    /// # Errors
    /// Where the file that was named can't be read, or this program.
    pub fn look(
        files: &AgentFiles,
        architectures: &BTreeSet<Architecture>,
        process: &Process,
    ) -> Result<Self, AgentBinaryError> {
        let wanted = || agent_release::ARCHITECTURES.into_iter().filter(|one| architectures.contains(one));
        let releases = match ReleaseKey::in_force(process) {
            Err(ReleaseError::NoKey) => Releases::NoKey,
            _ => Releases::Judged,
        };
        let mut agents = Self { releases, ..Self::default() };
        if let FirstChoice::Program(file) | FirstChoice::Beside(file) = &files.first {
            for architecture in wanted() {
                match agent_beside::find(file, architecture, process) {
                    Ok(found) => agents.found.extend(found),
                    Err(error) => {
                        agents.unusable_beside.insert(architecture, with_cause(&error));
                    }
                }
            }
        }
        let lacks = agents.found.is_empty() || !wanted().all(|one| agents.fit_every_image(one));
        if let FirstChoice::Named(file) | FirstChoice::Program(file) = &files.first
            && lacks
        {
            agents.found.push(AgentBinary::read(file)?);
        }
        for architecture in wanted() {
            if !agents.fit_every_image(architecture) {
                agents.take_release(files, architecture, process);
            }
        }
        Ok(agents)
    }

    fn take_release(&mut self, files: &AgentFiles, architecture: Architecture, process: &Process) {
        match agent_release::in_folder(&files.releases, architecture, process) {
            Ok(found) => self.found.extend(found),
            Err(error) => {
                // One that can't be dropped is judged anew by the next launch, and refused again.
                let dropped = files.keeper == Keeper::Cloudkit
                    && error.is_of_the_files()
                    && agent_release::drop_from(&files.releases, architecture).is_ok();
                let then = if dropped { "; it was dropped" } else { "" };
                self.unusable.insert(architecture, format!("{}{then}", with_cause(&error)));
            }
        }
    }

    /// The binary for a machine of this architecture with this C library, where that is known.
    #[must_use]
    pub fn for_machine(
        &self,
        architecture: Architecture,
        library: Option<GlibcVersion>,
    ) -> Option<&AgentBinary> {
        self.found.iter().find(|binary| binary.fits(architecture, library))
    }

    fn fit_every_image(&self, architecture: Architecture) -> bool {
        let oldest = ImageKind::ALL.into_iter().map(|kind| kind.distribution().glibc).min();
        self.for_machine(architecture, oldest).is_some()
    }
}

fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
