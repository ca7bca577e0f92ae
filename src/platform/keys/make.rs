//! A new SSH key where the user has none.
//!
//! It is made in memory and written only when a launch goes ahead; a file that is there is never written over.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, LineEnding, PrivateKey};

use super::PublicKey;
use crate::platform::files::FileError;

/// A key that is not written yet.
#[derive(Debug)]
pub struct NewKey {
    private: PrivateKey,
    /// Where it goes, and its public half.
    pub public: PublicKey,
}

/// There is no new key.
#[derive(Debug, thiserror::Error)]
pub enum MakeKeyError {
    /// It can't be made or written down.
    #[error("cannot make an SSH key")]
    Key(#[from] ssh_key::Error),
    /// Its file can't be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its file could not be made its owner's alone.
    #[error("cannot keep {} from others", path.display())]
    Access {
        /// The file, which has been removed again.
        path: PathBuf,
        /// Why not.
        source: crate::platform::command::CommandError,
    },
}

impl NewKey {
    /// A new key for the usual place below a home directory.
    ///
    /// # Errors
    /// Where the system gives no randomness.
    pub fn in_home(home: &Path, comment: &str) -> Result<Self, MakeKeyError> {
        let mut private = PrivateKey::random(&mut OsRng, Algorithm::Ed25519)?;
        private.set_comment(comment);
        let identity = home.join(".ssh").join("id_ed25519");
        let mut path = identity.clone();
        path.as_mut_os_string().push(".pub");
        let line = private.public_key().to_openssh()?;
        Ok(Self { private, public: PublicKey { path, identity, line } })
    }

    /// Writes both halves, the private one for its owner alone.
    ///
    /// # Errors
    /// Where a file is there already or can't be written; neither is left then.
    pub async fn write(&self, owner: Option<&str>) -> Result<(), MakeKeyError> {
        let PublicKey { path, identity, line } = &self.public;
        make_folder(identity.parent().unwrap_or(Path::new(".")))
            .map_err(failed("make the folder of", identity))?;
        let private = self.private.to_openssh(LineEnding::LF)?;
        let mut file = new_file(identity, 0o600).map_err(failed("write", identity))?;
        let written = async {
            for_owner_alone(identity, owner).await?;
            write_all(&mut file, private.as_bytes()).map_err(failed("write", identity))?;
            let mut public = new_file(path, 0o644).map_err(failed("write", path))?;
            write_all(&mut public, format!("{line}\n").as_bytes()).map_err(failed("write", path))?;
            Ok(())
        };
        let outcome = written.await;
        if outcome.is_err() {
            // Half a key is worse than none; what went wrong before says more than what goes wrong here.
            let _ = std::fs::remove_file(identity);
        }
        outcome
    }
}

fn write_all(file: &mut File, content: &[u8]) -> std::io::Result<()> {
    file.write_all(content)?;
    file.sync_all()
}

fn failed<'p>(action: &'static str, path: &'p Path) -> impl FnOnce(std::io::Error) -> FileError + 'p {
    move |source| FileError { action, path: path.to_owned(), source }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(unix)]
fn new_file(path: &Path, mode: u32) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)
}

#[cfg(not(unix))]
fn new_file(path: &Path, _mode: u32) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

#[cfg(unix)]
#[expect(clippy::unused_async, reason = "on Windows a program does it")]
async fn for_owner_alone(_path: &Path, _owner: Option<&str>) -> Result<(), MakeKeyError> {
    // The mode was given as the file was made.
    Ok(())
}

/// Takes what the folder would let others do away, and lets the owner alone in.
#[cfg(not(unix))]
async fn for_owner_alone(path: &Path, owner: Option<&str>) -> Result<(), MakeKeyError> {
    let file = path.to_string_lossy();
    let grant = format!("{}:F", owner.unwrap_or("*S-1-3-4"));
    let arguments = [&*file, "/inheritance:r", "/grant:r", &grant];
    let limit = std::time::Duration::from_secs(10);
    let outcome = crate::platform::command::run("icacls", &arguments, "", limit).await;
    outcome.map_err(|source| MakeKeyError::Access { path: path.to_owned(), source })
}
