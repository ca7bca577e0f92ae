//! The binary that becomes the agent on the machine: what it is and where it can run, read from the file itself.
//!
//! Nothing is run to find out. The ELF header names the architecture, the needed symbol versions the oldest C library.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzEncoder;
use object::elf;
use object::read::elf::FileHeader;
use sha2::{Digest, Sha256};

use super::image::GlibcVersion;
use crate::model::Architecture;

/// How hard it is compressed: as much as a second pays for. A debug build may send itself, of some hundred megabytes.
const LEVEL: Compression = Compression::new(if cfg!(debug_assertions) { 1 } else { 6 });

/// The file that is uploaded for machines to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentBinary {
    /// Where it lies.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its sha256 in lower-case hexadecimal.
    pub sha256: String,
    /// What it runs on.
    pub runs_on: RunsOn,
}

/// Where a binary can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunsOn {
    /// Linux on this architecture, with a C library at least this new; none needed where it is linked statically.
    Linux {
        /// The architecture.
        architecture: Architecture,
        /// The oldest C library that has all its symbols.
        glibc: Option<GlibcVersion>,
    },
    /// Nobody can tell: its sections can't be read.
    Unknown,
    /// Not on Linux.
    Elsewhere,
}

/// The binary could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AgentBinaryError {
    /// There is none, or it is not to be read.
    #[error("cannot read the agent binary {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is another one than it was.
    #[error("the agent binary {} has changed since the launch was planned", path.display())]
    Changed {
        /// Which file.
        path: PathBuf,
    },
}

impl AgentBinary {
    /// Reads a binary.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn read(path: &Path) -> Result<Self, AgentBinaryError> {
        Ok(Self::of(path, &content_of(path)?))
    }

    /// The bytes of the binary that came to this sha256.
    ///
    /// # Errors
    /// Where the file can't be read, or they come to something else by now.
    pub fn content(path: &Path, sha256: &str) -> Result<Vec<u8>, AgentBinaryError> {
        let content = content_of(path)?;
        if sha256_of(&content) == sha256 {
            Ok(content)
        } else {
            Err(AgentBinaryError::Changed { path: path.to_owned() })
        }
    }

    /// The same bytes as they travel and are stored.
    ///
    /// # Errors
    /// As [`AgentBinary::content`].
    pub fn compressed_content(path: &Path, sha256: &str) -> Result<Vec<u8>, AgentBinaryError> {
        let content = Self::content(path, sha256)?;
        let mut compressed = Vec::new();
        let outcome = GzEncoder::new(content.as_slice(), LEVEL).read_to_end(&mut compressed);
        outcome.map_err(|source| AgentBinaryError::Unreadable { path: path.to_owned(), source })?;
        Ok(compressed)
    }

    /// The binary that lies at `path` and has this content.
    #[must_use]
    pub fn of(path: &Path, content: &[u8]) -> Self {
        let sha256 = sha256_of(content);
        Self { path: path.to_owned(), bytes: content.len() as u64, sha256, runs_on: runs_on(content) }
    }

    /// Whether it runs on an architecture with this C library; one that is not known is the image's owner's to judge.
    #[must_use]
    pub fn fits(&self, architecture: Architecture, library: Option<GlibcVersion>) -> bool {
        match self.runs_on {
            RunsOn::Linux { architecture: its, glibc } => {
                its == architecture && glibc.zip(library).is_none_or(|(needed, there)| needed <= there)
            }
            RunsOn::Unknown | RunsOn::Elsewhere => false,
        }
    }

    /// The name under which it is stored, compressed; the same bytes always have the same one. How well they were compressed
    /// does not bear on it, nor on the SHA-256, which is of the program itself.
    #[must_use]
    pub fn key(&self) -> String {
        format!("agent/{}/cloudkit.gz", self.sha256)
    }
}

fn content_of(path: &Path) -> Result<Vec<u8>, AgentBinaryError> {
    std::fs::read(path).map_err(|source| AgentBinaryError::Unreadable { path: path.to_owned(), source })
}

fn sha256_of(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What an ELF file of a 64-bit little-endian Linux says of itself.
fn runs_on(content: &[u8]) -> RunsOn {
    let Ok(header) = elf::FileHeader64::<object::LittleEndian>::parse(content) else {
        return RunsOn::Elsewhere;
    };
    let architecture = match header.e_machine(object::LittleEndian) {
        elf::EM_X86_64 => Architecture::X86_64,
        elf::EM_AARCH64 => Architecture::Arm64,
        _ => return RunsOn::Elsewhere,
    };
    match newest_glibc_symbol(header, content) {
        Ok(glibc) => RunsOn::Linux { architecture, glibc },
        Err(_) => RunsOn::Unknown,
    }
}

/// The newest `GLIBC_x.y` that the file's needed symbol versions name; none where it is linked statically.
fn newest_glibc_symbol(
    header: &elf::FileHeader64<object::LittleEndian>,
    content: &[u8],
) -> object::Result<Option<GlibcVersion>> {
    let endian = object::LittleEndian;
    let sections = header.sections(endian, content)?;
    let Some((mut needed, strings)) = sections.gnu_verneed(endian, content)? else { return Ok(None) };
    let strings = sections.strings(endian, content, strings)?;
    let mut newest = None;
    while let Some((_, mut versions)) = needed.next()? {
        while let Some(version) = versions.next()? {
            // The loader goes without a weak one.
            if version.vna_flags.get(endian).0 & elf::VER_FLG_WEAK.0 != 0 {
                continue;
            }
            let name = std::str::from_utf8(version.name(endian, strings)?).ok();
            newest = newest.max(name.and_then(glibc_version));
        }
    }
    Ok(newest)
}

/// Reads `GLIBC_2.34`; a third number, as in `GLIBC_2.2.5`, does not count.
fn glibc_version(symbol: &str) -> Option<GlibcVersion> {
    let mut numbers = symbol.strip_prefix("GLIBC_")?.split('.').map(|number| number.parse().ok());
    Some(GlibcVersion { major: numbers.next()??, minor: numbers.next()?? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_version_names_a_library() {
        assert_eq!(glibc_version("GLIBC_2.34"), Some(GlibcVersion { major: 2, minor: 34 }));
        assert_eq!(glibc_version("GLIBC_2.2.5"), Some(GlibcVersion { major: 2, minor: 2 }));
        assert_eq!(glibc_version("GLIBC_PRIVATE"), None);
        assert_eq!(glibc_version("GCC_3.0"), None);
    }

    #[test]
    fn a_text_runs_nowhere() {
        assert_eq!(runs_on(b"#!/bin/sh\n"), RunsOn::Elsewhere);
        assert_eq!(runs_on(b"\x7fELF"), RunsOn::Elsewhere);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
    #[test]
    fn this_very_test_runs_on_this_machine() {
        let path = crate::platform::Process::current().program_file().unwrap();
        let binary = AgentBinary::read(&path).unwrap();
        let RunsOn::Linux { architecture: Architecture::X86_64, glibc: Some(version) } = binary.runs_on
        else {
            panic!("{binary:?}")
        };
        assert!(version >= GlibcVersion { major: 2, minor: 2 }, "{version}");
        assert_eq!(binary.sha256.len(), 64);
    }

    #[test]
    fn what_travels_is_the_binary_again_when_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("program");
        let content = b"\x7fELF".repeat(1000);
        std::fs::write(&path, &content).unwrap();
        let binary = AgentBinary::read(&path).unwrap();
        let packed = AgentBinary::compressed_content(&path, &binary.sha256).unwrap();
        assert!(packed.len() < content.len() / 10);
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, content);
        std::fs::write(&path, "another").unwrap();
        let changed = AgentBinary::compressed_content(&path, &binary.sha256);
        assert!(matches!(changed, Err(AgentBinaryError::Changed { .. })), "{changed:?}");
    }
}
