//! The user's own SSH public keys.
//!
//! Only the public halves are ever read; they are what travels to a new machine.

use std::path::{Path, PathBuf};

use super::files::{self, FileError};

/// The usual names, the better key first.
const USUAL_NAMES: [&str; 4] = ["id_ed25519.pub", "id_ecdsa.pub", "id_ed25519_sk.pub", "id_rsa.pub"];

/// A public key and the file it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The file it was read from.
    pub path: PathBuf,
    /// The line that `authorized_keys` takes.
    pub line: String,
}

/// There is no usable public key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// None of the usual files is there.
    #[error("no SSH public key in {}", folder.display())]
    None {
        /// The folder that was looked in.
        folder: PathBuf,
    },
    /// The file is not there.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else, a private key perhaps.
    #[error("{} is not an SSH public key", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The first of the usual public keys below a home directory.
///
/// # Errors
/// Where there is none, or the first one there is not a public key.
pub fn usual_public_key(home: &Path) -> Result<PublicKey, KeyError> {
    let folder = home.join(".ssh");
    for name in USUAL_NAMES {
        match read_public_key(&folder.join(name)) {
            Err(KeyError::Missing { .. }) => {}
            found => return found,
        }
    }
    Err(KeyError::None { folder })
}

/// The public key in a file; the path of a private key finds the `.pub` beside it.
///
/// # Errors
/// Where the file is not there, can't be read or is not one public key.
pub fn read_public_key(path: &Path) -> Result<PublicKey, KeyError> {
    let mut path = path.to_owned();
    if path.extension().is_none_or(|extension| extension != "pub") {
        path.as_mut_os_string().push(".pub");
    }
    let content = files::read_if_there(&path)?.ok_or_else(|| KeyError::Missing { path: path.clone() })?;
    let line = String::from_utf8(content).unwrap_or_default().trim().to_owned();
    if is_public_key(&line) { Ok(PublicKey { path, line }) } else { Err(KeyError::NotAKey { path }) }
}

/// `TYPE BASE64 [COMMENT]` on one line, the type one that OpenSSH has.
fn is_public_key(line: &str) -> bool {
    let mut words = line.split(' ');
    let known = words.next().is_some_and(|kind| {
        kind.starts_with("ssh-") || kind.starts_with("ecdsa-sha2-") || kind.starts_with("sk-")
    });
    let base64 = |text: &str| {
        text.len() >= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
    };
    known && words.next().is_some_and(base64) && !line.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED25519: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAM somebody";

    #[test]
    fn the_better_of_the_usual_keys_is_found() {
        let home = tempfile::tempdir().unwrap();
        assert!(matches!(usual_public_key(home.path()), Err(KeyError::None { .. })));
        let folder = home.path().join(".ssh");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("id_rsa.pub"), ED25519.replace("ssh-ed25519", "ssh-rsa")).unwrap();
        std::fs::write(folder.join("id_ed25519.pub"), format!("{ED25519}\n")).unwrap();
        assert_eq!(usual_public_key(home.path()).unwrap().line, ED25519);
        assert_eq!(read_public_key(&folder.join("id_ed25519")).unwrap().line, ED25519);
    }

    #[test]
    fn a_private_key_is_never_taken_for_a_public_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.pub");
        std::fs::write(&path, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNza\n").unwrap();
        assert!(matches!(read_public_key(&path), Err(KeyError::NotAKey { .. })));
        std::fs::write(&path, format!("{ED25519}\n{ED25519}")).unwrap();
        assert!(matches!(read_public_key(&path), Err(KeyError::NotAKey { .. })));
    }
}
