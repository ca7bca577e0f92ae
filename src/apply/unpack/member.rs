//! The names of an archive's members: what they may be, and the records that carry the long ones.

use std::ffi::OsStr;
use std::fmt;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::UnpackError;

/// No system takes a longer path, and a record that is longer is there for the sake of our memory.
const MAX_RECORD: u64 = 64 * 1024;

/// Where a member lies below the folder: no part of it leads up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(Vec<Vec<u8>>);

impl Name {
    pub(super) fn of(written: &[u8]) -> Result<Self, UnpackError> {
        let refuse = |problem| Err(UnpackError::refused(written, problem));
        if written.contains(&0) {
            return refuse("has a zero in its name");
        }
        if written.first() == Some(&b'/') {
            return refuse("has an absolute name");
        }
        let parts = written.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
        let parts: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
        if parts.iter().any(|part| part == b"..") {
            return refuse("leads out of the archive's folder");
        }
        Ok(Self(parts))
    }

    /// Whether it is the folder itself.
    pub(super) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The folders that it lies in.
    pub(super) fn above(&self) -> impl Iterator<Item = Self> {
        (1..self.0.len()).map(|depth| Self(self.0[..depth].to_vec()))
    }

    pub(super) fn from_parts(parts: Vec<Vec<u8>>) -> Self {
        Self(parts)
    }

    pub(super) fn into_parts(self) -> Vec<Vec<u8>> {
        self.0
    }

    pub(super) fn parts(&self) -> &[Vec<u8>] {
        &self.0
    }

    pub(super) fn below(&self, folder: &Path) -> PathBuf {
        self.0.iter().fold(folder.to_owned(), |path, part| path.join(OsStr::from_bytes(part)))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0.join(&b'/')))
    }
}

/// What records before a member say of it, by GNU's way or POSIX's.
#[derive(Default)]
pub(super) struct Extensions {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
}

impl Extensions {
    /// Takes a record in; says whether it was one.
    pub(super) fn take(&mut self, entry: &mut tar::Entry<'_, impl Read>) -> Result<bool, UnpackError> {
        match entry.header().entry_type() {
            tar::EntryType::GNULongName => self.path = Some(without_end(content(entry)?)),
            tar::EntryType::GNULongLink => self.link = Some(without_end(content(entry)?)),
            tar::EntryType::XHeader => self.records(&content(entry)?)?,
            // What holds for all members: times, comments, nothing that matters here.
            tar::EntryType::XGlobalHeader => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `LENGTH KEY=VALUE\n`, the length that of the whole record.
    fn records(&mut self, mut rest: &[u8]) -> Result<(), UnpackError> {
        let damaged = || UnpackError::refused("pax header", "is damaged");
        while !rest.is_empty() {
            let space = rest.iter().position(|byte| *byte == b' ').ok_or_else(damaged)?;
            let length = std::str::from_utf8(&rest[..space]).ok().and_then(|text| text.parse().ok());
            let length: usize = length.ok_or_else(damaged)?;
            let record = rest.get(space + 1..length).and_then(|record| record.strip_suffix(b"\n"));
            let record = record.ok_or_else(damaged)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(damaged)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => {
                    let problem = "says a size of 8 GiB or more by pax: make the archive with --format=gnu";
                    return Err(UnpackError::refused(self.path.clone().unwrap_or_default(), problem));
                }
                key if key.starts_with(b"GNU.sparse") => {
                    let problem = "is a sparse file: make the archive without --sparse";
                    return Err(UnpackError::refused(self.path.clone().unwrap_or_default(), problem));
                }
                _ => {}
            }
            rest = &rest[length..];
        }
        Ok(())
    }

    pub(super) fn path(&self, entry: &tar::Entry<'_, impl Read>) -> Vec<u8> {
        self.path.clone().unwrap_or_else(|| entry.header().path_bytes().into_owned())
    }

    pub(super) fn link(&self, entry: &tar::Entry<'_, impl Read>) -> Vec<u8> {
        let short = || entry.header().link_name_bytes().map(std::borrow::Cow::into_owned).unwrap_or_default();
        self.link.clone().unwrap_or_else(short)
    }
}

fn content(entry: &mut tar::Entry<'_, impl Read>) -> Result<Vec<u8>, UnpackError> {
    let mut content = Vec::new();
    entry.take(MAX_RECORD + 1).read_to_end(&mut content).map_err(UnpackError::Read)?;
    if content.len() as u64 > MAX_RECORD {
        return Err(UnpackError::refused(&content[..40], "has a name that is too long"));
    }
    Ok(content)
}

fn without_end(mut name: Vec<u8>) -> Vec<u8> {
    while name.last() == Some(&0) {
        name.pop();
    }
    name
}
