//! What can go wrong while the catalog is built, in words that say what to do.

use std::path::{Path, PathBuf};
use std::{fs, io};

use cloudkit::catalog::EncodeError;

/// Why the catalog could not be built or checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "cannot run `python3 -m pip` ({0}); install Python 3 with pip (Debian: apt-get install python3-pip), \
         which downloads the packages that the catalog is built from"
    )]
    NoPip(io::Error),
    #[error("`python3 -m pip download` could not get {package}: {reason}")]
    Download { package: String, reason: String },
    #[error("{} is not the file that is pinned: its sha256 is {found}, not {pinned}", path.display())]
    Hash { path: PathBuf, found: String, pinned: &'static str },
    #[error("cannot open {} as a wheel: {source}", path.display())]
    Wheel { path: PathBuf, source: zip::result::ZipError },
    #[error("{package} has no readable file {file}: {reason}")]
    Member { package: String, file: String, reason: String },
    #[error("{file} does not have the shape that is expected: {reason}")]
    Shape { file: String, reason: String },
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("{} is not what the pinned packages give; run `cargo xtask catalog` and commit it", .0.display())]
    Stale(PathBuf),
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

impl CatalogError {
    /// A file that says something else than what it should.
    pub(super) fn shape(file: impl Into<String>, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Shape { file: file.into(), reason: reason.to_string() }
    }
}

/// Writes a file as a whole.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), CatalogError> {
    fs::write(path, bytes).map_err(|source| CatalogError::Write { path: path.to_owned(), source })
}
