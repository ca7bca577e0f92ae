//! What one bundle has and another one has not: by what a machine gets, not by where that lies in the bundle.
//!
//! Contents are compared by their digests, so nothing of them is shown. What a machine does about it is not known here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{BundleError, hexadecimal, layout};
use crate::manifest::Deployment;
use crate::manifest::deployment::{ScriptRun, TarballSource};

/// The deployment itself is small; what is longer is none.
const MAX_DOCUMENT: u64 = 64 << 20;

/// A bundle as far as it can be told from another one: what it gives a machine, each with its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents(BTreeMap<(Kind, String), String>);

/// Something that is not the same in two bundles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What became of it.
    pub change: How,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its name, or its place on the machine.
    pub name: String,
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The later bundle alone has it.
    Added,
    /// Both have it, and not the same.
    Changed,
    /// The earlier bundle alone has it.
    Removed,
}

/// A kind of thing that a machine gets, in the order in which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A package of the distribution.
    Package,
    /// A file, a folder or a link that is placed.
    File,
    /// An archive that is unpacked.
    Tarball,
    /// Something that is run.
    Script,
    /// A unit with its drop-ins.
    Service,
    /// A compose project.
    Compose,
    /// A secret's name and place; its value is in no bundle.
    Secret,
    /// A variable of all scripts and services.
    Variable,
    /// A health check.
    Health,
    /// A hook.
    Hook,
    /// What becomes of a machine that fails.
    Setting,
}

/// What has changed from one bundle to another.
#[must_use]
pub fn between(earlier: &Contents, later: &Contents) -> Vec<Change> {
    let all: BTreeSet<&(Kind, String)> = earlier.0.keys().chain(later.0.keys()).collect();
    let change = |thing: &(Kind, String)| {
        let change = match (earlier.0.get(thing), later.0.get(thing)) {
            (None, _) => How::Added,
            (_, None) => How::Removed,
            (one, other) if one != other => How::Changed,
            _ => return None,
        };
        Some(Change { change, kind: thing.0, name: thing.1.clone() })
    };
    all.into_iter().filter_map(change).collect()
}

impl Contents {
    /// Reads a bundle from its file.
    ///
    /// # Errors
    /// Where it can't be read, or is no bundle.
    pub fn read(path: &Path) -> Result<Self, BundleError> {
        let failed = |source| BundleError::Read { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let (deployment, members) = members(BufReader::new(file)).map_err(failed)?;
        Ok(Self::of(&deployment, &members))
    }

    fn of(deployment: &Deployment, members: &BTreeMap<String, String>) -> Self {
        let mut all = BTreeMap::new();
        let member = |path: String| members.get(&path);
        let mut add = |kind, name: String, digest: String| {
            // Two of one name are told by what both come to.
            all.entry((kind, name)).and_modify(|known: &mut String| *known += &digest).or_insert(digest);
        };
        for one in &deployment.packages {
            add(Kind::Package, one.name.clone(), digest_of(one));
        }
        for (index, one) in deployment.uploads.iter().enumerate() {
            let root = layout::upload(index);
            for (path, digest) in members.range(root.clone()..) {
                let Some(below) = path.strip_prefix(&root) else { break };
                if !below.is_empty() && !below.starts_with('/') {
                    continue;
                }
                let place = format!("{}{below}", one.destination);
                add(Kind::File, place, digest_of(&(digest, &one.mode, &one.owner)));
            }
        }
        for (index, one) in deployment.tarballs.iter().enumerate() {
            let source = match &one.source {
                // What a URL may carry behind its path is nobody's to see.
                TarballSource::Url(url) => url.split(['?', '#']).next().unwrap_or(url).to_owned(),
                TarballSource::S3 { bucket, key } => format!("s3://{bucket}/{key}"),
                TarballSource::File(file) => file.to_string(),
            };
            let name = format!("{source} to {}", one.destination);
            add(Kind::Tarball, name, digest_of(&(one, member(layout::tarball(index)))));
        }
        for (index, one) in deployment.scripts.iter().enumerate() {
            // Where a script's file lies in the app folder makes no other script of it.
            let run = match &one.run {
                ScriptRun::Command(command) => Some(command),
                ScriptRun::File(_) => member(layout::script(index)),
            };
            let terms = (&one.working_directory, &one.user, &one.environment, one.timeout, one.retries);
            add(Kind::Script, one.name.clone(), digest_of(&(run, terms)));
        }
        for (index, one) in deployment.services.iter().enumerate() {
            let drop_ins: Vec<_> = (0..one.drop_ins.len())
                .map(|number| (one.drop_ins[number].file_name(), member(layout::drop_in(index, number))))
                .collect();
            let terms = (one.enabled, one.start, one.restart_on_change);
            let digest = digest_of(&(terms, member(layout::unit(index)), drop_ins));
            add(Kind::Service, one.name.clone(), digest);
        }
        for (index, one) in deployment.compose.iter().enumerate() {
            let digest = digest_of(&(&one.destination, member(layout::compose(index))));
            add(Kind::Compose, one.name.clone(), digest);
        }
        for one in &deployment.secrets {
            add(Kind::Secret, one.name.clone(), digest_of(one));
        }
        for (name, value) in &deployment.environment {
            add(Kind::Variable, name.clone(), digest_of(value));
        }
        for one in &deployment.health {
            add(Kind::Health, one.name.clone(), digest_of(one));
        }
        for (index, one) in deployment.hooks.iter().enumerate() {
            add(Kind::Hook, one.name.clone(), digest_of(&member(layout::hook(index))));
        }
        add(Kind::Setting, "on_failure".to_owned(), digest_of(&deployment.on_failure));
        Self(all)
    }
}

/// The deployment, and the digest of each other member.
fn members(bundle: impl io::BufRead) -> io::Result<(Deployment, BTreeMap<String, String>)> {
    let odd = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut archive = tar::Archive::new(zstd::Decoder::with_buffer(bundle)?);
    let (mut deployment, mut members) = (None, BTreeMap::new());
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_str().map(|path| path.trim_end_matches('/').to_owned());
        let path = path.ok_or_else(|| odd("a member's name is no text".to_owned()))?;
        if path == layout::DEPLOYMENT {
            let document: Deployment = serde_json::from_reader((&mut entry).take(MAX_DOCUMENT))?;
            deployment = Some(document);
            continue;
        }
        let kind = entry.header().entry_type();
        let digest = if kind.is_dir() {
            "folder".to_owned()
        } else if kind.is_symlink() {
            let target = entry.link_name()?.map(|target| target.display().to_string());
            format!("link {}", target.unwrap_or_default())
        } else {
            let mode = entry.header().mode()?;
            let mut hash = Sha256::new();
            let mut piece = vec![0; 128 * 1024];
            loop {
                match entry.read(&mut piece)? {
                    0 => break,
                    read => hash.update(&piece[..read]),
                }
            }
            format!("{mode:o} {}", hexadecimal(&hash.finalize()))
        };
        members.insert(path, digest);
    }
    let deployment = deployment.ok_or_else(|| odd(format!("it has no {}", layout::DEPLOYMENT)))?;
    Ok((deployment, members))
}

fn digest_of(value: &impl Serialize) -> String {
    hexadecimal(&Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::manifest::bundle::write;
    use crate::manifest::deployment::SCHEMA;

    /// A bundle of a folder with these files, and what this deployment makes of them.
    fn contents(files: &[(&str, &str)], deployment: serde_json::Value) -> Contents {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let mut deployment = deployment;
        deployment["schema"] = SCHEMA.into();
        let deployment: Deployment = serde_json::from_value(deployment).unwrap();
        let bundle = write(folder.path(), &deployment, &[], folder.path()).unwrap();
        Contents::read(bundle.path()).unwrap()
    }

    fn told(earlier: &Contents, later: &Contents) -> Vec<String> {
        let changes = between(earlier, later).into_iter();
        changes.map(|Change { change, kind, name }| format!("{change:?} {kind:?} {name}")).collect()
    }

    fn script(name: &str, file: &str) -> serde_json::Value {
        serde_json::json!({"name": name, "run": {"file": file}, "working_directory": "/opt", "timeout": "1m"})
    }

    #[test]
    fn things_go_by_what_they_are_and_not_by_where_they_lie() {
        let upload = |source: &str, destination: &str| serde_json::json!({"source": source, "destination": destination});
        let files = [("site/a", "a"), ("site/deep/b", "b"), ("more", "m"), ("one.sh", "1"), ("two.sh", "2")];
        let earlier = contents(
            &files,
            serde_json::json!({"uploads": [upload("site", "/srv")], "scripts": [script("one", "one.sh")],
                "environment": {"A": "1", "B": "2"}, "packages": [{"name": "jq"}]}),
        );
        assert_eq!(told(&earlier, &earlier), [""; 0]);
        let files =
            [("site/a", "a"), ("site/deep/b", "B"), ("more", "m"), ("moved/one.sh", "1"), ("two.sh", "2")];
        let later = contents(
            &files,
            serde_json::json!({"uploads": [upload("more", "/etc/more"), upload("site", "/srv")],
                "scripts": [script("two", "two.sh"), script("one", "moved/one.sh")],
                "environment": {"A": "1", "B": "3"}, "packages": [{"name": "jq", "version": "1.7"}]}),
        );
        assert_eq!(
            told(&earlier, &later),
            [
                "Changed Package jq",
                "Added File /etc/more",
                "Changed File /srv/deep/b",
                "Added Script two",
                "Changed Variable B"
            ]
        );
        let back = told(&later, &earlier);
        assert!(back.contains(&"Removed Script two".to_owned()), "{back:?}");
    }

    #[test]
    fn what_is_no_bundle_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none");
        std::fs::write(&file, "nothing").unwrap();
        assert!(matches!(Contents::read(&file), Err(BundleError::Read { .. })));
    }
}
