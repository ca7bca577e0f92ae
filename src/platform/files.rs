//! Files that are never half written.
//!
//! A file is written under a temporary name beside its place, flushed to the disk and renamed. What is in the files is
//! not known here.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file or folder that could not be read or written: which, and why.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    /// What was tried, to follow "cannot".
    pub action: &'static str,
    /// On which path.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its owner alone (0600 on Unix).
    Private,
    /// Everybody (0644 on Unix).
    Public,
    /// Everybody, who may also run it (0755 on Unix).
    Program,
}

/// Puts `content` at `path` whole or not at all, making the folders above it.
///
/// # Errors
/// Where a folder can't be made or the file can't be written, flushed or renamed; the file is then as it was.
pub fn replace(path: &Path, content: &[u8], access: Access) -> Result<(), FileError> {
    let fail = |action| move |source| FileError { action, path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(fail("make the folder of"))?;
    let mut file = tempfile_in(folder, access).map_err(fail("write"))?;
    file.write_all(content).map_err(fail("write"))?;
    file.as_file().sync_all().map_err(fail("write"))?;
    file.persist(path).map_err(|error| fail("write")(error.error))?;
    Ok(())
}

/// Changes a file by what it holds, which is nothing where it is not there. Who else changes it so, in whichever process, waits
/// meanwhile; what is to stay as it is is not written.
///
/// # Errors
/// Where it can't be locked, read or replaced; it is then as it was.
pub fn change(path: &Path, access: Access, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<(), FileError> {
    let _alone = lock_beside(path)?;
    let before = read_if_there(path)?.unwrap_or_default();
    let after = change(&before);
    if after == before { Ok(()) } else { replace(path, &after, access) }
}

/// A lock that is held until the file is closed. It has a place of its own, since what it is for is replaced.
fn lock_beside(path: &Path) -> Result<std::fs::File, FileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let beside = path.with_file_name(name);
    let fail = |source| FileError { action: "lock", path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(false).open(&beside);
    let file = file.map_err(fail)?;
    match file.lock() {
        // Some file systems have no locks: there it is as it would be without.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(fail(error)),
        _ => Ok(file),
    }
}

/// Puts `content` into a new file at `path`, whole or not at all; one that has this content already is as good.
///
/// # Errors
/// Where there is another file, also one that came meanwhile, or it can't be written.
pub fn create(path: &Path, content: &[u8], access: Access) -> Result<(), FileError> {
    let fail = |source| FileError { action: "write", path: path.to_owned(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::metadata(folder).map_err(fail)?;
    let mut file = tempfile_in(folder, access).map_err(fail)?;
    file.write_all(content).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(_) if std::fs::read(path).is_ok_and(|there| there == content) => Ok(()),
        Err(error) => Err(fail(error.error)),
    }
}

/// Makes a folder and those above it; one that is there is as good.
///
/// # Errors
/// Where it can't be made, also since there is something else.
pub fn make_folder(path: &Path) -> Result<(), FileError> {
    std::fs::create_dir_all(path).map_err(|source| FileError {
        action: "make",
        path: path.to_owned(),
        source,
    })
}

/// Makes a folder that its owner alone may enter. What is there already and is no folder, or somebody else's, gives way: in
/// a folder that others may make files in, anybody may have put it there.
///
/// # Errors
/// Where it can't be made, also since somebody puts something there all the time.
pub fn make_private_folder(path: &Path) -> Result<(), FileError> {
    let fail = |source| FileError { action: "make", path: path.to_owned(), source };
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).map_err(fail)?;
    }
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() && !is_of_a_stranger(path) => {}
        Ok(there) if there.is_dir() => {
            std::fs::remove_dir_all(path).map_err(fail)?;
            std::fs::create_dir(path).map_err(fail)?;
        }
        Ok(_) => {
            std::fs::remove_file(path).map_err(fail)?;
            std::fs::create_dir(path).map_err(fail)?;
        }
        Err(_) => std::fs::create_dir(path).map_err(fail)?,
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).map_err(fail)?;
    }
    Ok(())
}

/// The names of what is in a folder, as far as they are text.
///
/// # Errors
/// Where it can't be read.
pub fn names_in(folder: &Path) -> Result<Vec<String>, FileError> {
    let fail = |source| FileError { action: "read", path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        names.extend(entry.map_err(fail)?.file_name().into_string());
    }
    Ok(names)
}

/// The whole of a file, or `None` where there is none.
///
/// # Errors
/// Where it is there and can't be read.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match std::fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FileError { action: "read", path: path.to_owned(), source }),
    }
}

/// The beginning of a file that somebody else may have put there: never what a link points to, never anything but an
/// ordinary file, and never one that keeps the reader waiting, such as a pipe.
///
/// # Errors
/// Where it is not there, is no ordinary file, or can't be read.
pub fn read_with_distrust(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no ordinary file"));
    }
    let mut content = Vec::new();
    file.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut content)?;
    Ok(content)
}

/// Removes what somebody else than the folder's owner has put at a path: in a folder that others may make files in, what
/// is at a name of the owner's is the owner's or nobody's. Links and pipes are removed, not followed.
///
/// # Errors
/// Where it is there and can't be removed.
#[cfg(unix)]
pub fn remove_strangers(path: &Path) -> Result<(), FileError> {
    if is_of_a_stranger(path) { remove_if_there(path) } else { Ok(()) }
}

/// Nobody else makes files here.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn remove_strangers(_path: &Path) -> Result<(), FileError> {
    Ok(())
}

/// Whether what is at a path belongs to somebody else than the folder that it is in.
#[cfg(unix)]
#[must_use]
pub fn is_of_a_stranger(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let owner = |path: &Path| std::fs::symlink_metadata(path).map(|metadata| metadata.uid());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    matches!((owner(path), owner(folder)), (Ok(file), Ok(folder)) if file != folder)
}

/// There is no telling, and nobody else makes files here.
#[cfg(not(unix))]
#[must_use]
pub const fn is_of_a_stranger(_path: &Path) -> bool {
    false
}

/// Removes a file; that there is none is as good.
///
/// # Errors
/// Where it is there and can't be removed.
pub fn remove_if_there(path: &Path) -> Result<(), FileError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileError { action: "remove", path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn tempfile_in(folder: &Path, access: Access) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let mode = match access {
        Access::Private => 0o600,
        Access::Public => 0o644,
        Access::Program => 0o755,
    };
    let file = tempfile::Builder::new().prefix(".cloudkit-").tempfile_in(folder)?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    Ok(file)
}

#[cfg(not(unix))]
fn tempfile_in(folder: &Path, _access: Access) -> io::Result<tempfile::NamedTempFile> {
    // The folders used here lie in the user's own profile, whose access list files inherit.
    tempfile::Builder::new().prefix(".cloudkit-").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/file");
        assert!(read_if_there(&path).unwrap().is_none());
        replace(&path, b"one", Access::Private).unwrap();
        replace(&path, b"two", Access::Private).unwrap();
        assert_eq!(read_if_there(&path).unwrap().unwrap(), b"two");
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no temporary file is left"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_many_change_at_once_has_all_their_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/file");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..8 {
                        change(&path, Access::Private, |before| [before, b"+"].concat()).unwrap();
                    }
                });
            }
        });
        assert_eq!(read_if_there(&path).unwrap().unwrap().len(), 64);
        let written = std::fs::metadata(&path).unwrap().modified().unwrap();
        change(&path, Access::Private, <[u8]>::to_vec).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().modified().unwrap(), written, "nothing was written");
    }

    #[cfg(unix)]
    #[test]
    fn only_what_is_of_somebody_else_than_the_folder_is_a_strangers() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (folder.path().join("own"), folder.path().join("other"));
        std::fs::write(&own, "").unwrap();
        std::os::unix::fs::symlink(&own, &other).unwrap();
        assert!(!is_of_a_stranger(&own) && !is_of_a_stranger(&other));
        assert!(!is_of_a_stranger(&folder.path().join("none")));
        // Only root may give a file away: elsewhere there is no stranger to be had.
        if std::os::unix::fs::lchown(&other, Some(65_534), None).is_ok() {
            assert!(is_of_a_stranger(&other));
            remove_strangers(&own).unwrap();
            remove_strangers(&other).unwrap();
            assert!(own.exists() && std::fs::symlink_metadata(&other).is_err());
        }
    }

    #[test]
    fn a_new_file_takes_no_others_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        create(&path, b"one", Access::Private).unwrap();
        create(&path, b"one", Access::Private).unwrap();
        create(&path, b"two", Access::Private).unwrap_err();
        assert_eq!(read_if_there(&path).unwrap().unwrap(), b"one");
        create(&folder.path().join("no/file"), b"one", Access::Private).unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn what_can_not_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = replace(&file.join("below"), b"", Access::Public).unwrap_err();
        assert!(error.to_string().contains("below"), "{error}");
    }
}
