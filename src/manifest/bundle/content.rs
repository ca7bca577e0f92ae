//! Which files of an app folder a deployment names, with what is in the folders among them.
//!
//! Files are looked at and not read, but for the first bytes of each where there is no such thing as a bit that says that
//! it can be run.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::{BundleError, Entry, EntryKind, layout};
use crate::manifest::deployment::{ScriptRun, Symlinks, TarballSource, Upload};
use crate::manifest::{Deployment, FolderPath, MachinePath};

pub(super) const RUNNABLE: &str = "0755";
const PLAIN: &str = "0644";

/// Gathers the members of a bundle.
pub(super) struct Collector {
    folder: PathBuf,
    /// The folder without links, which what is followed has to stay in.
    real_folder: PathBuf,
    withheld: Vec<FolderPath>,
    entries: Vec<Entry>,
}

/// An upload that is being walked.
struct Walk<'u> {
    upload: &'u Upload,
    rules: Gitignore,
    prefix: String,
    root: PathBuf,
    /// The folders without links that were gone into, from the outermost.
    inside: Vec<PathBuf>,
}

impl Collector {
    pub(super) fn new(folder: &Path, withheld: &[FolderPath]) -> Result<Self, BundleError> {
        let real_folder = real(folder)?;
        Ok(Self { folder: folder.to_owned(), real_folder, withheld: withheld.to_vec(), entries: Vec::new() })
    }

    pub(super) fn collect(mut self, deployment: &Deployment) -> Result<Vec<Entry>, BundleError> {
        for (index, upload) in deployment.uploads.iter().enumerate() {
            self.upload(upload, layout::upload(index))?;
        }
        for (index, tarball) in deployment.tarballs.iter().enumerate() {
            if let TarballSource::File(file) = &tarball.source {
                self.file(file, "a tarball", layout::tarball(index), None)?;
            }
        }
        for (index, script) in deployment.scripts.iter().enumerate() {
            if let ScriptRun::File(file) = &script.run {
                self.file(file, "a script", layout::script(index), None)?;
            }
        }
        for (index, service) in deployment.services.iter().enumerate() {
            let units = "/etc/systemd/system";
            if let Some(file) = &service.file {
                let destination = format!("{units}/{}", service.name);
                self.file(file, "a unit", layout::unit(index), destination.parse().ok())?;
            }
            for (number, file) in service.drop_ins.iter().enumerate() {
                let destination = format!("{units}/{}.d/{}", service.name, file.file_name());
                self.file(file, "a drop-in", layout::drop_in(index, number), destination.parse().ok())?;
            }
        }
        for (index, compose) in deployment.compose.iter().enumerate() {
            let destination = Some(compose.destination.clone());
            self.file(&compose.file, "a compose file", layout::compose(index), destination)?;
        }
        for (index, hook) in deployment.hooks.iter().enumerate() {
            let destination = format!("/etc/cloudkit/hooks.d/pre-stop/{}", hook.name);
            self.file(&hook.file, "a hook", layout::hook(index), destination.parse().ok())?;
        }
        self.entries.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(self.entries)
    }

    /// A single file; a link to one within the app folder is as good.
    fn file(
        &mut self,
        path: &FolderPath,
        what: &'static str,
        in_bundle: String,
        destination: Option<MachinePath>,
    ) -> Result<(), BundleError> {
        let here = self.followed(&path.below(&self.folder))?;
        let found = metadata(&here)?;
        if found.is_dir() {
            return Err(BundleError::Folder { path: here, what });
        }
        self.add_file(here, &found, in_bundle, destination)
    }

    fn upload(&mut self, upload: &Upload, prefix: String) -> Result<(), BundleError> {
        let root = self.followed(&upload.source.below(&self.folder))?;
        let found = metadata(&root)?;
        if !found.is_dir() {
            return self.add_file(root, &found, prefix, Some(upload.destination.clone()));
        }
        let rules = rules(upload)?;
        self.add_folder(prefix.clone(), upload.destination.clone());
        let mut walk = Walk { upload, rules, prefix, inside: vec![root.clone()], root: root.clone() };
        self.walk(&mut walk, &root, "")
    }

    fn walk(&mut self, walk: &mut Walk<'_>, folder: &Path, below: &str) -> Result<(), BundleError> {
        let read = |source| BundleError::Read { path: folder.to_owned(), source };
        for entry in fs::read_dir(folder).map_err(read)? {
            let path = entry.map_err(read)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let relative = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
            // Whether it could be told to a machine at all: a name of nothing but dots or with a backslash could not.
            let odd = || BundleError::Name { path: path.clone() };
            let place: FolderPath = relative.parse().map_err(|_| odd())?;
            if place.as_str() != relative {
                return Err(odd());
            }
            let found = fs::symlink_metadata(&path)
                .map_err(|source| BundleError::Read { path: path.clone(), source })?;
            self.visit(walk, &path, &found, &place)?;
        }
        Ok(())
    }

    fn visit(
        &mut self,
        walk: &mut Walk<'_>,
        path: &Path,
        found: &Metadata,
        place: &FolderPath,
    ) -> Result<(), BundleError> {
        let is_followed = found.is_symlink() && walk.upload.symlinks == Symlinks::Follow;
        if walk.rules.matched(place.as_str(), found.is_dir()).is_ignore() {
            return Ok(());
        }
        let in_bundle = format!("{}/{place}", walk.prefix);
        let destination = walk.upload.destination.join(place);
        if found.is_symlink() && !is_followed {
            let target = kept_link(path, place, &walk.root)?;
            self.entries.push(Entry {
                path: in_bundle,
                kind: EntryKind::Link { target },
                size_bytes: 0,
                mode: "0777".to_owned(),
                destination: Some(destination),
                source: None,
            });
            return Ok(());
        }
        let here = if is_followed { self.followed(path)? } else { path.to_owned() };
        let found = if is_followed { metadata(&here)? } else { found.clone() };
        if !found.is_dir() {
            return self.add_file(here, &found, in_bundle, Some(destination));
        }
        // A link to a folder is excluded by the rules for folders as well.
        if is_followed && walk.rules.matched(place.as_str(), true).is_ignore() {
            return Ok(());
        }
        let real_here = real(&here)?;
        if walk.inside.contains(&real_here) {
            return Err(BundleError::Endless { path: path.to_owned() });
        }
        self.refuse_secret(&here)?;
        self.add_folder(in_bundle, destination);
        walk.inside.push(real_here);
        self.walk(walk, &here, place.as_str())?;
        walk.inside.pop();
        Ok(())
    }

    fn add_folder(&mut self, path: String, destination: MachinePath) {
        self.entries.push(Entry {
            path,
            kind: EntryKind::Folder,
            size_bytes: 0,
            mode: RUNNABLE.to_owned(),
            destination: Some(destination),
            source: None,
        });
    }

    fn add_file(
        &mut self,
        here: PathBuf,
        found: &Metadata,
        path: String,
        destination: Option<MachinePath>,
    ) -> Result<(), BundleError> {
        if !found.is_file() {
            return Err(BundleError::Kind { path: here });
        }
        self.refuse_secret(&here)?;
        let mode = if is_runnable(&here, found)? { RUNNABLE } else { PLAIN };
        self.entries.push(Entry {
            path,
            kind: EntryKind::File,
            size_bytes: found.len(),
            mode: mode.to_owned(),
            destination,
            source: Some(here),
        });
        Ok(())
    }

    /// What a path leads to by its links, which has to be in the app folder.
    fn followed(&self, path: &Path) -> Result<PathBuf, BundleError> {
        let led_to = real(path)?;
        if led_to.starts_with(&self.real_folder) {
            return Ok(led_to);
        }
        let target = fs::read_link(path).unwrap_or(led_to);
        Err(BundleError::LeadsOut { path: path.to_owned(), target, bounds: self.folder.clone() })
    }

    /// A secret is known by where it really lies, so that no link leads to it.
    fn refuse_secret(&self, here: &Path) -> Result<(), BundleError> {
        let Ok(here) = real(here) else { return Ok(()) };
        for path in &self.withheld {
            // One that is not there holds nothing.
            let is_it =
                fs::canonicalize(path.below(&self.folder)).is_ok_and(|secret| here.starts_with(secret));
            if is_it {
                return Err(BundleError::Secret { path: path.clone() });
            }
        }
        Ok(())
    }
}

/// Whether a file that is made there would be part of an upload.
pub(super) fn has_room_for(folder: &Path, deployment: &Deployment, file: &Path) -> Result<bool, BundleError> {
    let (Some(above), Some(name)) = (file.parent(), file.file_name()) else { return Ok(false) };
    let file = real(above)?.join(name);
    for upload in &deployment.uploads {
        let root = real(&upload.source.below(folder))?;
        let Ok(place) = file.strip_prefix(&root) else { continue };
        if !rules(upload)?.matched_path_or_any_parents(place, false).is_ignore() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn rules(upload: &Upload) -> Result<Gitignore, BundleError> {
    let bad = |rule: &str| {
        let rule = rule.to_owned();
        move |source| BundleError::Rule { upload: upload.source.clone(), rule, source }
    };
    let mut builder = GitignoreBuilder::new("");
    for rule in &upload.exclude {
        builder.add_line(None, rule).map_err(bad(rule))?;
    }
    builder.build().map_err(bad(&upload.exclude.join(", ")))
}

/// What a link that stays one says. It has to stay in the upload by its words, and by where it leads here, if anywhere.
fn kept_link(path: &Path, place: &FolderPath, root: &Path) -> Result<String, BundleError> {
    let read = |source| BundleError::Read { path: path.to_owned(), source };
    let target = fs::read_link(path).map_err(read)?;
    let leads_out =
        || BundleError::LeadsOut { path: path.to_owned(), target: target.clone(), bounds: root.to_owned() };
    let mut depth = place.as_str().matches('/').count();
    let mut parts = Vec::new();
    for part in target.components() {
        match part {
            Component::Prefix(_) | Component::RootDir => return Err(leads_out()),
            Component::CurDir => {}
            Component::ParentDir => {
                depth = depth.checked_sub(1).ok_or_else(leads_out)?;
                parts.push("..");
            }
            Component::Normal(name) => {
                depth += 1;
                parts.push(name.to_str().ok_or_else(|| BundleError::Name { path: path.to_owned() })?);
            }
        }
    }
    match fs::canonicalize(path) {
        Ok(led_to) if !led_to.starts_with(root) => Err(leads_out()),
        _ => Ok(if parts.is_empty() { ".".to_owned() } else { parts.join("/") }),
    }
}

fn real(path: &Path) -> Result<PathBuf, BundleError> {
    fs::canonicalize(path).map_err(|source| BundleError::Read { path: path.to_owned(), source })
}

fn metadata(path: &Path) -> Result<Metadata, BundleError> {
    fs::metadata(path).map_err(|source| BundleError::Read { path: path.to_owned(), source })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the file has to be read")]
fn is_runnable(_path: &Path, found: &Metadata) -> Result<bool, BundleError> {
    use std::os::unix::fs::PermissionsExt;
    Ok(found.permissions().mode() & 0o100 != 0)
}

/// Windows has no such bit: what begins as a script with its interpreter or a program of Linux does is one.
#[cfg(not(unix))]
fn is_runnable(path: &Path, _found: &Metadata) -> Result<bool, BundleError> {
    use std::io::Read as _;
    let read = |source| BundleError::Read { path: path.to_owned(), source };
    let mut start = Vec::new();
    fs::File::open(path).map_err(read)?.take(4).read_to_end(&mut start).map_err(read)?;
    Ok(start.starts_with(b"#!") || start == b"\x7fELF")
}
