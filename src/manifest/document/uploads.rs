//! Uploads and tarballs of `deployment.yaml`.
//!
//! What is in them is not looked at.

use super::super::deployment::{DEFAULT_DIRECTORY, Symlinks, Tarball, TarballSource, Upload};
use super::super::paths::{FolderPath, MachinePath};
use super::super::places::Thing;
use super::super::written::deployment::{DeploymentKeys, TarballKeys, UploadKeys};
use super::super::written::kinds::Text;
use super::super::yaml::{Located, Mark, ReadFault, Said, Short};
use super::{Reading, default_place};
use crate::platform::folders::Kind;

/// Where something has been placed already.
struct Taken {
    mark: Mark,
    destination: MachinePath,
    kind: Kind,
}

impl Reading<'_> {
    pub(super) fn uploads(&mut self, keys: &DeploymentKeys) -> Vec<Upload> {
        let mut uploads = Vec::new();
        let mut taken: Vec<Taken> = Vec::new();
        for (mark, keys) in keys.uploads.iter().filter_map(Located::with_mark) {
            let Some((upload, kind)) = self.upload(mark, keys) else { continue };
            let at = keys.dest.as_ref().map_or(mark, |dest| dest.mark);
            // The content of several folders may go into one.
            let other = taken.iter().find(|other| {
                other.destination == upload.destination && (other.kind, kind) != (Kind::Folder, Kind::Folder)
            });
            if let Some(other) = other {
                let message =
                    format!("{} is written twice: by line {} too", upload.destination, other.mark.line);
                self.fault(at, "duplicate-destination", message);
                continue;
            }
            taken.push(Taken { mark: at, destination: upload.destination.clone(), kind });
            self.marks.push((Thing::Upload(uploads.len()), mark));
            uploads.push(upload);
        }
        uploads
    }

    fn upload(&mut self, mark: Mark, keys: &UploadKeys) -> Option<(Upload, Kind)> {
        let destination = keys.dest.as_ref().map(|dest| self.destination(dest));
        let (source, kind) = self.find(&keys.source)?;
        if kind == Kind::Other {
            self.fault(keys.source.mark, "not-a-file", format!("{source} is neither a file nor a folder"));
            return None;
        }
        let destination = match destination {
            Some(given) => match given? {
                (folder, true) if kind == Kind::File => folder.join(&source.file_name().parse().ok()?),
                (place, _) => place,
            },
            None if kind == Kind::File => default_place(source.file_name())?,
            None => DEFAULT_DIRECTORY.parse().ok()?,
        };
        self.warn_of_secret(mark, &source);
        let exclude = keys.exclude.0.iter().filter_map(Located::known).map(|rule| rule.0.clone()).collect();
        let upload = Upload {
            source,
            destination,
            mode: keys.permissions.said().copied(),
            owner: keys.owner.said().cloned(),
            exclude,
            symlinks: keys.symlinks.said().copied().unwrap_or(Symlinks::Keep),
        };
        Some((upload, kind))
    }

    /// A place on the machine, and whether it is written as a folder.
    fn destination(&mut self, written: &Located<Text>) -> Option<(MachinePath, bool)> {
        let (mark, text) = written.with_mark()?;
        Some((self.parse(mark, text)?, text.ends_with('/')))
    }

    fn warn_of_secret(&mut self, mark: Mark, source: &FolderPath) {
        let name = source.file_name();
        if name == ".env"
            || name.starts_with(".env.")
            || source.as_str().split('/').any(|part| part == "secrets")
        {
            let message = format!("{source} looks like a secret, and uploads lie open in the bundle");
            let fault = ReadFault::warning(mark, "secret-in-bundle", message);
            self.faults.push(fault.hint("give it under secrets: NAME: {from: file:PATH, dest: PLACE}"));
        }
    }

    pub(super) fn tarballs(&mut self, keys: &DeploymentKeys) -> Vec<Tarball> {
        let mut tarballs = Vec::new();
        for (mark, Short(keys)) in keys.tarball_url.0.iter().filter_map(Located::with_mark) {
            let Some(tarball) = self.tarball(keys) else { continue };
            self.marks.push((Thing::Tarball(tarballs.len()), mark));
            tarballs.push(tarball);
        }
        tarballs
    }

    fn tarball(&mut self, keys: &TarballKeys) -> Option<Tarball> {
        let (mark, url) = keys.url.with_mark()?;
        let source = match url.split_once("://") {
            Some(("http" | "https", rest)) if is_plain(rest) => TarballSource::Url(url.0.clone()),
            Some(("s3", rest)) => self.in_bucket(mark, rest)?,
            Some(("gs", rest)) => {
                let fault = ReadFault::at(mark, "bad-value", "gs:// is not fetched");
                self.faults.push(fault.hint(format!("write https://storage.googleapis.com/{rest}")));
                return None;
            }
            Some(("file", path)) => self.archive(mark, path)?,
            Some(_) => {
                let message = format!("{:?} is no http://, https://, s3:// or file", url.0);
                self.fault(mark, "bad-value", message);
                return None;
            }
            None => self.archive(mark, url.strip_prefix("file:").unwrap_or(url))?,
        };
        let sha256 = match keys.sha256.as_ref().and_then(Located::with_mark) {
            Some((mark, digits)) => Some(self.sha256(mark, digits)?),
            None => None,
        };
        let destination = match keys.dest.said() {
            Some(given) => given.clone(),
            None => DEFAULT_DIRECTORY.parse().ok()?,
        };
        Some(Tarball { source, sha256, destination, owner: None })
    }

    fn in_bucket(&mut self, mark: Mark, rest: &str) -> Option<TarballSource> {
        match rest.split_once('/') {
            Some((bucket, key)) if is_plain(bucket) && !key.is_empty() => {
                Some(TarballSource::S3 { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            _ => {
                self.fault(mark, "bad-value", format!("\"s3://{rest}\" is no s3://BUCKET/KEY"));
                None
            }
        }
    }

    fn archive(&mut self, mark: Mark, path: &str) -> Option<TarballSource> {
        match self.find_at(mark, path)? {
            (path, Kind::File) => Some(TarballSource::File(path)),
            (path, Kind::Folder | Kind::Other) => {
                let fault = ReadFault::at(mark, "not-a-file", format!("{path} is no file"));
                self.faults.push(
                    fault.hint(format!("a folder is uploaded as it is: uploads: [{{source: {path}}}]")),
                );
                None
            }
        }
    }

    fn sha256(&mut self, mark: Mark, digits: &str) -> Option<String> {
        if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(digits.to_ascii_lowercase());
        }
        self.fault(mark, "bad-value", "a SHA-256 is 64 hexadecimal digits, as sha256sum prints them");
        None
    }
}

/// Something without spaces and control characters.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
