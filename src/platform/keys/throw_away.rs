//! A key for one connection: made, written where ssh can read it, and gone when it is dropped.
//!
//! The user's own keys are not touched.

use std::path::Path;

use tempfile::TempDir;

use super::make::{MakeKeyError, NewKey};
use crate::platform::files::FileError;

/// A key for one connection.
#[derive(Debug)]
pub struct ThrowAwayKey {
    /// Its folder, which is removed with it.
    _folder: TempDir,
    key: NewKey,
}

impl ThrowAwayKey {
    /// Makes a key that only its owner can read.
    ///
    /// # Errors
    /// Where there is no randomness, or no place to write it to.
    pub async fn make(owner: Option<&str>) -> Result<Self, MakeKeyError> {
        let folder = tempfile::Builder::new().prefix("cloudkit-key-").tempdir();
        let folder = folder.map_err(|source| FileError {
            action: "make a folder for a key in",
            path: tempfile::env::temp_dir(),
            source,
        })?;
        let key = NewKey::in_home(folder.path(), "cloudkit")?;
        key.write(owner).await?;
        Ok(Self { _folder: folder, key })
    }

    /// The private half's file.
    #[must_use]
    pub fn identity(&self) -> &Path {
        &self.key.public.identity
    }

    /// The line that `authorized_keys` takes.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.key.public.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_key_is_there_until_it_is_dropped() {
        let key = ThrowAwayKey::make(None).await.unwrap();
        let path = key.identity().to_owned();
        let private = ssh_key::PrivateKey::from_openssh(std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(private.public_key().to_openssh().unwrap(), key.public());
        drop(key);
        assert!(!path.exists());
    }
}
