//! What is in a folder: names and kinds, in an order that is the same on every machine.
//!
//! Nothing is read or changed, and links are followed.

use std::io;
use std::path::Path;

use super::files::FileError;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a socket, a device.
    Other,
}

/// What is at a path, behind links; `None` where there is nothing.
///
/// # Errors
/// Where that can't be found out.
pub fn kind(path: &Path) -> Result<Option<Kind>, FileError> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(Kind::File)),
        Ok(metadata) if metadata.is_dir() => Ok(Some(Kind::Folder)),
        Ok(_) => Ok(Some(Kind::Other)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(source) => Err(FileError { action: "look at", path: path.to_owned(), source }),
    }
}

/// The names in a folder, sorted; none where there is no such folder.
///
/// # Errors
/// Where it can't be read, or a name in it is not UTF-8.
pub fn names(folder: &Path) -> Result<Vec<String>, FileError> {
    let fail = |source| FileError { action: "read the folder", path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(fail(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(fail)?.file_name();
        names.push(name.into_string().map_err(|name| {
            fail(io::Error::new(io::ErrorKind::InvalidData, format!("the name {name:?} is not UTF-8")))
        })?);
    }
    names.sort_unstable();
    Ok(names)
}

/// The folder with no links on its way and no `..`.
///
/// # Errors
/// Where there is no such folder.
pub fn canonical(folder: &Path) -> Result<std::path::PathBuf, FileError> {
    std::fs::canonicalize(folder).map_err(|source| FileError {
        action: "find the folder",
        path: folder.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_what_it_holds() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b"), "").unwrap();
        std::fs::create_dir(folder.path().join("a")).unwrap();
        assert_eq!(names(folder.path()).unwrap(), ["a", "b"]);
        assert_eq!(names(&folder.path().join("b")).unwrap(), Vec::<String>::new());
        assert_eq!(names(&folder.path().join("none")).unwrap(), Vec::<String>::new());
        let kind = |name: &str| kind(&folder.path().join(name)).unwrap();
        assert_eq!(
            (kind("a"), kind("b"), kind("c"), kind("b/c")),
            (Some(Kind::Folder), Some(Kind::File), None, None)
        );
    }
}
