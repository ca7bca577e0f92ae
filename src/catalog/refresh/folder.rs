//! Lists from a folder: a mirror, or what somebody carried into a closed network.
//!
//! Files are found at any depth; what they are is told by their content, not by their names. A file that is no list and has
//! the name of one is a failure, since somebody meant it to be one.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::dates::{Beside, Dates, last_modified};
use super::stranger::Stranger;
use super::{LARGEST_LIST, ListFailure, Paper, RefreshError};
use crate::catalog::feeds::{FeedError, FeedKind, identify, published};
use crate::platform::files::FileError;

/// How many files are looked at. Whoever has more than this named another folder than they meant.
const MOST_FILES: usize = 10_000;
/// How deep folders are looked into.
const DEEPEST: usize = 16;
/// What `curl -D` is told to write beside a list: the headers that it came with.
const RECORD: &str = ".headers";
/// The longest such record that is read, in bytes.
const LONGEST_RECORD: usize = 64 * 1024;

/// What was found in a folder.
#[derive(Debug, Default)]
pub struct Found {
    /// The lists, by path.
    pub papers: Vec<Paper>,
    /// Files that can't be read, or that have the name of a list and are none.
    pub failures: Vec<ListFailure>,
    /// Other JSON files that are no lists.
    pub strangers: Vec<(String, Stranger)>,
    /// How many other files there are.
    pub passed_over: usize,
}

/// A list that was found, and which one it is.
struct Candidate {
    paper: Paper,
    folder: PathBuf,
    kind: Option<FeedKind>,
    published: Option<Timestamp>,
}

/// Every list in a folder, or the one in a file.
///
/// # Errors
/// Where the folder can't be read or there are too many files in it.
pub fn find(place: &Path) -> Result<Found, RefreshError> {
    let is_file = fs::metadata(place).is_ok_and(|about| about.is_file());
    let mut paths = Vec::new();
    if is_file {
        paths.push(place.to_owned());
    } else {
        collect(place, DEEPEST, &mut BTreeSet::new(), &mut paths)?;
    }
    paths.sort_unstable();
    let mut found = Found::default();
    let mut candidates = Vec::new();
    let all: BTreeSet<&PathBuf> = paths.iter().collect();
    for path in &paths {
        let is_record = of_record(path).is_some_and(|list| all.contains(&list));
        if !is_record {
            candidates.extend(found.look_at(path, is_file));
        }
    }
    date_by_neighbours(&mut candidates);
    found.papers = candidates.into_iter().map(|one| one.paper).collect();
    Ok(found)
}

impl Found {
    /// Whether there is nothing that is a list or was meant to be one.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.papers.is_empty() && self.failures.is_empty()
    }

    /// A file that is one of the lists, or a damaged one.
    fn look_at(&mut self, path: &Path, is_meant: bool) -> Option<Candidate> {
        let origin = path.display().to_string();
        let feed = kind_by_name(path);
        let paper = match paper(path) {
            Ok(paper) => paper,
            Err(error) => {
                self.failures.push(ListFailure { origin, feed, error });
                return None;
            }
        };
        let (kind, published) = match identify(&paper.bytes, LARGEST_LIST) {
            Ok(Some(list)) => (Some(list.kind), published(list.kind, &list.text)),
            // Whoever reads it says what is wrong with it.
            Err(_) => (None, None),
            Ok(None) => {
                self.meet(path, origin, feed, Stranger::of(&paper.bytes), is_meant);
                return None;
            }
        };
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Some(Candidate { paper, folder, kind, published })
    }

    fn meet(
        &mut self,
        path: &Path,
        origin: String,
        feed: Option<FeedKind>,
        stranger: Stranger,
        is_meant: bool,
    ) {
        if is_meant || feed.is_some() {
            self.failures.push(ListFailure { origin, feed, error: RefreshError::NotAList { stranger } });
        } else if without_gz(path).ends_with(".json") {
            self.strangers.push((origin, stranger));
        } else {
            self.passed_over += 1;
        }
    }
}

/// Gives each list the date of the latest one that lies in the same folder and has a date of its own.
fn date_by_neighbours(candidates: &mut [Candidate]) {
    let mut dated: Vec<(PathBuf, Beside)> = Vec::new();
    for one in candidates.iter() {
        let beside = one.published.map(|at| Beside { at, origin: one.paper.origin.clone() });
        dated.extend(beside.map(|beside| (one.folder.clone(), beside)));
    }
    for one in candidates.iter_mut().filter(|one| one.published.is_none() && one.kind.is_some()) {
        let beside = dated.iter().filter(|(folder, _)| *folder == one.folder).map(|(_, beside)| beside);
        one.paper.dates.beside = beside.min_by_key(|beside| std::cmp::Reverse(beside.at)).cloned();
    }
}

fn collect(
    folder: &Path,
    depth: usize,
    seen: &mut BTreeSet<PathBuf>,
    paths: &mut Vec<PathBuf>,
) -> Result<(), RefreshError> {
    let fail = |source| FileError { action: "read", path: folder.to_owned(), source };
    if !seen.insert(fs::canonicalize(folder).map_err(fail)?) {
        // A link leads back to it.
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        // A link that leads nowhere is nobody's list.
        let Ok(about) = fs::metadata(&path) else { continue };
        if about.is_dir() && depth > 0 {
            collect(&path, depth - 1, seen, paths)?;
        } else if about.is_file() && paths.len() == MOST_FILES {
            return Err(RefreshError::TooManyFiles { folder: folder.to_owned(), limit: MOST_FILES });
        } else if about.is_file() {
            paths.push(path);
        }
    }
    Ok(())
}

fn paper(path: &Path) -> Result<Paper, RefreshError> {
    let fail = |source| FileError { action: "read", path: path.to_owned(), source };
    let about = fs::metadata(path).map_err(fail)?;
    if usize::try_from(about.len()).map_or(true, |bytes| bytes > LARGEST_LIST) {
        return Err(FeedError::TooLarge { limit: LARGEST_LIST }.into());
    }
    let bytes = fs::read(path).map_err(fail)?;
    let of_file = about.modified().ok().and_then(|changed| Timestamp::try_from(changed).ok());
    let dates = Dates { said: recorded(path), beside: None, of_file };
    let origin = path.display().to_string();
    Ok(Paper { origin, wanted: None, bytes, dates, etag: None, last_modified: None })
}

/// When a list was last changed by the headers that were written down beside it.
fn recorded(path: &Path) -> Option<Timestamp> {
    let mut record = OsString::from(path);
    record.push(RECORD);
    let bytes = fs::read(record).ok().filter(|bytes| bytes.len() <= LONGEST_RECORD)?;
    last_modified(&String::from_utf8_lossy(&bytes))
}

/// The list that a record is of, by its name.
fn of_record(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?.strip_suffix(RECORD)?;
    Some(path.with_file_name(name))
}

/// The name of a file in small letters, without the ending of a compressed one.
fn without_gz(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    name.strip_suffix(".gz").map_or_else(|| name.clone(), str::to_owned)
}

/// The list that has such a name at AWS.
fn kind_by_name(path: &Path) -> Option<FeedKind> {
    match without_gz(path).as_str() {
        "spot.json" | "spot.js" => Some(FeedKind::SpotPrice),
        "spot-advisor-data.json" => Some(FeedKind::Interruption),
        "index.json" => Some(FeedKind::OnDemand),
        "metadata.json" => Some(FeedKind::OnDemandIndex),
        "locations.json" => Some(FeedKind::Locations),
        _ => None,
    }
}
