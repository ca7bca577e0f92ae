//! The agent of a candidate, why there is none for it, and the places that its machine gets it from, in order.
//!
//! No URL is here that lets anybody fetch anything: those of buckets are signed just before the request.

use serde::Serialize;

use super::bucket_name;
use super::planner::Reason;
use crate::cloudinit::{AgentDownload, DownloadSource};
use crate::model::Architecture;
use crate::provision::agent_binary::{AgentBinary, RunsOn};
use crate::provision::agent_release;
use crate::provision::agents::{Agents, Releases};
use crate::provision::image::{GlibcVersion, ImageKind, Recognised};
use crate::provision::mirror::MirrorUrl;
use crate::provision::world::World;

/// The most places that one machine looks at.
pub const MOST: usize = 2;

/// The agent's binary and where the machine gets it from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedAgent {
    /// Its sha256, which travels in the user data.
    pub sha256: String,
    /// Its size, as it is when it runs.
    pub bytes: u64,
    /// The name that it is stored under in buckets.
    pub key: String,
    /// Where the machine looks for it, one after the other.
    pub sources: Vec<Source>,
}

/// A place that has the agent's binary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "source", rename_all = "kebab-case")]
pub enum Source {
    /// The account's bucket of a region.
    Bucket {
        /// Which region.
        region: String,
        /// Its name.
        bucket: String,
    },
    /// An address that somebody else serves.
    Mirror {
        /// The address, shown without its query.
        url: MirrorUrl,
    },
}

impl Source {
    fn bucket_of(account: &str, region: &str) -> Self {
        Self::Bucket { region: region.to_owned(), bucket: bucket_name(account, region) }
    }
}

impl PlannedAgent {
    /// The agent of a machine in a region.
    ///
    /// With a mirror that is all. Else it is the region's own bucket, and behind it one other that is known to have held the
    /// binary. Nothing asks whether that still does: a machine comes to it only where the first has failed it, so one that
    /// has gone costs nothing that was not lost already, and the SHA-256 keeps out whatever else may be there by now.
    pub(super) fn of(
        binary: &AgentBinary,
        architecture: Architecture,
        region: &str,
        world: &World,
        mirror: Option<&MirrorUrl>,
    ) -> Self {
        let key = binary.key();
        let sources = match mirror {
            Some(url) => vec![Source::Mirror { url: url.of_file(&agent_release::file_name(architecture)) }],
            None => {
                let regions = std::iter::once(region).chain(fallback(world, &key, region));
                regions.map(|region| Source::bucket_of(&world.caller.account, region)).collect()
            }
        };
        Self { sha256: binary.sha256.clone(), bytes: binary.bytes, key, sources }
    }

    /// As user data has it, with placeholders for the URLs.
    pub(super) fn without_urls(&self) -> AgentDownload {
        let placeholder = DownloadSource::planned();
        let sources = vec![placeholder; self.sources.len()];
        AgentDownload { sources, sha256: self.sha256.clone(), bytes: self.bytes }
    }
}

/// The binary for a machine; of an image that nobody knows the C library is not known either.
pub(super) fn choose(
    agents: &Agents,
    architecture: Architecture,
    known: Option<Recognised>,
    image: Option<ImageKind>,
) -> Result<&AgentBinary, Reason> {
    let library = known.and_then(|known| Some((known.name, known.glibc?)));
    let binary = agents.for_machine(architecture, library.map(|(_, glibc)| glibc));
    binary.ok_or_else(|| none_fits(agents, architecture, library, image))
}

/// Told of the binary that would have been taken, had it run there.
fn none_fits(
    agents: &Agents,
    architecture: Architecture,
    library: Option<(&str, GlibcVersion)>,
    image: Option<ImageKind>,
) -> Reason {
    let mut hints = Vec::new();
    if agents.releases == Releases::Judged {
        hints.push(format!("fetch a release: cloudkit agent fetch --arch {architecture}"));
    }
    if let Some(why) = agents.unusable.get(&architecture) {
        return Reason { reason: format!("there is no agent for it: {why}"), hints };
    }
    let needs = library.map_or_else(String::new, |(_, has)| format!(" that needs at most glibc {has}"));
    let build = format!("give a Linux build of cloudkit for {architecture}{needs}: --agent-binary FILE");
    let for_it = |binary: &&AgentBinary| matches!(binary.runs_on, RunsOn::Linux { architecture: its, .. } if its == architecture);
    let Some(binary) = agents.found.iter().find(for_it).or(agents.found.first()) else {
        return Reason { reason: "there is no agent at hand".to_owned(), hints: vec![build] };
    };
    let file = binary.path.display();
    let mut reason = match (binary.runs_on, library) {
        (RunsOn::Linux { architecture: its, glibc: Some(needed) }, Some((name, has)))
            if its == architecture =>
        {
            hints.push(
                "build one for older systems, in the sources of this cloudkit: cargo xtask dist".to_owned(),
            );
            hints.extend(image.and_then(|image| with_newer_library(image, architecture, needed)));
            format!("the agent {file} needs glibc {needed}, and {name} has {has}")
        }
        (RunsOn::Linux { architecture: its, .. }, _) => {
            format!("the agent {file} is for {its}, the type for {architecture}")
        }
        (RunsOn::Unknown, _) => {
            format!("what the agent {file} needs of a machine cannot be read from it")
        }
        (RunsOn::Elsewhere, _) => format!("the agent {file} is not a Linux program"),
    };
    if let Some(why) = agents.unusable_beside.get(&architecture) {
        reason = format!("{reason}; {why}");
    }
    hints.push(build);
    Reason { reason, hints }
}

/// The way to an image of the same purpose that has a C library as new as that.
fn with_newer_library(image: ImageKind, architecture: Architecture, needed: GlibcVersion) -> Option<String> {
    let serves = |other: &ImageKind| {
        other.purpose() == image.purpose()
            && other.distribution().glibc >= needed
            && other.parameter(architecture).is_some()
    };
    let newer = ImageKind::ALL.into_iter().find(serves)?;
    Some(format!("launch {}, whose C library is new enough: --image {newer}", newer.describe()))
}

/// Another region whose bucket has the binary: one that was just seen to, else the one that last did.
fn fallback<'w>(world: &'w World, key: &str, region: &str) -> Option<&'w str> {
    let seen = world.regions.iter().filter(|(_, there)| there.bucket.has(key)).map(|(name, _)| name);
    let remembered = world.stored.get(key).into_iter().flatten();
    seen.chain(remembered).map(String::as_str).find(|other| *other != region)
}
