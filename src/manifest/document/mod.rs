//! `deployment.yaml` as what is deployed: names, defaults, and that what is written makes sense together.
//!
//! Whether scripts, units and templates are right in themselves is for later checks.

pub(super) mod health;
pub(super) mod scripts;
pub(super) mod secrets;
pub(super) mod units;
mod uploads;

use std::collections::BTreeMap;

use super::deployment::{DEFAULT_DIRECTORY, Deployment, Hook, Package, SCHEMA};
use super::folder::{Folder, join};
use super::older;
use super::paths::{FolderPath, MachinePath};
use super::places::Thing;
use super::secret::SecretSource;
use super::templates::{NAMES, Template};
use super::written::DeploymentFile;
use super::written::deployment::{HookKeys, PackageKeys};
use super::written::kinds::Text;
use super::yaml::{Located, Mark, Node, ReadFault, Said, Short, nearest, read};
use crate::platform::folders::Kind;

/// What a file says.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) deployment: Deployment,
    pub(super) templates: Vec<Template>,
    pub(super) secrets: Vec<SecretSource>,
    pub(super) marks: Vec<(Thing, Mark)>,
}

/// How every file begins.
const SKELETON: &str =
    "begin with a line version: 1 and a line deployment:, and indent what is deployed below that";

/// Reads the text of a `deployment.yaml` in the folder `base` of a repository.
pub(super) fn document(
    folder: &Folder,
    base: &FolderPath,
    text: &str,
    faults: &mut Vec<ReadFault>,
) -> Option<Document> {
    let node = match Node::read(text, faults) {
        Ok(node) => older::of_deployment(node, faults),
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let file: DeploymentFile = read(&node, faults)?;
    for (name, is_missing) in [("version", file.version.is_none()), ("deployment", file.deployment.is_none())]
    {
        if is_missing {
            let message = format!("the key {name:?} is missing");
            faults.push(ReadFault::at(node.mark, "missing-key", message).hint(SKELETON));
        }
    }
    let keys = file.deployment.said()?;
    let mut reading = Reading { folder, base, faults, marks: Vec::new() };
    let (secrets, sources) = reading.secrets(keys);
    let compose = reading.compose(keys);
    let mut deployment = Deployment {
        schema: SCHEMA.to_owned(),
        packages: reading.packages(&keys.packages),
        uploads: reading.uploads(keys),
        tarballs: reading.tarballs(keys),
        scripts: reading.scripts(keys),
        services: reading.services(keys),
        health: reading.health(keys, &compose),
        compose,
        secrets,
        environment: reading.environment(&keys.env),
        hooks: reading.hooks(keys.hooks.said()),
        on_failure: keys.on_failure.said().copied().unwrap_or_default(),
    };
    let templates = keys.template.0.iter().filter_map(|written| reading.template(written)).collect();
    let marks = reading.marks;
    secrets::keep_out_of_uploads(&mut deployment.uploads, &sources);
    faults.extend(secrets::among_uploads(&deployment, &sources, &marks));
    Some(Document { deployment, templates, secrets: sources, marks })
}

/// What reading stands on and what it has found so far.
struct Reading<'r> {
    folder: &'r Folder,
    base: &'r FolderPath,
    faults: &'r mut Vec<ReadFault>,
    marks: Vec<(Thing, Mark)>,
}

impl Reading<'_> {
    fn fault(&mut self, mark: Mark, rule: &'static str, message: impl Into<String>) {
        self.faults.push(ReadFault::at(mark, rule, message));
    }

    /// What a text means, or the fault that it means nothing.
    fn parse<T: std::str::FromStr>(&mut self, mark: Mark, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        text.parse().map_err(|error: T::Err| self.fault(mark, "bad-value", error.to_string())).ok()
    }

    /// The file or folder that a path means: beside this file, else from the repository's root on.
    fn find(&mut self, written: &Located<Text>) -> Option<(FolderPath, Kind)> {
        let (mark, text) = written.with_mark()?;
        self.find_at(mark, text)
    }

    fn find_at(&mut self, mark: Mark, text: &str) -> Option<(FolderPath, Kind)> {
        let places = [join(self.base, text), join(&root(), text)];
        for place in places.iter().flatten() {
            match self.folder.kind(place) {
                Ok(Some(kind)) => return Some((place.clone(), kind)),
                Ok(None) => {}
                Err(error) => {
                    let why = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
                    self.fault(mark, "not-read", format!("{error}: {why}"));
                    return None;
                }
            }
        }
        match places {
            [Ok(beside), _] | [Err(_), Ok(beside)] => self.missing(mark, text, &beside),
            [Err(error), Err(_)] => self.fault(mark, "bad-path", error.to_string()),
        }
        None
    }

    /// An ordinary file.
    fn find_file(&mut self, written: &Located<Text>) -> Option<FolderPath> {
        let (path, kind) = self.find(written)?;
        if kind != Kind::File {
            self.fault(written.mark, "not-a-file", format!("{path} is no file"));
            return None;
        }
        Some(path)
    }

    fn missing(&mut self, mark: Mark, written: &str, beside: &FolderPath) {
        let message = if self.base.as_str() == "." {
            format!("there is no {written:?} in the repository")
        } else {
            format!("there is no {written:?} in {} and none in the repository's root", self.base)
        };
        let folder = beside.as_str().rsplit_once('/').map_or(".", |(folder, _)| folder);
        let names =
            folder.parse().ok().and_then(|folder| self.folder.names(&folder).ok()).unwrap_or_default();
        let fault = ReadFault::at(mark, "missing-file", message);
        self.faults.push(match nearest(beside.file_name(), names.iter().map(String::as_str)) {
            Some(name) => fault.hint(format!("{folder} has {name}")),
            None => fault.hint("paths are relative to this file, or to the repository's root"),
        });
    }

    fn packages(&mut self, written: &[Located<Short<PackageKeys>>]) -> Vec<Package> {
        let mut packages: Vec<Package> = Vec::new();
        for (mark, Short(keys)) in written.iter().filter_map(Located::with_mark) {
            let Some((at, name)) = keys.name.with_mark() else { continue };
            let version = keys.version.said().map(|version| version.0.clone());
            if !is_package(name) || version.as_deref().is_some_and(|version| !is_package(version)) {
                let message = format!("{:?} is no name of a package, or its version is none", name.0);
                self.fault(at, "bad-value", message);
                continue;
            }
            if packages.iter().any(|other| other.name == name.0) {
                self.fault(at, "duplicate-name", format!("the package {} is there twice", name.0));
                continue;
            }
            self.marks.push((Thing::Package(packages.len()), mark));
            packages.push(Package { version, ..Package::named(name.0.clone()) });
        }
        packages
    }

    fn environment(&mut self, written: &BTreeMap<String, Located<Text>>) -> BTreeMap<String, String> {
        let mut environment = BTreeMap::new();
        for (name, (mark, value)) in
            written.iter().filter_map(|(name, value)| Some((name, value.with_mark()?)))
        {
            if !is_variable(name) {
                let message = format!("{name:?} is no name of a variable: letters, digits and _");
                self.fault(mark, "bad-value", message);
                continue;
            }
            self.marks.push((Thing::Variable(name.clone()), mark));
            environment.insert(name.clone(), value.0.clone());
        }
        environment
    }

    fn hooks(&mut self, written: Option<&HookKeys>) -> Vec<Hook> {
        let mut hooks: Vec<Hook> = Vec::new();
        for written in written.into_iter().flat_map(|hooks| &hooks.pre_stop.0) {
            let Some(file) = self.find_file(written) else { continue };
            let name = plain_name(file.file_name());
            if hooks.iter().any(|other| other.name == name) {
                self.fault(written.mark, "duplicate-name", format!("another hook is called {name} too"));
                continue;
            }
            self.marks.push((Thing::Hook(hooks.len()), written.mark));
            hooks.push(Hook { name, file });
        }
        hooks
    }

    fn template(&mut self, written: &Located<Text>) -> Option<Template> {
        let (mark, text) = written.with_mark()?;
        self.marks.push((Thing::Template, mark));
        if NAMES.contains(&&*text.0) {
            return Some(Template::Named(text.0.clone()));
        }
        if text.contains('/') || text.ends_with(".yaml") || text.ends_with(".yml") {
            return self.find_file(written).map(Template::File);
        }
        let message = format!("no template is called {:?}; there are {}", text.0, NAMES.join(", "));
        let fault = ReadFault::at(mark, "bad-value", message);
        self.faults.push(match nearest(text, NAMES) {
            Some(name) => fault.hint(format!("did you mean {name}?")),
            None => fault.hint("one of your own is a path: ./template.yaml"),
        });
        None
    }

    /// That a name is taken already, where it is.
    fn is_taken<'n>(
        &mut self,
        mark: Mark,
        kind: &str,
        name: &str,
        mut others: impl Iterator<Item = &'n str>,
    ) -> bool {
        let taken = others.any(|other| other == name);
        if taken {
            let fault =
                ReadFault::at(mark, "duplicate-name", format!("another {kind} is called {name:?} too"));
            self.faults.push(fault.hint("give it a name of its own: name"));
        }
        taken
    }
}

pub(super) fn root() -> FolderPath {
    FolderPath::root()
}

/// Where a thing of this name goes when no place is said.
pub(super) fn default_place(name: &str) -> Option<MachinePath> {
    format!("{DEFAULT_DIRECTORY}/{name}").parse().ok()
}

/// A name of letters, digits, dots, hyphens and underscores, as like as possible.
pub(super) fn plain_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = text.trim().chars().map(plain).collect();
    let name = name.trim_matches(|c| c == '-' || c == '.');
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}

/// What apt and dnf take as a package or a version, and a shell and YAML never take for anything else.
pub(super) fn is_package(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "+-._:~@^/=*".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '@') && text.chars().all(known)
}

/// Whether a shell takes this for the name of a variable.
pub(super) fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
