//! Archives of others, unpacked into a folder of one's own: nothing of them gets out of it.
//!
//! What compressed them is told by their first bytes. The folder has to be new and nobody else's, so that nobody puts a
//! link into it meanwhile. Where its content goes from there, and whose it becomes, is not decided here: owners are dropped.

mod compression;
mod links;
mod member;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use member::{Extensions, Name};

/// How much an archive may come to.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes, of the archive itself once it is not compressed any more.
    pub bytes: u64,
    /// Members.
    pub members: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 64 << 30, members: 2_000_000 }
    }
}

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unpacked {
    /// Members.
    pub members: u64,
    /// Those of whose mode the bits setuid, setgid or sticky were dropped; only the first few are named.
    pub dropped_bits: Vec<String>,
}

/// How many members are named in what is said.
const NAMED: usize = 5;

/// An archive that is not unpacked any further.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// Its first bytes are of nothing that is known here.
    #[error("it is no tar archive, plain or compressed by gzip, bzip2, xz or zstd")]
    NoArchive,
    /// It is cut off or damaged.
    #[error("the archive cannot be read")]
    Read(#[source] io::Error),
    /// It can't be written here.
    #[error("cannot write {}", path.display())]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A member that would not stay in the folder, or is of a kind that is not taken.
    #[error("the member {member:?} {problem}")]
    Refused {
        /// Which.
        member: String,
        /// What is the matter with it.
        problem: &'static str,
    },
    /// More than it may come to.
    #[error("it unpacks to more than {limit} {what}")]
    TooLarge {
        /// How many.
        limit: u64,
        /// Of what.
        what: &'static str,
    },
}

impl UnpackError {
    pub(super) fn refused(name: impl AsRef<[u8]>, problem: &'static str) -> Self {
        Self::Refused { member: String::from_utf8_lossy(name.as_ref()).into_owned(), problem }
    }
}

/// Unpacks an archive into a folder that is empty and belongs to this process.
///
/// # Errors
/// At the first member that is refused, and where anything can't be read or written. What was unpacked until then stays.
pub fn unpack(archive: File, into: &Path, limits: Limits) -> Result<Unpacked, UnpackError> {
    unpack_stream(compression::opened(archive)?, into, limits)
}

fn unpack_stream(plain: impl Read, into: &Path, limits: Limits) -> Result<Unpacked, UnpackError> {
    let mut bounded = Bounded { inner: plain, left: limits.bytes, is_over: false };
    let mut unpacking = Unpacking { into, links: BTreeMap::new(), done: Unpacked::default() };
    let result = unpacking.read(&mut bounded, limits);
    if bounded.is_over {
        return Err(UnpackError::TooLarge { limit: limits.bytes, what: "bytes" });
    }
    result?;
    links::make(into, &unpacking.links)?;
    Ok(unpacking.done)
}

struct Unpacking<'i> {
    into: &'i Path,
    /// Made when all else is there, so that nothing is ever written through one.
    links: BTreeMap<Name, Vec<u8>>,
    done: Unpacked,
}

impl Unpacking<'_> {
    fn read(&mut self, plain: &mut impl Read, limits: Limits) -> Result<(), UnpackError> {
        let mut archive = tar::Archive::new(plain);
        let mut extensions = Extensions::default();
        let mut headers = 0_u64;
        // Raw, since otherwise names of any length are read into memory before they can be looked at.
        for entry in archive.entries().map_err(UnpackError::Read)?.raw(true) {
            let mut entry = entry.map_err(UnpackError::Read)?;
            headers += 1;
            if headers > limits.members.saturating_mul(3) || self.done.members >= limits.members {
                return Err(UnpackError::TooLarge { limit: limits.members, what: "members" });
            }
            if extensions.take(&mut entry)? {
                continue;
            }
            let known = std::mem::take(&mut extensions);
            self.member(&mut entry, &known)?;
            self.done.members += 1;
        }
        // To the very end, where the compressor's own checks are.
        io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(UnpackError::Read)?;
        Ok(())
    }

    fn member(
        &mut self,
        entry: &mut tar::Entry<'_, impl Read>,
        known: &Extensions,
    ) -> Result<(), UnpackError> {
        let written = known.path(entry);
        let name = Name::of(&written)?;
        let kind = entry.header().entry_type();
        if name.is_root() {
            let is_folder = kind == tar::EntryType::Directory;
            return if is_folder { Ok(()) } else { Err(UnpackError::refused(written, "has no name")) };
        }
        match kind {
            tar::EntryType::Directory => self.folder(&name, self.mode(entry)?),
            tar::EntryType::Regular | tar::EntryType::Continuous => self.file(entry, &name),
            tar::EntryType::Symlink => {
                self.make_way(&name)?;
                self.links.insert(name, known.link(entry));
                Ok(())
            }
            tar::EntryType::Link => self.hard_link(&name, &known.link(entry)),
            tar::EntryType::GNUSparse => {
                Err(UnpackError::refused(written, "is a sparse file: make the archive without --sparse"))
            }
            tar::EntryType::Block | tar::EntryType::Char | tar::EntryType::Fifo => {
                Err(UnpackError::refused(written, "is a device or a pipe"))
            }
            _ => Err(UnpackError::refused(written, "is neither a file nor a folder nor a link")),
        }
    }

    /// The permissions; whoever unpacks as root must not make a stranger's file run as root.
    fn mode(&self, entry: &tar::Entry<'_, impl Read>) -> Result<u32, UnpackError> {
        entry.header().mode().map_err(UnpackError::Read)
    }

    fn note_dropped(&mut self, name: &Name, mode: u32) {
        if mode & 0o7000 != 0 && self.done.dropped_bits.len() < NAMED {
            self.done.dropped_bits.push(name.to_string());
        }
    }

    fn folder(&mut self, name: &Name, mode: u32) -> Result<(), UnpackError> {
        let path = name.below(self.into);
        self.refuse_link(name)?;
        make_folders(&path, name)?;
        // The bits of folders are no danger, and common.
        fs::set_permissions(&path, Permissions::from_mode(mode & 0o777 | 0o700)).map_err(cannot_write(&path))
    }

    fn file(&mut self, entry: &mut tar::Entry<'_, impl Read>, name: &Name) -> Result<(), UnpackError> {
        let mode = self.mode(entry)?;
        self.note_dropped(name, mode);
        let path = self.make_way(name)?;
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(cannot_write(&path))?;
        let size = entry.header().entry_size().map_err(UnpackError::Read)?;
        let copied = copy(entry, &mut file, &path)?;
        if copied != size {
            return Err(UnpackError::Read(io::ErrorKind::UnexpectedEof.into()));
        }
        file.set_permissions(Permissions::from_mode(mode & 0o777)).map_err(cannot_write(&path))
    }

    /// Only to a file of this archive that is there by now.
    fn hard_link(&mut self, name: &Name, target: &[u8]) -> Result<(), UnpackError> {
        let to = Name::of(target)?;
        let path = self.make_way(name)?;
        let there = to.below(self.into);
        let is_file = fs::symlink_metadata(&there).is_ok_and(|found| found.is_file());
        if !is_file || to.is_root() {
            return Err(UnpackError::refused(
                name.to_string(),
                "is a hard link to no earlier file of the archive",
            ));
        }
        fs::hard_link(&there, &path).map_err(cannot_write(&path))?;
        Ok(())
    }

    /// Makes the folders above a member, and removes the file that an earlier one of its name was.
    fn make_way(&mut self, name: &Name) -> Result<PathBuf, UnpackError> {
        let path = name.below(self.into);
        self.refuse_link(name)?;
        if let Some(above) = path.parent() {
            make_folders(above, name)?;
        }
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {
                Err(UnpackError::refused(name.to_string(), "is a folder and something else as well"))
            }
            Ok(_) => fs::remove_file(&path).map_err(cannot_write(&path)).map(|()| path),
            Err(_) => Ok(path),
        }
    }

    /// Something below what is a link in this archive would be written through it. A later member may take a link's place.
    fn refuse_link(&mut self, name: &Name) -> Result<(), UnpackError> {
        if name.above().any(|above| self.links.contains_key(&above)) {
            return Err(UnpackError::refused(name.to_string(), "is below a link of the archive"));
        }
        self.links.remove(name);
        Ok(())
    }
}

fn make_folders(path: &Path, name: &Name) -> Result<(), UnpackError> {
    fs::create_dir_all(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
            UnpackError::refused(name.to_string(), "is below a file of the archive")
        }
        _ => UnpackError::Write { path: path.to_owned(), source },
    })
}

fn copy(from: &mut impl Read, to: &mut File, path: &Path) -> Result<u64, UnpackError> {
    let mut buffer = vec![0; 128 * 1024];
    let mut copied = 0;
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(UnpackError::Read(error)),
        };
        io::Write::write_all(to, &buffer[..read]).map_err(cannot_write(path))?;
        copied += read as u64;
    }
}

fn cannot_write(path: &Path) -> impl FnOnce(io::Error) -> UnpackError {
    let path = path.to_owned();
    move |source| UnpackError::Write { path, source }
}

/// Gives so many bytes and no more: what unpacks to far more than it is must not fill the disk.
struct Bounded<R> {
    inner: R,
    left: u64,
    is_over: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left.saturating_add(1)).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.inner.read(&mut buffer[..most])?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.is_over = true;
                return Err(io::Error::other("more than it may come to"));
            }
        }
        Ok(read)
    }
}
