//! The user's own SSH keys: the files, the agent, and a new one where there is none.
//!
//! Only public halves travel to a machine. A private file is read for nothing but its public half.

#[cfg(feature = "net")]
pub mod agent;
#[cfg(feature = "net")]
pub mod make;
mod private;
#[cfg(test)]
mod tests;
#[cfg(feature = "net")]
pub mod throw_away;

use std::path::{Path, PathBuf};

use base64::Engine as _;

use super::files::{self, FileError};
use private::PublicHalf;

/// The usual names, the better key first.
const USUAL_NAMES: [&str; 5] = ["id_ed25519", "id_ecdsa", "id_ed25519_sk", "id_ecdsa_sk", "id_rsa"];

/// A public key and the file of its private half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The file it was read from.
    pub path: PathBuf,
    /// Where its private half is, or would be.
    pub identity: PathBuf,
    /// The line that `authorized_keys` takes.
    pub line: String,
}

/// There is no usable public key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is not there.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{} is not an SSH public key", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// There is a private key alone, and its public half can't be read from it.
    #[error("{} has no public half beside it, and it {why}", path.display())]
    PublicHalfUnknown {
        /// The private key.
        path: PathBuf,
        /// Why it can't be read.
        why: &'static str,
    },
    /// The public key is not that of the private key beside it.
    #[error("{} is not the public half of {}", path.display(), identity.display())]
    Mismatch {
        /// The public key.
        path: PathBuf,
        /// The private key.
        identity: PathBuf,
    },
    /// The file can't be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl KeyError {
    /// What to type next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::PublicHalfUnknown { path: identity, .. } | Self::Mismatch { identity, .. } => {
                let file = identity.display();
                Some(format!("write the public half anew: ssh-keygen -y -f {file} > {file}.pub"))
            }
            Self::Missing { .. } | Self::NotAKey { .. } | Self::File(_) => None,
        }
    }
}

/// The first of the usual keys below a home directory; none where none is there.
///
/// # Errors
/// Where the first one that is there can't be used; what comes after it is used before that is an error.
pub fn usual_public_key(home: &Path) -> Result<Option<PublicKey>, KeyError> {
    let folder = home.join(".ssh");
    let mut unusable = None;
    for name in USUAL_NAMES {
        match read_public_key(&folder.join(name)) {
            Ok(key) => return Ok(Some(key)),
            Err(KeyError::Missing { .. }) => {}
            Err(error @ KeyError::PublicHalfUnknown { .. }) => unusable = unusable.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    unusable.map_or(Ok(None), Err)
}

/// The public key that a file names: the file itself, the `.pub` beside it, or the public half of the private key in it.
///
/// # Errors
/// Where there is no such file, it is no key, or the public key is not that of the private key beside it.
pub fn read_public_key(named: &Path) -> Result<PublicKey, KeyError> {
    let (path, identity) = both_halves(named);
    let public = files::read_if_there(&path)?;
    let private = if identity == path { None } else { files::read_if_there(&identity)? };
    match (public, private) {
        (None, None) => Err(KeyError::Missing { path: named.to_owned() }),
        (Some(public), None) => Ok(PublicKey { line: line_in(&public, &path)?, path, identity }),
        (Some(public), Some(private)) => {
            let line = line_in(&public, &path)?;
            match private::public_half(&private) {
                PublicHalf::Line(its) if !is_same_key(&its, &line) => {
                    Err(KeyError::Mismatch { path, identity })
                }
                _ => Ok(PublicKey { path, identity, line }),
            }
        }
        (None, Some(private)) => match private::public_half(&private) {
            PublicHalf::Line(line) => Ok(PublicKey { path: identity.clone(), identity, line }),
            PublicHalf::Unknown(why) => Err(KeyError::PublicHalfUnknown { path: identity, why }),
            PublicHalf::NotAKey => {
                let line = line_in(&private, &identity)?;
                Ok(PublicKey { path: identity.clone(), identity, line })
            }
        },
    }
}

/// Every key below a home directory of which both the private file and the public line are known.
#[must_use]
pub fn own_keys(home: &Path) -> Vec<PublicKey> {
    let Ok(files) = std::fs::read_dir(home.join(".ssh")) else { return Vec::new() };
    let mut names: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    names.sort_unstable();
    let private = |path: &PathBuf| path.extension().is_none_or(|extension| extension != "pub");
    names.into_iter().filter(private).filter_map(|path| read_public_key(&path).ok()).collect()
}

/// Whether a key is one that ssh tries by itself.
#[must_use]
pub fn is_usual(home: &Path, identity: &Path) -> bool {
    USUAL_NAMES.iter().any(|name| identity == home.join(".ssh").join(name))
}

/// Whether two lines are of the same key, whatever their comments.
#[must_use]
pub fn is_same_key(one: &str, other: &str) -> bool {
    let key = |line: &str| line.split(' ').nth(1).map(str::to_owned);
    key(one).is_some() && key(one) == key(other)
}

/// The files of the public and of the private half.
fn both_halves(named: &Path) -> (PathBuf, PathBuf) {
    if named.extension().is_some_and(|extension| extension == "pub") {
        return (named.to_owned(), named.with_extension(""));
    }
    let mut public = named.to_owned();
    public.as_mut_os_string().push(".pub");
    (public, named.to_owned())
}

fn line_in(content: &[u8], path: &Path) -> Result<String, KeyError> {
    let line = String::from_utf8_lossy(content).trim().to_owned();
    if is_public_key(&line) { Ok(line) } else { Err(KeyError::NotAKey { path: path.to_owned() }) }
}

/// `TYPE BASE64 [COMMENT]` on one line, and the type is the one that the key itself says.
fn is_public_key(line: &str) -> bool {
    let mut words = line.split(' ');
    let (Some(kind), Some(key)) = (words.next(), words.next()) else { return false };
    let known = kind.starts_with("ssh-") || kind.starts_with("ecdsa-sha2-") || kind.starts_with("sk-");
    let certificate = kind.contains("-cert-");
    let decoded = base64::engine::general_purpose::STANDARD.decode(key).unwrap_or_default();
    let says = private::first_string(&decoded) == Some(kind.as_bytes());
    known && !certificate && says && !line.chars().any(char::is_control)
}
