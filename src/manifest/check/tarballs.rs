//! Rules for tarballs: their addresses, their checksums, and whether a local one is an archive at all.
//!
//! What is in one is looked at where it is unpacked.

use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::Thing;
use super::gathered::Gathered;
use crate::manifest::deployment::{Tarball, TarballSource};
use crate::manifest::{Fault, FolderPath};

/// Enough to see the mark of a tar archive without compression, which stands in its first header.
const HEADER: usize = 512;

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, tarball) in gathered.subject.deployment.tarballs.iter().enumerate() {
        let found = match &tarball.source {
            TarballSource::Url(url) => of_url(url, tarball),
            TarballSource::S3 { bucket, key } => of_s3(bucket, key, tarball),
            TarballSource::File(file) => of_file(gathered.subject.root, file, tarball),
        };
        let digest = tarball.sha256.as_ref().filter(|digest| !is_digest(digest)).map(|digest| {
            Fault::error("sha256", format!("{digest:?} is no SHA-256: that is 64 hexadecimal digits"))
                .hint("sha256sum FILE prints it")
        });
        faults
            .extend(found.into_iter().chain(digest).map(|fault| gathered.at(&Thing::Tarball(index), fault)));
    }
    faults
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn of_url(url: &str, tarball: &Tarball) -> Vec<Fault> {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return vec![
            Fault::error("tarball-url", format!("{url:?} is no address that a machine can fetch from"))
                .hint("write https://…, s3://bucket/key, or the path of a file in the app folder"),
        ];
    }
    let mut faults = Vec::new();
    if host.contains('@')
        || ["x-amz-signature=", "x-amz-security-token=", "access_token=", "sig="]
            .iter()
            .any(|secret| lower.contains(secret))
    {
        faults.push(
            Fault::error(
                "secret-in-url",
                "the tarball's address holds a secret, and would lie open in the bundle",
            )
            .hint(
                "name an object of a bucket instead: s3://bucket/key, which the machine fetches by its role",
            ),
        );
    }
    faults.extend(archive_name(lower.split(['?', '#']).next().unwrap_or_default()));
    if tarball.sha256.is_none() {
        let message = if lower.starts_with("http://") {
            "a tarball that is fetched without TLS and without sha256 can be changed by anybody on the way"
        } else {
            "without sha256 nobody notices when the tarball changes"
        };
        faults.push(
            Fault::warning("tarball-sha256", message)
                .hint("add sha256: with what sha256sum says of the file"),
        );
    }
    faults
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn of_s3(bucket: &str, key: &str, tarball: &Tarball) -> Vec<Fault> {
    let is_fit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let is_bucket = (3..=63).contains(&bucket.len()) && bucket.bytes().all(is_fit) && !bucket.contains("..");
    let mut faults = Vec::new();
    if !is_bucket {
        let hint =
            "write s3://bucket/key: a bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens";
        faults.push(Fault::error("tarball-url", format!("{bucket:?} is no name of a bucket")).hint(hint));
    }
    if key.is_empty() || key.ends_with('/') {
        faults.push(
            Fault::error("tarball-url", format!("s3://{bucket}/{key} names no object"))
                .hint("write s3://bucket/key"),
        );
    }
    faults.extend(archive_name(key));
    if tarball.sha256.is_none() {
        faults.push(
            Fault::error("tarball-sha256", "what is fetched from a bucket needs its sha256")
                .hint("add sha256: with what sha256sum says of the file"),
        );
    }
    faults
}

fn archive_name(name: &str) -> Option<Fault> {
    let name = name.to_ascii_lowercase();
    let other = [".zip", ".7z", ".rar", ".deb", ".rpm"].into_iter().find(|ending| name.ends_with(ending))?;
    Some(
        Fault::error("not-a-tarball", format!("a {other} is no tarball"))
            .hint("pack it as one: tar -czf app.tar.gz -C FOLDER ."),
    )
}

fn of_file(root: &Path, file: &FolderPath, tarball: &Tarball) -> Vec<Fault> {
    let (path, name) = (file.below(root), file.as_str());
    let content = match beginning(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![
                Fault::error("missing-file", format!("there is no tarball {name}"))
                    .hint("paths count from the app folder"),
            ];
        }
        Err(_) if path.is_dir() => {
            return vec![
                Fault::error("not-a-file", format!("{name} is a folder, where a tarball is wanted"))
                    .hint(format!("upload the folder (uploads: [{{source: {name}}}]), or pack it: tar -czf {name}.tar.gz -C {name} .")),
            ];
        }
        Err(error) => return vec![Fault::error("unreadable-file", format!("{name} can't be read: {error}"))],
    };
    if let Some(fault) = not_an_archive(name, &content) {
        return vec![fault];
    }
    let Some(wanted) = tarball.sha256.as_deref().filter(|digest| is_digest(digest)) else {
        return Vec::new();
    };
    match digest(&path) {
        Ok(found) if !found.eq_ignore_ascii_case(wanted) => vec![
            Fault::error("sha256", format!("{name} has another SHA-256 than is written: {found}"))
                .hint("write this one if the file is the right one"),
        ],
        _ => Vec::new(),
    }
}

fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    std::fs::File::open(path)?.take(HEADER as u64).read_to_end(&mut content)?;
    Ok(content)
}

fn digest(path: &Path) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    std::io::copy(&mut std::fs::File::open(path)?, &mut Writer(&mut hash))?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

struct Writer<'h>(&'h mut Sha256);

impl std::io::Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn not_an_archive(name: &str, content: &[u8]) -> Option<Fault> {
    let compressed: [&[u8]; 4] =
        [&[0x1f, 0x8b], b"BZh", &[0xfd, b'7', b'z', b'X', b'Z', 0], &[0x28, 0xb5, 0x2f, 0xfd]];
    if compressed.iter().any(|mark| content.starts_with(mark)) || is_tar(content) {
        return None;
    }
    let text = String::from_utf8_lossy(content).to_ascii_lowercase();
    let (what, hint) = if content.is_empty() {
        ("it is empty", "pack it anew: tar -czf")
    } else if content.starts_with(b"PK\x03\x04") {
        ("it is a zip file", "pack it as a tarball: tar -czf app.tar.gz -C FOLDER .")
    } else if text.starts_with("version https://git-lfs") {
        ("it is not the file but a pointer of Git LFS", "fetch the file first: git lfs pull")
    } else if text.trim_start().starts_with("<!doctype") || text.trim_start().starts_with("<html") {
        ("it is a web page", "fetch it again from the address of the file itself: curl -fL")
    } else {
        (
            "its first bytes are those of no archive",
            "it has to be a tar archive, plain or by gzip, bzip2, xz or zstd",
        )
    };
    Some(Fault::error("not-a-tarball", format!("{name} is no tarball: {what}")).hint(hint))
}

/// By its mark, or by the checksum of its first header, which older archives have alone.
fn is_tar(content: &[u8]) -> bool {
    let Some(header) = content.get(..HEADER) else { return false };
    if header.get(257..262) == Some(b"ustar") {
        return true;
    }
    let written = std::str::from_utf8(&header[148..156]).unwrap_or_default();
    let written = u32::from_str_radix(written.trim_matches(['\0', ' ']), 8);
    let blanked =
        |(at, byte): (usize, &u8)| if (148..156).contains(&at) { u32::from(b' ') } else { u32::from(*byte) };
    header[0] != 0 && written == Ok(header.iter().enumerate().map(blanked).sum())
}
