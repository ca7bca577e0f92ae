//! The bundle: what machines fetch of an app folder, as one archive that is named by its SHA-256.
//!
//! A tar.zst with `deployment.json` first and then, sorted, the content of each file that the deployment names. The same folder
//! gives the same bytes: no times, owners, host paths or other modes than "can be run" and "can't". It is written to a
//! file as a stream, so its size does not matter. Sending it, and what a machine makes of it, is not known here.

pub mod changes;
mod content;
pub mod layout;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::{Deployment, FolderPath, MachinePath};

/// Balanced for bundles of gigabytes; the bytes of a bundle, and so its name, hang on it.
const LEVEL: i32 = 6;

/// What of an app folder is in its bundle, or why there can be none.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Something that can't be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A name that a machine could not be told.
    #[error("{} has a name that cannot be bundled: it must be UTF-8, without control characters and backslashes", path.display())]
    Name {
        /// Where.
        path: PathBuf,
    },
    /// A device, a pipe or a socket.
    #[error("{} is neither a file nor a folder nor a link", path.display())]
    Kind {
        /// Where.
        path: PathBuf,
    },
    /// A folder where a file was named.
    #[error("{} is a folder, and {what} is a file", path.display())]
    Folder {
        /// Where.
        path: PathBuf,
        /// What was named.
        what: &'static str,
    },
    /// A symbolic link out of what it may point into.
    #[error("the link {} leads out of {}: {}", path.display(), bounds.display(), target.display())]
    LeadsOut {
        /// The link.
        path: PathBuf,
        /// What it says.
        target: PathBuf,
        /// What it has to stay in.
        bounds: PathBuf,
    },
    /// Links that are followed without end.
    #[error("the link {} leads to a folder that it is in", path.display())]
    Endless {
        /// The link.
        path: PathBuf,
    },
    /// A rule of `exclude` that is none.
    #[error("the upload {upload} excludes {rule:?}, which is no rule of a .gitignore")]
    Rule {
        /// The upload.
        upload: FolderPath,
        /// The rule.
        rule: String,
        /// What is wrong with it.
        source: ignore::Error,
    },
    /// A secret's source: the bundle lies open in the bucket.
    #[error("{path} is the source of a secret, and a bundle must hold none")]
    Secret {
        /// Where.
        path: FolderPath,
    },
    /// A file that was written to meanwhile.
    #[error("{} changed while it was read", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// The bundle itself can't be written.
    #[error("cannot write the bundle")]
    Write(#[source] io::Error),
}

/// A member of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its path in the bundle.
    pub path: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: EntryKind,
    /// The bytes of its content; nothing for folders and links.
    pub size_bytes: u64,
    /// Its mode in the bundle: 0755 for folders and for what can be run, else 0644.
    pub mode: String,
    /// Where it goes on the machine; none for what is not placed as it is, such as scripts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<MachinePath>,
    /// Where it is here; none for what is not a file.
    #[serde(skip)]
    source: Option<PathBuf>,
}

impl Entry {
    fn is_from(&self, file: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().ok();
        self.source.as_deref().is_some_and(|source| real(file).is_some_and(|it| real(source) == Some(it)))
    }
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link.
    Link {
        /// What it says.
        target: String,
    },
}

/// A bundle that was written: a temporary file that goes with this value unless it is kept.
#[derive(Debug)]
pub struct Bundle {
    /// The SHA-256 of its bytes in lower-case hexadecimal digits: its name.
    pub sha256: String,
    /// How large it is.
    pub bytes: u64,
    /// What is in it, behind `deployment.json`.
    pub entries: Vec<Entry>,
    file: NamedTempFile,
}

impl Bundle {
    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Moves it to where it stays. It has to be on the file system that it was written to.
    ///
    /// # Errors
    /// Where it can't be moved.
    pub fn keep(self, path: &Path) -> Result<(), BundleError> {
        self.file.persist(path).map_err(|error| BundleError::Write(error.error))?;
        Ok(())
    }
}

/// What the bundle of a deployment holds, sorted by its paths. `withheld` are the places that secrets are read from.
///
/// # Errors
/// Where something that is named is not there or can't be in a bundle.
pub fn list(
    folder: &Path,
    deployment: &Deployment,
    withheld: &[FolderPath],
) -> Result<Vec<Entry>, BundleError> {
    content::Collector::new(folder, withheld)?.collect(deployment)
}

/// Whether a file at this place, there or not yet, is one of those that the bundle holds.
///
/// # Errors
/// As for [`list`].
pub fn would_hold(
    folder: &Path,
    deployment: &Deployment,
    withheld: &[FolderPath],
    file: &Path,
) -> Result<bool, BundleError> {
    let is_there = list(folder, deployment, withheld)?.iter().any(|entry| entry.is_from(file));
    Ok(is_there || content::has_room_for(folder, deployment, file)?)
}

/// Writes the bundle of a deployment to a temporary file in `into`.
///
/// # Errors
/// As for [`list`], and where it can't be written.
pub fn write(
    folder: &Path,
    deployment: &Deployment,
    withheld: &[FolderPath],
    into: &Path,
) -> Result<Bundle, BundleError> {
    let entries = list(folder, deployment, withheld)?;
    let file = tempfile::Builder::new().prefix(".cloudkit-bundle-").tempfile_in(into);
    let mut file = file.map_err(BundleError::Write)?;
    let (sha256, bytes) = stream(file.as_file_mut(), deployment, &entries)?;
    file.as_file().sync_all().map_err(BundleError::Write)?;
    Ok(Bundle { sha256, bytes, entries, file })
}

/// Writes all of it; hands back the SHA-256 and the size of what was written.
fn stream(file: &mut File, deployment: &Deployment, entries: &[Entry]) -> Result<(String, u64), BundleError> {
    let hashing = Hashing { inner: BufWriter::new(file), hash: Sha256::new(), bytes: 0 };
    let compressor = zstd::Encoder::new(hashing, LEVEL).map_err(BundleError::Write)?;
    let mut archive = tar::Builder::new(compressor);
    let document = serde_json::to_vec_pretty(deployment).map_err(|error| BundleError::Write(error.into()))?;
    let header = header(tar::EntryType::Regular, document.len() as u64, 0o644);
    append(&mut archive, header, layout::DEPLOYMENT, document.as_slice())?;
    for entry in entries {
        add(&mut archive, entry)?;
    }
    let compressor = archive.into_inner().map_err(BundleError::Write)?;
    let mut hashing = compressor.finish().map_err(BundleError::Write)?;
    hashing.flush().map_err(BundleError::Write)?;
    Ok((hexadecimal(&hashing.hash.finalize()), hashing.bytes))
}

fn add(archive: &mut tar::Builder<impl Write>, entry: &Entry) -> Result<(), BundleError> {
    match &entry.kind {
        EntryKind::Folder => {
            append(archive, header(tar::EntryType::Directory, 0, 0o755), &entry.path, io::empty())
        }
        EntryKind::Link { target } => archive
            .append_link(&mut header(tar::EntryType::Symlink, 0, 0o777), &entry.path, target)
            .map_err(BundleError::Write),
        EntryKind::File => {
            let path = entry.source.clone().unwrap_or_default();
            let read = |source| BundleError::Read { path: path.clone(), source };
            let mode = if entry.mode == content::RUNNABLE { 0o755 } else { 0o644 };
            let mut file = File::open(&path).map_err(read)?;
            let mut content = Exactly { inner: (&mut file).take(entry.size_bytes), bytes: 0 };
            append(
                archive,
                header(tar::EntryType::Regular, entry.size_bytes, mode),
                &entry.path,
                &mut content,
            )?;
            let is_whole = content.bytes == entry.size_bytes;
            let is_longer = file.read(&mut [0]).map_err(read)? > 0;
            if is_whole && !is_longer { Ok(()) } else { Err(BundleError::Changed { path }) }
        }
    }
}

fn append(
    archive: &mut tar::Builder<impl Write>,
    mut header: tar::Header,
    path: &str,
    content: impl Read,
) -> Result<(), BundleError> {
    archive.append_data(&mut header, path, content).map_err(BundleError::Write)
}

/// Time 0, owner 0: what a machine sets is said by the deployment.
fn header(kind: tar::EntryType, size: u64, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(mode);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// Counts what is read, so that a file that is cut short meanwhile is seen: the archive would take what comes.
struct Exactly<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

/// Hashes and counts what is written.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
