//! The agent's program that lies beside the program that launches: the small one, which is what machines are to get.
//!
//! A build that knows a key of releases takes it by its signature alone, as everything that this computer did not build. A
//! build without one was made by whoever runs it: it takes the program that was made with it, which bears the same mark.
//! Who could put another one there could as well replace the program that launches.

use std::path::{Path, PathBuf};

use super::agent_binary::{AgentBinary, RunsOn};
use super::agent_release::{self, ReleaseError, ReleaseKey};
use crate::model::{Architecture, mark};
use crate::platform::Process;
use crate::platform::files::{self, FileError};

/// What cargo calls it; a release names the architecture as well.
const AS_BUILT: &str = "cloudkit-agent";

/// A program beside ours that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BesideError {
    /// It can't be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not what was released.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// It was not made with this program.
    #[error("{} was built from other sources than this cloudkit", path.display())]
    AnotherBuild {
        /// The program.
        path: PathBuf,
    },
}

/// The agent for an architecture beside a program; none where there is none.
///
/// # Errors
/// Where there is one, and it can't be used.
pub fn find(
    program: &Path,
    architecture: Architecture,
    process: &Process,
) -> Result<Option<AgentBinary>, BesideError> {
    let Some(folder) = program.parent() else { return Ok(None) };
    let mut refused = None;
    for name in [agent_release::file_name(architecture), AS_BUILT.to_owned()] {
        match judge(&folder.join(name), architecture, process) {
            Ok(None) => {}
            Ok(found) => return Ok(found),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    refused.map_or(Ok(None), Err)
}

fn judge(
    path: &Path,
    architecture: Architecture,
    process: &Process,
) -> Result<Option<AgentBinary>, BesideError> {
    let Some(content) = files::read_if_there(path)? else { return Ok(None) };
    let binary = AgentBinary::of(path, &content);
    match binary.runs_on {
        RunsOn::Linux { architecture: its, .. } if its == architecture => {}
        _ => return Ok(None),
    }
    match ReleaseKey::in_force(process) {
        Ok(key) => Ok(Some(key.judge(path, architecture, &content, &agent_release::signature_of(path)?)?)),
        Err(ReleaseError::NoKey) if mark::is_in(&content) => Ok(Some(binary)),
        Err(ReleaseError::NoKey) => Err(BesideError::AnotherBuild { path: path.to_owned() }),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::variables;

    /// The least that is a program for ARM.
    fn program() -> Vec<u8> {
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(64, 0);
        program[18] = 183;
        program
    }

    fn of_this_build() -> Vec<u8> {
        [program(), mark::MARK.as_bytes().to_vec()].concat()
    }

    /// What is found beside a program in a folder with these files.
    fn found(files: &[(&str, Vec<u8>)], process: &Process) -> Result<Option<String>, BesideError> {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        let found = find(&folder.path().join("cloudkit"), Architecture::Arm64, process)?;
        Ok(found.map(|binary| binary.path.file_name().unwrap().to_string_lossy().into_owned()))
    }

    fn without_key() -> Process {
        Process::sealed(&["cloudkit"], &[])
    }

    #[test]
    fn a_build_of_ones_own_takes_what_was_built_with_it() {
        let process = without_key();
        assert_eq!(found(&[], &process).unwrap(), None);
        let built = ("cloudkit-agent", of_this_build());
        assert_eq!(found(std::slice::from_ref(&built), &process).unwrap().as_deref(), Some("cloudkit-agent"));
        let other = ("cloudkit-agent-linux-arm64", program());
        let refused = found(std::slice::from_ref(&other), &process).unwrap_err().to_string();
        assert!(refused.ends_with("was built from other sources than this cloudkit"), "{refused}");
        assert_eq!(found(&[built, other], &process).unwrap().as_deref(), Some("cloudkit-agent"));
    }

    #[test]
    fn what_is_for_another_architecture_or_no_program_is_passed_over() {
        let mut other = of_this_build();
        other[18] = 62;
        let files = [("cloudkit-agent-linux-arm64", b"#!/bin/sh\n".to_vec()), ("cloudkit-agent", other)];
        assert_eq!(found(&files, &without_key()).unwrap(), None);
    }

    #[test]
    fn a_build_with_a_key_takes_what_that_has_signed_and_nothing_else() {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let process =
            Process::sealed(&["cloudkit"], &[(variables::TEST_RELEASE_KEY.name, &pair.pk.to_base64())]);
        let comment = concat!("cloudkit-agent-linux-arm64 ", env!("CARGO_PKG_VERSION"));
        let signed = |comment: &str| {
            let signature =
                minisign::sign(None, &pair.sk, program().as_slice(), Some(comment), None).unwrap();
            ("cloudkit-agent.minisig", signature.to_string().into_bytes())
        };
        let released = ("cloudkit-agent", program());
        let unsigned = found(&[("cloudkit-agent", of_this_build())], &process);
        assert!(matches!(unsigned, Err(BesideError::Release(ReleaseError::Unsigned { .. }))), "{unsigned:?}");
        let good = found(&[released.clone(), signed(comment)], &process).unwrap();
        assert_eq!(good.as_deref(), Some("cloudkit-agent"));
        let old = found(&[released, signed("cloudkit-agent-linux-arm64 0.0.9")], &process);
        assert!(matches!(old, Err(BesideError::Release(ReleaseError::AnotherRelease { .. }))), "{old:?}");
    }
}
