//! The catalog that the feeds were compiled into, as it lies in the cache.
//!
//! It is a whole catalog, made over the embedded one, so that reading it is all there is to do. It can be made again at any
//! time: a damaged one is dropped and said so.

use std::path::{Path, PathBuf};

use super::{Catalog, CatalogError, EncodeError, Overlay};
use crate::platform::files::{self, Access, FileError};

const FILE: &str = "catalog.bin";

/// Where the cache keeps its catalog.
#[derive(Debug, Clone)]
pub struct CatalogCache {
    path: PathBuf,
}

/// What the cache holds.
#[derive(Debug)]
pub enum Cached {
    /// Nothing.
    Nothing,
    /// A catalog made over the embedded one; it stays in memory for as long as the process runs.
    Current(&'static Catalog<'static>),
    /// Something that was no catalog, or that could not be used; it is gone.
    Dropped(CatalogError),
}

/// The cache can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// A file of it can't be read, written or removed.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is in it can't be laid over the embedded catalog.
    #[error("what is in the cache cannot be laid over the catalog that is compiled in")]
    Renew(#[from] EncodeError),
}

impl CatalogCache {
    /// The cache in a directory.
    #[must_use]
    pub fn in_directory(directory: &Path) -> Self {
        Self { path: directory.join(FILE) }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the cache holds. A catalog that another version of cloudkit made is laid over the embedded one of this version.
    ///
    /// # Errors
    /// Where the file can't be read, or a renewed one not written.
    pub fn load(&self) -> Result<Cached, CacheError> {
        let Some(bytes) = files::read_if_there(&self.path)? else { return Ok(Cached::Nothing) };
        let embedded = Catalog::embedded();
        match lasting(bytes) {
            Ok(catalog) if catalog.base() == embedded.checksum() => Ok(Cached::Current(catalog)),
            Ok(of_another_version) => {
                let mut overlay = Overlay::over(embedded);
                overlay.lay_feeds_of(of_another_version)?;
                let renewed = overlay.finish()?;
                self.store(&renewed)?;
                Ok(lasting(renewed).map_or_else(Cached::Dropped, Cached::Current))
            }
            Err(error) => {
                files::remove_if_there(&self.path)?;
                Ok(Cached::Dropped(error))
            }
        }
    }

    /// Keeps a catalog.
    ///
    /// # Errors
    /// Where the file can't be written; what was there is then as it was.
    pub fn store(&self, bytes: &[u8]) -> Result<(), FileError> {
        files::replace(&self.path, bytes, Access::Public)
    }
}

/// A catalog in bytes that are never given back: a process reads one, once, and uses it to its end.
fn lasting(bytes: Vec<u8>) -> Result<&'static Catalog<'static>, CatalogError> {
    let catalog = Catalog::read(bytes.leak())?;
    Ok(Box::leak(Box::new(catalog)))
}
