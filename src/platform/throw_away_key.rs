//! A key for one connection: made, written where ssh can read it, and gone when it is dropped.
//!
//! The user's own keys are in [`keys`](super::keys).

use std::path::{Path, PathBuf};

use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, LineEnding, PrivateKey};
use tempfile::TempDir;

use super::files::{self, Access, FileError};

/// A key for one connection.
#[derive(Debug)]
pub struct ThrowAwayKey {
    /// Its folder, which is removed with it.
    _folder: TempDir,
    path: PathBuf,
    public: String,
}

/// There is no such key.
#[derive(Debug, thiserror::Error)]
pub enum ThrowAwayKeyError {
    /// It can't be made.
    #[error("a key for this connection cannot be made")]
    Make(#[from] ssh_key::Error),
    /// There is no place for it.
    #[error("there is no folder for the key of this connection")]
    Folder(#[source] std::io::Error),
    /// It can't be written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl ThrowAwayKey {
    /// Makes a key that only its owner can read.
    ///
    /// # Errors
    /// Where there is no randomness, or no place to write it to.
    pub fn make() -> Result<Self, ThrowAwayKeyError> {
        let key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519)?;
        let folder = tempfile::Builder::new().prefix("cloudkit-key-").tempdir();
        let folder = folder.map_err(ThrowAwayKeyError::Folder)?;
        let path = folder.path().join("id_ed25519");
        files::replace(&path, key.to_openssh(LineEnding::LF)?.as_bytes(), Access::Private)?;
        Ok(Self { public: key.public_key().to_openssh()?, _folder: folder, path })
    }

    /// The private half's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line that `authorized_keys` takes.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_there_until_it_is_dropped() {
        let key = ThrowAwayKey::make().unwrap();
        let path = key.path().to_owned();
        let private = PrivateKey::from_openssh(std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(private.public_key().to_openssh().unwrap(), key.public());
        drop(key);
        assert!(!path.exists());
    }
}
