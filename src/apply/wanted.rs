//! What a machine is to become, in the terms of the machine: nodes with their content's digests.
//!
//! It is read from the folder that a bundle was unpacked in. What is on the machine is not known here.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::error::StepError;
use crate::manifest::bundle::layout;
use crate::manifest::deployment::{Script, ScriptRun, SecretName, Service, TarballSource};
use crate::manifest::{Deployment, FolderPath, MachinePath, Mode, Owner};
use crate::model::secrets_place::{FOLDER, UNIT};
use crate::platform::files::FileError;

const UNITS: &str = "/etc/systemd/system";
const HOOKS: &str = "/etc/cloudkit/hooks.d/pre-stop";
/// The name that a drop-in of ours has; one of the deployment comes after it and so counts more.
const ENVIRONMENT_DROP_IN: &str = "05-cloudkit-environment.conf";
const SECRETS_DROP_IN: &str = "05-cloudkit-secrets.conf";

/// Something that is to be on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Where.
    pub path: MachinePath,
    /// What.
    pub kind: NodeKind,
    /// Its permissions; those of links mean nothing.
    pub mode: u32,
    /// Whose it is; root's where nobody is said.
    pub owner: Option<Owner>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum NodeKind {
    /// A folder.
    Folder,
    /// A file, with where its content is.
    File {
        /// Its content.
        #[serde(skip)]
        content: Content,
        /// The SHA-256 of that.
        sha256: String,
    },
    /// A symbolic link.
    Link {
        /// What it says.
        target: PathBuf,
    },
}

/// Where a file's content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// In a file.
    At(PathBuf),
    /// Here.
    Text(String),
}

/// A bundle that was unpacked.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it says.
    pub deployment: Deployment,
    /// The nodes of each upload.
    pub uploads: Vec<Vec<Node>>,
    /// The SHA-256 of each tarball that is in the bundle.
    pub tarballs: Vec<Option<String>>,
    /// The SHA-256 of each script that is a file.
    pub scripts: Vec<Option<String>>,
    /// Links to secrets in memory, where programs expect them elsewhere.
    pub secrets: Vec<Node>,
    /// Units and drop-ins, by their services.
    pub units: Vec<Vec<Node>>,
    /// Compose files.
    pub compose: Vec<Node>,
    /// Hooks.
    pub hooks: Vec<Node>,
    folder: PathBuf,
}

impl Wanted {
    /// Reads what was unpacked.
    ///
    /// # Errors
    /// Where something that the deployment names is not in it.
    pub fn read(folder: &Path) -> Result<Self, StepError> {
        let path = folder.join(layout::DEPLOYMENT);
        let text = fs::read(&path).map_err(cannot_read(&path))?;
        let deployment: Deployment = serde_json::from_slice(&text)
            .map_err(|source| StepError::Document { path: layout::DEPLOYMENT.into(), source })?;
        let digest = |name: String| sha256_of(&folder.join(name)).map(Some);
        let mut uploads = Vec::new();
        for (index, upload) in deployment.uploads.iter().enumerate() {
            let root = folder.join(layout::upload(index));
            uploads.push(nodes(&root, &upload.destination, upload.mode, upload.owner.as_ref())?);
        }
        let tarballs = deployment.tarballs.iter().enumerate().map(|(index, tarball)| match tarball.source {
            TarballSource::File(_) => digest(layout::tarball(index)),
            TarballSource::Url(_) | TarballSource::S3 { .. } => Ok(None),
        });
        let tarballs = tarballs.collect::<Result<_, _>>()?;
        let scripts = deployment.scripts.iter().enumerate().map(|(index, script)| match script.run {
            ScriptRun::File(_) => digest(layout::script(index)),
            ScriptRun::Command(_) => Ok(None),
        });
        let scripts = scripts.collect::<Result<_, _>>()?;
        let mut units = Vec::new();
        for (index, service) in deployment.services.iter().enumerate() {
            units.push(unit_nodes(folder, &deployment, index, service)?);
        }
        let mut compose = Vec::new();
        for (index, project) in deployment.compose.iter().enumerate() {
            compose.push(file(&folder.join(layout::compose(index)), project.destination.clone(), 0o644)?);
        }
        let mut hooks = Vec::new();
        for (index, hook) in deployment.hooks.iter().enumerate() {
            let Some(path) = below(HOOKS, &hook.name) else { continue };
            hooks.push(file(&folder.join(layout::hook(index)), path, 0o755)?);
        }
        let secrets = secret_links(&deployment);
        let folder = folder.to_owned();
        Ok(Self { deployment, uploads, tarballs, scripts, secrets, units, compose, hooks, folder })
    }

    /// The folder that it was unpacked in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The variables of a script: the deployment's and over them its own.
    #[must_use]
    pub fn environment_of(&self, script: &Script) -> std::collections::BTreeMap<String, String> {
        let mut all = self.deployment.environment.clone();
        all.extend(script.environment.clone());
        all
    }

    /// What a tarball that was unpacked comes to.
    ///
    /// # Errors
    /// Where what was unpacked can't be read.
    pub fn tarball_nodes(&self, index: usize, unpacked: &Path) -> Result<Vec<Node>, StepError> {
        let Some(tarball) = self.deployment.tarballs.get(index) else { return Ok(Vec::new()) };
        nodes(unpacked, &tarball.destination, None, tarball.owner.as_ref())
    }
}

fn unit_nodes(
    folder: &Path,
    deployment: &Deployment,
    index: usize,
    service: &Service,
) -> Result<Vec<Node>, StepError> {
    let mut all = Vec::new();
    if service.file.is_some()
        && let Some(path) = below(UNITS, &service.name)
    {
        all.push(file(&folder.join(layout::unit(index)), path, 0o644)?);
    }
    let drop_ins = format!("{UNITS}/{}.d", service.name);
    if service.name.ends_with(".service")
        && !deployment.environment.is_empty()
        && let Some(path) = below(&drop_ins, ENVIRONMENT_DROP_IN)
    {
        let mut text = "[Service]\n".to_owned();
        for (name, value) in &deployment.environment {
            let _ = writeln!(text, "Environment={}", systemd_word(&format!("{name}={value}")));
        }
        all.push(written(path, text));
    }
    if service.name.ends_with(".service")
        && !deployment.secrets.is_empty()
        && let Some(path) = below(&drop_ins, SECRETS_DROP_IN)
    {
        all.push(written(path, secrets_drop_in(deployment)));
    }
    // A folder of ours goes again when nothing is in it any more.
    if all.iter().any(|node: &Node| node.path.as_str().starts_with(&drop_ins)) || !service.drop_ins.is_empty()
    {
        let folder = drop_ins.parse::<MachinePath>().ok();
        all.extend(folder.map(|path| Node { path, kind: NodeKind::Folder, mode: 0o755, owner: None }));
    }
    for (number, drop_in) in service.drop_ins.iter().enumerate() {
        if let Some(path) = below(&drop_ins, drop_in.file_name()) {
            all.push(file(&folder.join(layout::drop_in(index, number)), path, 0o644)?);
        }
    }
    Ok(all)
}

/// Has a service wait for the secrets, and gives them to it as credentials, whoever it runs as.
/// <https://systemd.io/CREDENTIALS/>
fn secrets_drop_in(deployment: &Deployment) -> String {
    let mut text = format!("[Unit]\nRequires={UNIT}\nAfter={UNIT}\n\n[Service]\n");
    for SecretName { name, .. } in &deployment.secrets {
        let _ = writeln!(text, "LoadCredential={name}:{FOLDER}/{name}");
    }
    text
}

/// Secrets that are expected at further places: links into memory, so that no value comes to the disk.
fn secret_links(deployment: &Deployment) -> Vec<Node> {
    let link = |secret: &SecretName| {
        let target = Path::new(FOLDER).join(&secret.name);
        let path = secret.destination.clone()?;
        Some(Node { path, kind: NodeKind::Link { target }, mode: 0o777, owner: None })
    };
    deployment.secrets.iter().filter_map(link).collect()
}

fn written(path: MachinePath, text: String) -> Node {
    let sha256 = hexadecimal(&Sha256::digest(&text));
    Node { path, kind: NodeKind::File { content: Content::Text(text), sha256 }, mode: 0o644, owner: None }
}

/// A word as systemd reads it in a unit: `%` would be a specifier there.
fn systemd_word(text: &str) -> String {
    let mut word = String::from("\"");
    for c in text.chars() {
        match c {
            '\\' | '"' => word.extend(['\\', c]),
            '\n' => word.push_str("\\n"),
            '%' => word.push_str("%%"),
            c => word.push(c),
        }
    }
    word + "\""
}

fn below(folder: &str, name: &str) -> Option<MachinePath> {
    let name: FolderPath = name.parse().ok()?;
    folder.parse::<MachinePath>().ok().map(|folder| folder.join(&name))
}

fn file(source: &Path, path: MachinePath, mode: u32) -> Result<Node, StepError> {
    let kind = NodeKind::File { content: Content::At(source.to_owned()), sha256: sha256_of(source)? };
    Ok(Node { path, kind, mode, owner: None })
}

/// All that lies at `root`, as it goes to `destination`: folders before what is in them, sorted.
fn nodes(
    root: &Path,
    destination: &MachinePath,
    mode: Option<Mode>,
    owner: Option<&Owner>,
) -> Result<Vec<Node>, StepError> {
    let mut all = Vec::new();
    let mut to_go = vec![(root.to_owned(), destination.clone())];
    while let Some((here, path)) = to_go.pop() {
        let found = fs::symlink_metadata(&here).map_err(cannot_read(&here))?;
        let own_mode = found.permissions().mode() & 0o777;
        let owner = owner.cloned();
        if found.is_dir() {
            let mode = mode.map_or(own_mode, |mode| searchable(mode.bits()));
            for entry in fs::read_dir(&here).map_err(cannot_read(&here))? {
                let entry = entry.map_err(cannot_read(&here))?;
                let name = entry.file_name();
                let path = name.to_str().and_then(|name| format!("{path}/{name}").parse().ok());
                let odd = || io::Error::new(io::ErrorKind::InvalidData, "its name is no text");
                let path: MachinePath = path.ok_or_else(|| cannot_read(&entry.path())(odd()))?;
                to_go.push((entry.path(), path));
            }
            all.push(Node { path, kind: NodeKind::Folder, mode, owner });
        } else if found.is_symlink() {
            let target = fs::read_link(&here).map_err(cannot_read(&here))?;
            all.push(Node { path, kind: NodeKind::Link { target }, mode: 0o777, owner });
        } else {
            let sha256 = sha256_of(&here)?;
            let kind = NodeKind::File { content: Content::At(here), sha256 };
            all.push(Node { path, kind, mode: mode.map_or(own_mode, Mode::bits), owner });
        }
    }
    all.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(all)
}

/// Whoever may read a folder may also search it.
const fn searchable(mode: u32) -> u32 {
    mode & 0o777 | (mode & 0o444) >> 2
}

impl NodeKind {
    /// What tells this content from another.
    #[must_use]
    pub fn digest(&self) -> String {
        match self {
            Self::Folder => "folder".to_owned(),
            Self::File { sha256, .. } => sha256.clone(),
            Self::Link { target } => format!("link {}", target.display()),
        }
    }
}

/// The SHA-256 of a file, in hexadecimal digits.
///
/// # Errors
/// Where it can't be read.
pub fn sha256_of(path: &Path) -> Result<String, StepError> {
    let mut file = fs::File::open(path).map_err(cannot_read(path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hexadecimal(&hash.finalize())),
            Ok(read) => hash.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(cannot_read(path)(error)),
        }
    }
}

/// The digest of anything that is known by its JSON.
#[must_use]
pub fn digest_of(value: &impl Serialize) -> String {
    hexadecimal(&Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cannot_read(path: &Path) -> impl FnOnce(io::Error) -> StepError {
    let path = path.to_owned();
    move |source| FileError { action: "read", path, source }.into()
}
