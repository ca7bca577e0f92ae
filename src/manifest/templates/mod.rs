//! Templates: what a machine is before anything of a deployment, as cloud-config documents.
//!
//! Their packages are installed like the deployment's own, and the rest goes to the machine as a part of somebody's own.
//! What such a part may not say is judged where user data is made.

mod merge;
mod placeholders;

#[cfg(test)]
mod tests;

use serde::Serialize;
use serde_yaml::{Mapping, Value};

use super::deployment::{Deployment, OnlyOn, Package};
use super::{Fault, FolderPath, Place};

use merge::merged;

/// What is used where a deployment names none and has no compose file.
pub const DEFAULT: &str = "minimal";

/// The documents that are compiled in.
const DOCUMENTS: [(&str, &str); 5] = [
    ("minimal", include_str!("../../../templates/deploy/minimal.yaml")),
    ("docker", include_str!("../../../templates/deploy/docker.yaml")),
    ("python", include_str!("../../../templates/deploy/python.yaml")),
    ("node", include_str!("../../../templates/deploy/node.yaml")),
    ("gpu", include_str!("../../../templates/deploy/gpu.yaml")),
];

/// Packages that only some distributions have, or that are called otherwise elsewhere: a cloud-config can't say so.
/// Amazon Linux has no package of compose, so that files of compose want Ubuntu or Debian.
const PACKAGES: [(&str, &str, OnlyOn); 5] = [
    ("docker", "docker.io", OnlyOn::Apt),
    ("docker", "docker-compose-v2", OnlyOn::Ubuntu),
    ("docker", "docker-compose", OnlyOn::Debian),
    ("docker", "docker", OnlyOn::Dnf),
    ("python", "python3-venv", OnlyOn::Apt),
];

/// The templates that come with cloudkit.
pub const NAMES: [&str; 5] = [DOCUMENTS[0].0, DOCUMENTS[1].0, DOCUMENTS[2].0, DOCUMENTS[3].0, DOCUMENTS[4].0];

/// Which template a machine stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Template {
    /// One of [`NAMES`].
    Named(String),
    /// A file of the repository: cloud-config.
    File(FolderPath),
}

/// What a template comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TemplateContent {
    /// Installed with the deployment's own.
    pub packages: Vec<Package>,
    /// The image that it wants where the deployment names none.
    pub image: Option<&'static str>,
    /// The rest of its document.
    pub cloud_config: Mapping,
    /// What was understood, and is written otherwise today.
    pub notes: Vec<Fault>,
}

impl TemplateContent {
    /// A template that is compiled in; none by a name that there is not.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (_, document) = DOCUMENTS.iter().find(|(known, _)| *known == name)?;
        let origin: FolderPath = name.parse().ok()?;
        let mut template = Self::read(&origin, document).ok()?;
        let further = PACKAGES.iter().filter(|(of, ..)| *of == name);
        template.packages.extend(
            further.map(|(_, package, only)| Package { only: Some(*only), ..Package::named(*package) }),
        );
        template.image = match name {
            "gpu" => Some("gpu"),
            "docker" => Some("ubuntu"),
            _ => None,
        };
        Some(template)
    }

    /// A template of somebody's own: a cloud-config, in which the older tool's placeholders stand for nothing.
    ///
    /// # Errors
    /// Where it is no cloud-config, or its packages are not understood.
    pub fn read(file: &FolderPath, text: &str) -> Result<Self, Vec<Fault>> {
        let at = |line: Option<usize>, column| Place {
            file: file.clone(),
            line,
            column,
            text: line
                .and_then(|line| text.lines().nth(line.saturating_sub(1)))
                .map(|line| line.trim_end().to_owned()),
        };
        let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().trim_end();
        if first != "#cloud-config" {
            let fault =
                Fault::error("template", format!("{} does not begin as a cloud-config does", file.as_str()));
            return Err(vec![fault.at(at(Some(1), None)).hint("its first line has to be #cloud-config")]);
        }
        let (text, found) = placeholders::removed(text);
        let note = |(line, name): (usize, &str)| {
            Fault::note("template-placeholder", format!("{name} stands for what is done without it now"))
                .at(at(Some(line), None))
                .hint("leave it out: packages, uploads, scripts, services and keys come after the template")
        };
        let notes = found.into_iter().map(note).collect();
        let document = serde_yaml::from_str::<Value>(&text).map_err(|error| {
            let place = error
                .location()
                .map_or_else(|| at(None, None), |found| at(Some(found.line()), Some(found.column())));
            vec![Fault::error("yaml", format!("this is not YAML: {error}")).at(place)]
        })?;
        let mut keys = match document {
            Value::Mapping(keys) => keys,
            Value::Null => Mapping::new(),
            _ => {
                let fault =
                    Fault::error("template", format!("{} is not a mapping of keys to values", file.as_str()));
                return Err(vec![
                    fault.at(at(None, None)).hint("write key: value lines after #cloud-config"),
                ]);
            }
        };
        keys.retain(|_, value| !value.is_null());
        let (packages, rest) = packages(keys.shift_remove("packages")).map_err(|shown| {
            let line = text.lines().position(|line| line.starts_with("packages:")).map(|line| line + 1);
            let fault = Fault::error("template-packages", format!("{shown} is no package"));
            vec![fault.at(at(line, None)).hint("write a list of names, or of [name, \"version\"]")]
        })?;
        if !rest.is_empty() {
            keys.insert("packages".into(), Value::Sequence(rest));
        }
        Ok(Self { packages, image: None, cloud_config: keys, notes })
    }

    /// The same with another one, which has the last word.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.packages.retain(|package| other.packages.iter().all(|one| one.name != package.name));
        self.packages.extend(other.packages);
        self.notes.extend(other.notes);
        Self {
            image: other.image.or(self.image),
            cloud_config: merged(self.cloud_config, other.cloud_config),
            ..self
        }
    }

    /// Adds its packages to those of a deployment, without those that the deployment names itself. They come last, so that
    /// the others keep their numbers: all are installed at once.
    pub fn put_under(&self, deployment: &mut Deployment) {
        let is_new = |package: &&Package| deployment.packages.iter().all(|own| own.name != package.name);
        let new: Vec<Package> = self.packages.iter().filter(is_new).cloned().collect();
        deployment.packages.extend(new);
    }

    /// The part that goes to the machine; none where nothing is left to say.
    ///
    /// # Errors
    /// Where it has no form as YAML.
    pub fn part(&self) -> Result<Option<String>, serde_yaml::Error> {
        if self.cloud_config.is_empty() {
            return Ok(None);
        }
        Ok(Some(format!("#cloud-config\n{}", serde_yaml::to_string(&self.cloud_config)?)))
    }
}

/// The packages of a cloud-config, and what of them cloud-init has to install itself: snaps.
/// <https://docs.cloud-init.io/en/latest/reference/modules.html#package-update-upgrade-install>
fn packages(listed: Option<Value>) -> Result<(Vec<Package>, Vec<Value>), String> {
    let shown = |value: &Value| serde_yaml::to_string(value).unwrap_or_default().trim().to_owned();
    let listed = match listed {
        None => return Ok((Vec::new(), Vec::new())),
        Some(Value::Sequence(listed)) => listed,
        Some(other) => return Err(shown(&other)),
    };
    let (mut packages, mut rest) = (Vec::new(), Vec::new());
    for entry in listed {
        match &entry {
            Value::Null => {}
            Value::Mapping(managers) if managers.contains_key("apt") || managers.contains_key("snap") => {
                for one in managers.get("apt").and_then(Value::as_sequence).into_iter().flatten() {
                    let package = package(one).ok_or_else(|| shown(one))?;
                    packages.push(Package { only: Some(OnlyOn::Apt), ..package });
                }
                let snaps: Mapping = managers
                    .iter()
                    .filter(|(key, _)| key.as_str() != Some("apt"))
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect();
                rest.extend((!snaps.is_empty()).then_some(Value::Mapping(snaps)));
            }
            entry => packages.push(package(entry).ok_or_else(|| shown(entry))?),
        }
    }
    Ok((packages, rest))
}

fn package(entry: &Value) -> Option<Package> {
    match entry {
        Value::String(name) if !name.trim().is_empty() => Some(Package::named(name.trim())),
        Value::Sequence(pair) => match pair.as_slice() {
            [Value::String(name)] => Some(Package::named(name)),
            [Value::String(name), Value::String(version)] => {
                Some(Package { version: Some(version.clone()), ..Package::named(name) })
            }
            _ => None,
        },
        _ => None,
    }
}
