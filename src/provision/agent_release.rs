//! A release of the agent: a Linux program for each architecture, and beside each its minisign signature.
//!
//! Every binary that this computer did not build is judged here, each time before it is used: by the key that was compiled
//! in, by the version that the signature names, and by what the file says of itself. Nothing is fetched here.
//!
//! A release is signed so that an older one, or one for another architecture, can't stand in for it:
//! `minisign -S -m cloudkit-agent-linux-arm64 -t 'cloudkit-agent-linux-arm64 0.1.0'`.

use std::path::{Path, PathBuf};

use minisign_verify::{PublicKey, Signature};

use super::agent_binary::{AgentBinary, RunsOn};
use crate::model::Architecture;
use crate::platform::files::{self, FileError};
use crate::platform::{Process, variables};

/// The key by which this build judges releases, where it was built with one.
const COMPILED_IN: Option<&str> = option_env!("CLOUDKIT_RELEASE_KEY");
/// What follows a file's name in that of its signature.
const SIGNATURE: &str = ".minisig";

/// The architectures that there are releases for.
pub const ARCHITECTURES: [Architecture; 2] = [Architecture::X86_64, Architecture::Arm64];

/// The key that releases are signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseKey(PublicKey);

/// A release that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// This build was made without a key.
    #[error("this build of cloudkit knows no key of releases, so none can be verified")]
    NoKey,
    /// The key is not one.
    #[error("the key of releases is not a minisign public key")]
    NotAKey(#[source] minisign_verify::Error),
    /// A key was named to a build that takes none.
    #[error("{} is set, and this build judges releases by the key compiled into it alone", variables::TEST_RELEASE_KEY.name)]
    ForeignKey,
    /// A file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The binary has no signature beside it.
    #[error("{} has no signature {SIGNATURE} beside it", path.display())]
    Unsigned {
        /// The binary.
        path: PathBuf,
    },
    /// The signature is not one, or not the key's.
    #[error("{} is not what was released", path.display())]
    NotTheRelease {
        /// The binary.
        path: PathBuf,
        /// Why not.
        source: minisign_verify::Error,
    },
    /// It was signed as something else.
    #[error("{} was released as {signed:?}, not as {wanted:?}", path.display())]
    AnotherRelease {
        /// The binary.
        path: PathBuf,
        /// What the signature says.
        signed: String,
        /// What it would have to say.
        wanted: String,
    },
    /// It is no program for that architecture.
    #[error("{} is not a Linux program for {architecture}", path.display())]
    NotAProgram {
        /// The binary.
        path: PathBuf,
        /// What it should be for.
        architecture: Architecture,
    },
}

impl ReleaseKey {
    /// The key of this build. A build for development takes another one from a variable; one that is released does not,
    /// since whoever sets a variable could then choose what runs on machines.
    ///
    /// # Errors
    /// Where there is none, or it is not a key.
    pub fn in_force(process: &Process) -> Result<Self, ReleaseError> {
        match process.variable(variables::TEST_RELEASE_KEY.name) {
            Some(key) if cfg!(debug_assertions) => Self::parse(key),
            Some(_) => Err(ReleaseError::ForeignKey),
            None => Self::parse(COMPILED_IN.ok_or(ReleaseError::NoKey)?),
        }
    }

    fn parse(text: &str) -> Result<Self, ReleaseError> {
        PublicKey::from_base64(text.trim()).map(Self).map_err(ReleaseError::NotAKey)
    }

    /// Judges the bytes of a binary for an architecture, which lie at `path` or come from there.
    ///
    /// # Errors
    /// Where they are not this version's release for it.
    pub fn judge(
        &self,
        path: &Path,
        architecture: Architecture,
        content: &[u8],
        signature: &[u8],
    ) -> Result<AgentBinary, ReleaseError> {
        let refuse = |source| ReleaseError::NotTheRelease { path: path.to_owned(), source };
        let signature = Signature::decode(&String::from_utf8_lossy(signature)).map_err(refuse)?;
        self.0.verify(content, &signature, false).map_err(refuse)?;
        let (signed, wanted) = (signature.trusted_comment().to_owned(), released_as(architecture));
        if signed != wanted {
            return Err(ReleaseError::AnotherRelease { path: path.to_owned(), signed, wanted });
        }
        let binary = AgentBinary::of(path, content);
        match binary.runs_on {
            RunsOn::Linux { architecture: its, .. } if its == architecture => Ok(binary),
            _ => Err(ReleaseError::NotAProgram { path: path.to_owned(), architecture }),
        }
    }
}

impl ReleaseError {
    /// Whether the files are at fault, rather than the key by which they are judged.
    #[must_use]
    pub const fn is_of_the_files(&self) -> bool {
        matches!(
            self,
            Self::Unsigned { .. }
                | Self::NotTheRelease { .. }
                | Self::AnotherRelease { .. }
                | Self::NotAProgram { .. }
        )
    }
}

/// Removes the release for an architecture from a folder of ours, with its signature.
///
/// # Errors
/// Where a file can't be removed.
pub fn drop_from(folder: &Path, architecture: Architecture) -> Result<(), FileError> {
    files::remove_if_there(&folder.join(file_name(architecture)))?;
    files::remove_if_there(&folder.join(signature_name(architecture)))
}

/// The name of the file for an architecture.
#[must_use]
pub fn file_name(architecture: Architecture) -> String {
    format!("cloudkit-agent-linux-{architecture}")
}

/// The name of its signature.
#[must_use]
pub fn signature_name(architecture: Architecture) -> String {
    file_name(architecture) + SIGNATURE
}

/// Where the release of this version is kept in a cache.
#[must_use]
pub fn folder_in(cache: &Path) -> PathBuf {
    cache.join("agents").join(env!("CARGO_PKG_VERSION"))
}

/// What a signature has to say that it is of: the file and this version.
fn released_as(architecture: Architecture) -> String {
    format!("{} {}", file_name(architecture), env!("CARGO_PKG_VERSION"))
}

/// The release for an architecture in a folder; none where the folder has none.
///
/// # Errors
/// Where what is there can't be used.
pub fn in_folder(
    folder: &Path,
    architecture: Architecture,
    process: &Process,
) -> Result<Option<AgentBinary>, ReleaseError> {
    let path = folder.join(file_name(architecture));
    let Some(content) = files::read_if_there(&path)? else { return Ok(None) };
    let signature = signature_of(&path)?;
    ReleaseKey::in_force(process)?.judge(&path, architecture, &content, &signature).map(Some)
}

/// The signature that lies beside a file.
///
/// # Errors
/// Where there is none, or it can't be read.
pub(super) fn signature_of(path: &Path) -> Result<Vec<u8>, ReleaseError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(SIGNATURE);
    files::read_if_there(Path::new(&beside))?.ok_or_else(|| ReleaseError::Unsigned { path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(key: &str) -> Process {
        Process::sealed(&["cloudkit"], &[(variables::TEST_RELEASE_KEY.name, key)])
    }

    /// A folder with a program that is signed as this.
    fn signed_as(comment: &str) -> (tempfile::TempDir, Process) {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let folder = tempfile::tempdir().unwrap();
        // Enough of a program to be read: the header of an ELF file for ARM.
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(64, 0);
        program[18] = 183;
        let signature = minisign::sign(None, &pair.sk, program.as_slice(), Some(comment), None).unwrap();
        std::fs::write(folder.path().join("cloudkit-agent-linux-arm64"), program).unwrap();
        std::fs::write(folder.path().join("cloudkit-agent-linux-arm64.minisig"), signature.to_string())
            .unwrap();
        (folder, sealed(&pair.pk.to_base64()))
    }

    fn found(folder: &tempfile::TempDir, process: &Process) -> Result<Option<AgentBinary>, ReleaseError> {
        in_folder(folder.path(), Architecture::Arm64, process)
    }

    #[test]
    fn what_was_released_is_taken() {
        let (folder, process) = signed_as(&released_as(Architecture::Arm64));
        let binary = found(&folder, &process).unwrap().unwrap();
        assert_eq!(binary.runs_on, RunsOn::Linux { architecture: Architecture::Arm64, glibc: None });
        assert!(in_folder(folder.path(), Architecture::X86_64, &process).unwrap().is_none());
    }

    #[test]
    fn an_older_release_and_one_for_another_architecture_are_refused() {
        for comment in ["cloudkit-agent-linux-arm64 0.0.9", "cloudkit-agent-linux-x86_64 0.1.0", ""] {
            let (folder, process) = signed_as(comment);
            let refused = found(&folder, &process);
            assert!(matches!(refused, Err(ReleaseError::AnotherRelease { .. })), "{refused:?}");
        }
    }

    #[test]
    fn another_key_a_changed_byte_and_a_missing_signature_are_refused() {
        let (folder, process) = signed_as(&released_as(Architecture::Arm64));
        let (_, stranger) = signed_as("");
        assert!(matches!(found(&folder, &stranger), Err(ReleaseError::NotTheRelease { .. })));
        let path = folder.path().join("cloudkit-agent-linux-arm64");
        let content = std::fs::read(&path).unwrap();
        std::fs::write(&path, &content[..63]).unwrap();
        assert!(matches!(found(&folder, &process), Err(ReleaseError::NotTheRelease { .. })));
        std::fs::remove_file(folder.path().join("cloudkit-agent-linux-arm64.minisig")).unwrap();
        assert!(matches!(found(&folder, &process), Err(ReleaseError::Unsigned { .. })));
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        let (folder, _) = signed_as("");
        assert!(matches!(found(&folder, &sealed("key")), Err(ReleaseError::NotAKey(_))));
    }
}
