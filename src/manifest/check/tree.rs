//! What an upload places on the machine: its files, without what is excluded.
//!
//! Their content is not read here.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::manifest::deployment::{Symlinks, Upload};
use crate::manifest::{Fault, FolderPath, MachinePath, Place};

/// A file or folder that an upload places.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    /// Which upload.
    pub(super) upload: usize,
    /// Where it is in the app folder.
    pub(super) source: FolderPath,
    /// Where it is on this computer.
    pub(super) path: PathBuf,
    /// Where it goes.
    pub(super) destination: MachinePath,
    /// What it is.
    pub(super) kind: PlacedKind,
}

/// What is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlacedKind {
    Folder,
    File { bytes: u64, runs: Runs },
    Link,
}

/// Whether a file has the permission to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Runs {
    Yes,
    No,
    /// This computer keeps no such permission.
    #[cfg_attr(unix, expect(dead_code, reason = "every file here has it or not"))]
    Unknown,
}

impl Placed {
    /// Its size; a folder or a link has none.
    pub(super) const fn bytes(&self) -> u64 {
        match self.kind {
            PlacedKind::File { bytes, .. } => bytes,
            PlacedKind::Folder | PlacedKind::Link => 0,
        }
    }
}

/// Walks an upload.
pub(super) struct Walk<'w> {
    root: &'w Path,
    index: usize,
    upload: &'w Upload,
    excluded: Gitignore,
    place: Option<Place>,
    /// The folders that the walk is in, behind links.
    above: Vec<PathBuf>,
    /// What was found.
    pub(super) placed: Vec<Placed>,
    /// What is wrong with it.
    pub(super) faults: Vec<Fault>,
}

impl<'w> Walk<'w> {
    /// Everything that the upload places.
    pub(super) fn whole(root: &'w Path, index: usize, upload: &'w Upload, place: Option<Place>) -> Self {
        let top = upload.source.below(root);
        let mut builder = GitignoreBuilder::new(&top);
        let mut faults = Vec::new();
        for rule in &upload.exclude {
            if let Err(error) = builder.add_line(None, rule) {
                faults.push(Fault::error("exclude", format!("{rule:?} is no rule of a .gitignore: {error}")));
            }
        }
        let excluded = builder.build().unwrap_or_else(|_| Gitignore::empty());
        let above = Vec::new();
        let mut walk = Self { root, index, upload, excluded, place, above, placed: Vec::new(), faults };
        match top.symlink_metadata() {
            Ok(_) => walk.take(&top, &upload.source, &upload.destination),
            Err(_) => walk.fault(
                Fault::error("missing-file", format!("there is no {} to upload", upload.source.as_str())),
                "paths count from the app folder",
            ),
        }
        walk.faults = std::mem::take(&mut walk.faults).into_iter().map(|fault| walk.at(fault)).collect();
        walk
    }

    fn at(&self, fault: Fault) -> Fault {
        match (&fault.place, &self.place) {
            (None, Some(place)) => fault.at(place.clone()),
            _ => fault,
        }
    }

    fn fault(&mut self, fault: Fault, hint: &str) {
        self.faults.push(fault.hint(hint));
    }

    fn take(&mut self, path: &Path, source: &FolderPath, destination: &MachinePath) {
        let metadata = match self.metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => {
                let reason = format!("{} can't be read: {error}", source.as_str());
                return self.fault(Fault::error("unreadable-file", reason), "repair it or exclude it");
            }
        };
        let kind = if metadata.is_dir() {
            PlacedKind::Folder
        } else if metadata.is_symlink() {
            self.judge_link(path, source);
            PlacedKind::Link
        } else if metadata.is_file() {
            PlacedKind::File { bytes: metadata.len(), runs: runs(&metadata) }
        } else {
            let reason = format!("{} is neither a file nor a folder", source.as_str());
            return self.fault(
                Fault::error("odd-file", reason),
                "exclude it: no machine gets a device or a socket from here",
            );
        };
        let (source, destination) = (source.clone(), destination.clone());
        let placed = Placed { upload: self.index, source, path: path.to_owned(), destination, kind };
        self.placed.push(placed.clone());
        if kind == PlacedKind::Folder {
            self.enter(&placed);
        }
    }

    /// What is in a folder, unless a link leads back into one that the walk is in.
    fn enter(&mut self, folder: &Placed) {
        let real = folder.path.canonicalize().unwrap_or_else(|_| folder.path.clone());
        if self.above.contains(&real) {
            let reason = format!("{} leads back into a folder that it is in", folder.source.as_str());
            return self
                .fault(Fault::error("endless-folder", reason), "keep links as links, or remove this one");
        }
        self.above.push(real);
        self.enter_each(folder);
        self.above.pop();
    }

    fn enter_each(&mut self, folder: &Placed) {
        let entries = match std::fs::read_dir(&folder.path) {
            Ok(entries) => entries,
            Err(error) => {
                let reason = format!("{} can't be read: {error}", folder.source.as_str());
                return self.fault(Fault::error("unreadable-file", reason), "repair it or exclude it");
            }
        };
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        names.sort();
        for name in names {
            let path = folder.path.join(&name);
            let is_folder = self.metadata(&path).is_ok_and(|metadata| metadata.is_dir());
            if self.excluded.matched(&path, is_folder).is_ignore() {
                continue;
            }
            let named = name.to_str().and_then(|name| name.parse::<FolderPath>().ok());
            let Some(named) = named else {
                let reason = format!(
                    "{}/{} has a name that no bundle can hold",
                    folder.source.as_str(),
                    name.display()
                );
                self.fault(Fault::error("odd-name", reason), "rename it, or exclude it");
                continue;
            };
            let source = match folder.source.as_str() {
                "." => named.clone(),
                above => format!("{above}/{}", named.as_str()).parse().unwrap_or_else(|_| named.clone()),
            };
            self.take(&path, &source, &folder.destination.join(&named));
        }
    }

    fn metadata(&self, path: &Path) -> std::io::Result<Metadata> {
        match self.upload.symlinks {
            Symlinks::Keep => path.symlink_metadata(),
            Symlinks::Follow => path.metadata(),
        }
    }

    /// A link that stays one has to lead to something that goes along.
    fn judge_link(&mut self, path: &Path, source: &FolderPath) {
        let top = self.upload.source.below(self.root);
        let Ok(target) = std::fs::read_link(path) else { return };
        let shown = format!("{} leads to {}", source.as_str(), target.display());
        let inside = match (top.canonicalize(), path.canonicalize()) {
            (Ok(top), Ok(end)) => end.starts_with(top) && target.is_relative(),
            _ => {
                return self.fault(
                    Fault::warning("dangling-link", format!("{shown}, which is not there")),
                    "remove the link, or exclude it",
                );
            }
        };
        if !inside {
            self.fault(
                Fault::error("link-leads-out", format!("{shown}, out of what is uploaded")),
                "upload what it leads to: symlinks: follow",
            );
        }
    }
}

#[cfg(unix)]
fn runs(metadata: &Metadata) -> Runs {
    use std::os::unix::fs::PermissionsExt as _;
    if metadata.permissions().mode() & 0o111 == 0 { Runs::No } else { Runs::Yes }
}

#[cfg(not(unix))]
fn runs(_metadata: &Metadata) -> Runs {
    Runs::Unknown
}
