//! Files that look like secrets within what is uploaded: a bundle can be read by whoever may read the bucket.
//!
//! By their content where that tells, else by their names; what is in them is never repeated.

use std::io::Read as _;
use std::path::Path;
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::Thing;
use super::gathered::Gathered;
use super::tree::{Placed, PlacedKind};
use crate::manifest::Fault;

// By bytes: the program is built without Unicode's tables, which `(?i)` and `\s` ask for otherwise.

/// How much of a file is looked at.
const LOOKED_AT: u64 = 64 * 1024;

#[expect(clippy::unwrap_used, reason = "a pattern that a test has read")]
static PRIVATE_KEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----").unwrap());
#[expect(clippy::unwrap_used, reason = "a pattern that a test has read")]
static AWS_KEY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)aws_?secret_?access_?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}"#).unwrap()
});
#[expect(clippy::unwrap_used, reason = "a pattern that a test has read")]
static NPM_TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?-u):_authToken\s*=\s*[^\s$]").unwrap());

/// Names of files that hold secrets by custom.
const NAMES: [&str; 15] = [
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "credentials",
    "credentials.json",
    "service-account.json",
    "service_account.json",
    ".netrc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    "secrets.yaml",
    "secrets.yml",
    "secrets.json",
];
const ENDINGS: [&str; 5] = [".p12", ".pfx", ".jks", ".kdbx", ".ppk"];
/// What a `.env` is called that shows others what to write.
const EXAMPLES: [&str; 5] = [".example", ".sample", ".template", ".dist", ".defaults"];

pub(super) fn check(gathered: &Gathered<'_>) -> Vec<Fault> {
    let find = |placed: &Placed| {
        let PlacedKind::File { .. } = placed.kind else { return None };
        let fault = by_content(placed).or_else(|| by_name(placed))?;
        Some(gathered.at(&Thing::Upload(placed.upload), fault))
    };
    gathered.placed.iter().filter_map(find).collect()
}

fn by_content(placed: &Placed) -> Option<Fault> {
    let beginning = beginning(&placed.path)?;
    let what = if PRIVATE_KEY.is_match(&beginning) {
        "a private key"
    } else if AWS_KEY.is_match(&beginning) {
        "a secret access key of AWS"
    } else if NPM_TOKEN.is_match(&beginning) {
        "a token of a package registry"
    } else {
        return None;
    };
    let message = format!("{} holds {what}, and would lie open in the bundle", placed.source.as_str());
    Some(Fault::error("secret-in-upload", message).hint(hint(placed)))
}

fn by_name(placed: &Placed) -> Option<Fault> {
    let name = placed.source.file_name().to_ascii_lowercase();
    let is_env =
        name == ".env" || name.starts_with(".env.") && !EXAMPLES.iter().any(|end| name.ends_with(end));
    let is_one = is_env || NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|end| name.ends_with(end));
    is_one.then(|| {
        let message = format!(
            "{} is by its name a file of secrets, and would lie open in the bundle",
            placed.source.as_str()
        );
        Fault::warning("secret-looking-upload", message).hint(hint(placed))
    })
}

fn hint(placed: &Placed) -> String {
    format!(
        "give it as a secret (secrets: with file: {}) and leave it out of the upload (exclude: [{}])",
        placed.source.as_str(),
        placed.source.file_name()
    )
}

fn beginning(path: &Path) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    std::fs::File::open(path).ok()?.take(LOOKED_AT).read_to_end(&mut content).ok()?;
    Some(content)
}
