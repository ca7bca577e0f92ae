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

    /// The catalog in the cache, where it can be used as it is. Nothing is renewed, dropped or said.
    #[must_use]
    pub fn usable(&self) -> Option<&'static Catalog<'static>> {
        let catalog = lasting(files::read_if_there(&self.path).ok()??).ok()?;
        (catalog.base() == Catalog::embedded().checksum()).then_some(catalog)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::CatalogContents;
    use crate::catalog::contents::{
        OfferingContents, PriceContents, RegionContents, SourceContents, TypeContents,
    };
    use crate::catalog::encode::encode_over;
    use crate::model::{Market, Money, OperatingSystem};

    /// What another version of cloudkit keeps: one type with one spot price.
    fn of_another_version() -> Vec<u8> {
        let amount = Money::from_micros(39_100);
        let price = PriceContents { market: Market::Spot, os: OperatingSystem::Linux, amount, source: 0 };
        let instance_type = "m7i.large".to_owned();
        let offering = OfferingContents { instance_type, prices: vec![price], ..OfferingContents::default() };
        let code = "us-east-1".to_owned();
        let source = SourceContents {
            label: crate::catalog::FEED.to_owned(),
            as_of: "2026-09-01".to_owned(),
            dated_by: crate::model::DatedBy::Said,
            origin: "a list".to_owned(),
        };
        let contents = CatalogContents {
            types: vec![TypeContents { name: "m7i.large".to_owned(), ..TypeContents::default() }],
            regions: vec![RegionContents { code, offerings: vec![offering], ..RegionContents::default() }],
            sources: vec![source],
        };
        encode_over(&contents, 12_345).unwrap()
    }

    fn spot_price(catalog: &Catalog<'_>) -> Option<u64> {
        let offering = catalog.region("us-east-1")?.offering("m7i.large")?;
        Some(offering.price(Market::Spot, OperatingSystem::Linux)?.amount.micros())
    }

    #[test]
    fn what_another_version_kept_is_laid_over_the_catalog_of_this_one() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CatalogCache::in_directory(folder.path());
        cache.store(&of_another_version()).unwrap();
        assert!(cache.usable().is_none());
        let Cached::Current(catalog) = cache.load().unwrap() else { panic!("not renewed") };
        assert_eq!(spot_price(catalog), Some(39_100));
        assert_eq!(catalog.types().len(), Catalog::embedded().types().len());
        assert_eq!(catalog.instance_type("m7i.large").unwrap().vcpus(), Some(2));
        assert_eq!(catalog.base(), Catalog::embedded().checksum());
        let renewed = std::fs::read(cache.path()).unwrap();
        assert_eq!(cache.usable().and_then(spot_price), Some(39_100), "it is kept as it was renewed");
        assert!(matches!(cache.load().unwrap(), Cached::Current(_)));
        assert_eq!(std::fs::read(cache.path()).unwrap(), renewed, "and is not renewed again");
    }

    #[test]
    fn what_is_damaged_is_dropped_wherever_it_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CatalogCache::in_directory(folder.path());
        assert!(matches!(cache.load().unwrap(), Cached::Nothing));
        let whole = of_another_version();
        // The header tells of the base too, which no checksum covers: another base is only laid anew.
        let covered = (0..whole.len()).filter(|place| !(16..20).contains(place));
        for place in covered {
            let mut bytes = whole.clone();
            bytes[place] ^= 0x40;
            cache.store(&bytes).unwrap();
            assert!(cache.usable().is_none(), "byte {place}");
            assert!(matches!(cache.load().unwrap(), Cached::Dropped(_)), "byte {place}");
            assert!(matches!(cache.load().unwrap(), Cached::Nothing), "byte {place}");
        }
        for length in [0, 7, 60, whole.len() - 1] {
            cache.store(&whole[..length]).unwrap();
            assert!(matches!(cache.load().unwrap(), Cached::Dropped(_)), "{length} bytes");
        }
    }

    #[test]
    fn looking_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CatalogCache::in_directory(folder.path());
        assert!(cache.usable().is_none());
        cache.store(b"damaged").unwrap();
        assert!(cache.usable().is_none());
        assert_eq!(std::fs::read(cache.path()).unwrap(), b"damaged");
    }
}
