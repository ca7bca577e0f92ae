//! Services and compose files of `deployment.yaml`.
//!
//! What is in the units is not looked at.

use super::super::deployment::{Compose, Service};
use super::super::folder::join;
use super::super::paths::FolderPath;
use super::super::places::Thing;
use super::super::written::deployment::{ComposeKeys, DeploymentKeys, ServiceKeys};
use super::super::yaml::{Located, Mark, ReadFault, Said, Short};
use super::scripts::{free_name, stem};
use super::{Reading, default_place, root};
use crate::platform::folders::Kind;

/// The kinds of units that are placed and started.
pub(in crate::manifest) const SUFFIXES: [&str; 3] = [".service", ".timer", ".socket"];

impl Reading<'_> {
    pub(super) fn services(&mut self, keys: &DeploymentKeys) -> Vec<Service> {
        let mut services: Vec<Service> = Vec::new();
        let mut said = Vec::new();
        for (mark, Short(keys)) in keys.services.iter().filter_map(Located::with_mark) {
            let Some(service) = self.service(mark, keys) else { continue };
            let others = services.iter().map(|service| service.name.as_str());
            if self.is_taken(mark, "service", &service.name, others) {
                continue;
            }
            self.marks.push((Thing::Service(services.len()), mark));
            said.push((keys.enabled.is_some(), keys.start.is_some()));
            services.push(service);
        }
        for (at, (is_enabled_said, is_start_said)) in said.into_iter().enumerate() {
            if has_starter(&services, &services[at].name) {
                services[at].enabled &= is_enabled_said;
                services[at].start &= is_start_said;
            }
        }
        services
    }

    fn service(&mut self, mark: Mark, keys: &ServiceKeys) -> Option<Service> {
        let file = match &keys.file {
            Some(file) => Some((file.mark, self.find_file(file)?)),
            None => self.file_of_name(keys).map(|file| (mark, file)),
        };
        let suffix = match &file {
            Some((mark, file)) => Some(self.suffix_of(*mark, file)?),
            None => None,
        };
        let name = match (keys.name.as_ref(), &file) {
            (Some(name), _) => {
                let (mark, name) = name.with_mark()?;
                self.unit_name(mark, name, suffix)?
            }
            (None, Some((mark, file))) => self.unit_name(*mark, file.file_name(), suffix)?,
            (None, None) => {
                self.fault(mark, "missing-key", "a service has a name or a file, and this one has neither");
                return None;
            }
        };
        let drop_ins = keys.drop_ins.0.iter().filter_map(|file| self.drop_in(file)).collect();
        let or_true = |said: Option<&bool>| said.copied().unwrap_or(true);
        Some(Service {
            name,
            file: file.map(|(_, file)| file),
            drop_ins,
            enabled: or_true(keys.enabled.said()),
            start: or_true(keys.start.said()),
            restart_on_change: or_true(keys.restart_on_change.said()),
        })
    }

    /// The file that a name alone means where there is one: the older way to name a file.
    fn file_of_name(&mut self, keys: &ServiceKeys) -> Option<FolderPath> {
        let (mark, name) = keys.name.as_ref()?.with_mark()?;
        let is_unit = |name: &str| SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
        let file_name = if is_unit(name) { name.0.clone() } else { format!("{}.service", name.0) };
        let bases = [self.base.clone(), root()];
        let places = bases
            .iter()
            .flat_map(|base| [join(base, &format!("services/{file_name}")), join(base, &file_name)]);
        let found = places.flatten().find(|place| matches!(self.folder.kind(place), Ok(Some(Kind::File))))?;
        let message = format!("{:?} alone is taken for the file {found}", name.0);
        let fault = ReadFault::note(mark, "older-spelling", message);
        let short = found.as_str().strip_prefix(self.base.as_str()).unwrap_or(found.as_str());
        self.faults.push(fault.hint(format!("write {{file: {}}}", short.trim_start_matches('/'))));
        Some(found)
    }

    /// The suffix that says what kind of unit a file is.
    fn suffix_of(&mut self, mark: Mark, file: &FolderPath) -> Option<&'static str> {
        let suffix = SUFFIXES.into_iter().find(|suffix| file.as_str().ends_with(suffix));
        if suffix.is_none() {
            let message = format!("{file} is no unit: its name ends with none of {}", SUFFIXES.join(", "));
            self.fault(mark, "unit-name", message);
        }
        suffix
    }

    /// The full name of a unit.
    pub(super) fn unit_name(&mut self, mark: Mark, name: &str, of_file: Option<&str>) -> Option<String> {
        let own = SUFFIXES.into_iter().find(|suffix| name.ends_with(suffix));
        let full = match (own, of_file) {
            (Some(own), Some(other)) if own != other => {
                self.fault(
                    mark,
                    "unit-name",
                    format!("the name {name:?} does not go with a file that ends with {other}"),
                );
                return None;
            }
            (Some(_), _) => name.to_owned(),
            (None, of_file) => format!("{name}{}", of_file.unwrap_or(".service")),
        };
        let is_known = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
        if stem(&full).starts_with('.') || !full.chars().all(is_known) || full.len() > 255 {
            let message = format!("{name:?} is no name of a unit: letters, digits and : - _ . \\ @");
            self.fault(mark, "unit-name", message);
            return None;
        }
        Some(full)
    }

    fn drop_in(&mut self, written: &Located<super::Text>) -> Option<FolderPath> {
        let file = self.find_file(written)?;
        if !file.as_str().ends_with(".conf") {
            self.fault(
                written.mark,
                "unit-name",
                format!("systemd reads drop-ins that end with .conf, and {file} does not"),
            );
            return None;
        }
        Some(file)
    }

    pub(super) fn compose(&mut self, keys: &DeploymentKeys) -> Vec<Compose> {
        let mut all: Vec<Compose> = Vec::new();
        for (mark, Short(keys)) in keys.compose.0.iter().filter_map(Located::with_mark) {
            let Some(mut compose) = self.compose_file(keys) else { continue };
            let others = || all.iter().map(|compose| compose.name.as_str());
            match &keys.name {
                Some(name) if self.is_taken(name.mark, "compose project", &compose.name, others()) => {
                    continue;
                }
                Some(_) => {}
                None => compose.name = free_name(&compose.name, others),
            }
            if let Some(other) = all.iter().find(|other| other.destination == compose.destination) {
                let message =
                    format!("{} is written twice: {} goes there too", compose.destination, other.file);
                self.fault(mark, "duplicate-destination", message);
                continue;
            }
            self.marks.push((Thing::Compose(all.len()), mark));
            all.push(compose);
        }
        all
    }

    fn compose_file(&mut self, keys: &ComposeKeys) -> Option<Compose> {
        let file = self.find_file(&keys.file)?;
        let name = match keys.name.as_ref() {
            Some(name) => {
                let (mark, name) = name.with_mark()?;
                if !is_project(name) {
                    let message =
                        format!("{:?} is no name of a project: lower-case letters, digits, - and _", name.0);
                    self.fault(mark, "bad-value", message);
                    return None;
                }
                name.0.clone()
            }
            None => project_of(&file),
        };
        let destination = match keys.dest.said() {
            Some(given) => given.clone(),
            None => default_place(file.file_name())?,
        };
        Some(Compose { name, file, destination })
    }
}

/// Whether a service has a timer or a socket of its name, which starts it when it is time.
pub(in crate::manifest) fn has_starter(services: &[Service], name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".service") else { return false };
    let starts = |other: &Service| SUFFIXES[1..].iter().any(|suffix| other.name == format!("{stem}{suffix}"));
    services.iter().any(starts)
}

/// Whether compose takes this for a project's name: <https://docs.docker.com/compose/how-tos/project-name/>.
fn is_project(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b))
}

/// A project's name after the folder that its file is in, as compose itself does it; `app` for the folders that every
/// deployment has.
pub(in crate::manifest) fn project_of(file: &FolderPath) -> String {
    let folder = file.as_str().rsplit('/').nth(1).unwrap_or_default();
    let lower = folder.to_ascii_lowercase();
    let name: String = lower.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    match name.trim_start_matches(['-', '_']) {
        "" | "spot" | "deployment" | "files" | "configs" => "app".to_owned(),
        name => name.to_owned(),
    }
}
