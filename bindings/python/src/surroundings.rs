//! What a question is asked in: the process, the day, and the catalog in use.
//!
//! All of it is read while Python's lock is held: whoever changes the environment holds it too, and so does a fork, which
//! therefore never finds the catalog's lock taken by a thread that the child does not have.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use cloudkit::aws::region_in_force::{self, InForce};
use cloudkit::catalog::Catalog;
use cloudkit::catalog::cache::{Cached, CatalogCache};
use cloudkit::platform::{Process, clock, variables};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pyo3::{PyResult, Python};

use crate::errors::{of_cache, usage};

/// The catalog that was read last. A notebook lives for days: when somebody refreshes the cache it is read anew.
static LATEST: Mutex<Option<Latest>> = Mutex::new(None);

struct Latest {
    version: Version,
    catalog: &'static Catalog<'static>,
}

/// A file at a moment.
#[derive(Clone, PartialEq)]
struct Version {
    path: PathBuf,
    /// Its time and its size; nothing where it is not there.
    state: Option<(SystemTime, u64)>,
}

/// What a question is asked in.
pub(crate) struct Surroundings {
    pub(crate) process: Process,
    pub(crate) today: Date,
    pub(crate) catalog: &'static Catalog<'static>,
    /// What is to be said of the catalog.
    pub(crate) notes: Vec<String>,
}

impl Surroundings {
    /// Those of this moment.
    pub(crate) fn now(_locked: Python<'_>) -> PyResult<Self> {
        let process = Process::current();
        let today = today(&process)?;
        let (catalog, notes) = catalog(&process)?;
        Ok(Self { process, today, catalog, notes })
    }

    /// The region that is meant where none is named.
    pub(crate) fn region_in_force(&self) -> InForce {
        region_in_force::in_force(&self.process, None, None)
    }
}

/// The day by which figures are called old.
fn today(process: &Process) -> PyResult<Date> {
    let name = variables::TODAY.name;
    let Some(day) = process.variable(name) else {
        return Ok(clock::now().to_zoned(TimeZone::UTC).date());
    };
    day.parse().map_err(|_| usage(&format!("{name} is {day:?}, which is no day such as 2026-11-22"), &[]))
}

fn catalog(process: &Process) -> PyResult<(&'static Catalog<'static>, Vec<String>)> {
    let Ok(directory) = process.cache_directory() else { return Ok((Catalog::embedded(), Vec::new())) };
    let cache = CatalogCache::in_directory(directory);
    let mut latest = LATEST.lock().unwrap_or_else(PoisonError::into_inner);
    let version = version(&cache);
    if let Some(latest) = latest.as_ref().filter(|latest| latest.version == version) {
        return Ok((latest.catalog, Vec::new()));
    }
    let (catalog, notes) = match cache.load().map_err(|error| of_cache(&error))? {
        Cached::Current(catalog) => (catalog, Vec::new()),
        Cached::Nothing => (Catalog::embedded(), Vec::new()),
        Cached::Dropped(why) => {
            let path = cache.path().display();
            let note = format!("{path} is dropped: {why}; fetch current prices again: cloudkit.refresh()");
            (Catalog::embedded(), vec![note])
        }
    };
    // Loading may have renewed the file, or dropped it.
    *latest = Some(Latest { version: self::version(&cache), catalog });
    Ok((catalog, notes))
}

fn version(cache: &CatalogCache) -> Version {
    let path = cache.path().to_owned();
    let about = std::fs::metadata(&path).ok();
    let state = about.and_then(|about| Some((about.modified().ok()?, about.len())));
    Version { path, state }
}
