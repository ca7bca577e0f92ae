//! The pinned packages: downloaded once with pip, checked by hash, read without being installed.
//!
//! A package that is in the cache with the right hash is not downloaded again. Nothing of a package is ever run.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::CatalogError;
use super::error::write;

/// Where instance types and offerings come from.
pub(super) const MOTO: Pin = Pin {
    name: "moto",
    version: "5.2.5",
    wheel: "moto-5.2.5-py3-none-any.whl",
    sha256: "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528",
};

/// Where prices come from.
pub(super) const LIBCLOUD: Pin = Pin {
    name: "apache-libcloud",
    version: "3.9.1",
    wheel: "apache_libcloud-3.9.1-py3-none-any.whl",
    sha256: "362806efe3602a781afa0b0c8ad2e8963a708c8d5957fb999735c1cc1e0762d2",
};

/// One file of one release of a package.
#[derive(Debug)]
pub(super) struct Pin {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) wheel: &'static str,
    pub(super) sha256: &'static str,
}

/// A package on this machine, known to be the pinned one.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) pin: &'static Pin,
    path: PathBuf,
}

impl Package {
    /// The package, from the cache or downloaded into it.
    pub(super) fn fetch(pin: &'static Pin, cache: &Path) -> Result<Self, CatalogError> {
        let path = cache.join(pin.wheel);
        if !path.exists() {
            download(pin, cache)?;
        }
        let bytes = fs::read(&path).map_err(|source| CatalogError::Read { path: path.clone(), source })?;
        let found = sha256(&bytes);
        if found != pin.sha256 {
            return Err(CatalogError::Hash { path, found, pinned: pin.sha256 });
        }
        Ok(Self { pin, path })
    }

    /// The bytes of one of its files, without the gzip around them if its name ends with `.gz`.
    pub(super) fn file(&self, name: &str) -> Result<Vec<u8>, CatalogError> {
        let mut wheel = self.open()?;
        let member = wheel.by_name(name).map_err(|error| self.unreadable(name, &error))?;
        let mut bytes = Vec::new();
        let read = if name.ends_with(".gz") {
            GzDecoder::new(member).read_to_end(&mut bytes)
        } else {
            BufReader::new(member).read_to_end(&mut bytes)
        };
        read.map_err(|error| self.unreadable(name, &error))?;
        Ok(bytes)
    }

    /// The names of its files in a folder, in order.
    pub(super) fn files_in(&self, folder: &str) -> Result<BTreeSet<String>, CatalogError> {
        let wheel = self.open()?;
        let names: Result<BTreeSet<String>, _> =
            wheel.file_names().map(|name| name.map(Cow::into_owned)).collect();
        let mut names = names.map_err(|source| CatalogError::Wheel { path: self.path.clone(), source })?;
        names.retain(|name| name.starts_with(folder));
        Ok(names)
    }

    /// The day on which one of its files was packed.
    pub(super) fn packed_on(&self, name: &str) -> Result<String, CatalogError> {
        let mut wheel = self.open()?;
        let member = wheel.by_name(name).map_err(|error| self.unreadable(name, &error))?;
        let time = member.last_modified().ok_or_else(|| self.unreadable(name, &"it carries no date"))?;
        Ok(format!("{:04}-{:02}-{:02}", time.year(), time.month(), time.day()))
    }

    fn open(&self) -> Result<ZipArchive<BufReader<File>>, CatalogError> {
        let file = File::open(&self.path)
            .map_err(|source| CatalogError::Read { path: self.path.clone(), source })?;
        ZipArchive::new(BufReader::new(file))
            .map_err(|source| CatalogError::Wheel { path: self.path.clone(), source })
    }

    fn unreadable(&self, file: &str, reason: &impl ToString) -> CatalogError {
        CatalogError::Member {
            package: self.pin.name.to_owned(),
            file: file.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// The hash of bytes in lower-case hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn download(pin: &Pin, cache: &Path) -> Result<(), CatalogError> {
    fs::create_dir_all(cache).map_err(|source| CatalogError::Write { path: cache.to_owned(), source })?;
    let requirement = format!("{}=={}", pin.name, pin.version);
    let list = cache.join(format!("{}.txt", pin.name));
    write(&list, format!("{requirement} --hash=sha256:{}\n", pin.sha256).as_bytes())?;
    let output = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"])
        .arg("--requirement")
        .arg(&list)
        .arg("--dest")
        .arg(cache)
        .output()
        .map_err(CatalogError::NoPip)?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(())
    } else if complaint.contains("No module named pip") {
        Err(CatalogError::NoPip(std::io::Error::other("Python has no pip")))
    } else {
        Err(CatalogError::Download { package: requirement, reason: complaint.trim().to_owned() })
    }
}
