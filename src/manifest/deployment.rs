//! What a deployment sets up on a machine, whichever way its app folder said it.
//!
//! This is what the bundle carries and the machine goes by, so it names files by their places in the app folder and on the
//! machine, and holds no secret. How a folder is read into it, and what may be wrong with it, is not known here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::paths::{FolderPath, MachinePath, Mode, Owner};
use crate::model::Span;

/// The value of the `schema` field.
pub const SCHEMA: &str = "cloudkit.deployment/v1";

/// Where scripts run, and where tarballs and uploads go that name no place.
pub const DEFAULT_DIRECTORY: &str = "/opt/deployment";

/// What a machine is to become. In this order: packages, uploads, tarballs, scripts, services and compose files, health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What the distribution's package manager installs, in the order in which it was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    /// Files and folders that are placed on the machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uploads: Vec<Upload>,
    /// Archives that are unpacked on the machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tarballs: Vec<Tarball>,
    /// What is run, in this order, each once for each change of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script>,
    /// systemd's units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Compose files whose containers are pulled and started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compose: Vec<Compose>,
    /// Names of the values that a machine's role may read and its services are given; the values are elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretName>,
    /// Variables of every script and service: nothing secret, for it lies open in the bundle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// What decides whether the machine is healthy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health: Vec<HealthCheck>,
    /// What the agent runs before the machine ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// What becomes of a machine on which a step or a check has failed.
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// A package of the distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name there.
    pub name: String,
    /// The version that it must have, as apt (`pkg=version`) or dnf (`pkg-version`) take it; the newest where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it is installed at all, since distributions name things differently; everywhere where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<OnlyOn>,
}

/// The distributions that a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnlyOn {
    /// Those that have apt.
    Apt,
    /// Those that have dnf.
    Dnf,
    /// Debian itself, and not what is made of it.
    Debian,
    /// Ubuntu.
    Ubuntu,
}

impl OnlyOn {
    /// Whether a machine is of these, by `ID` and `ID_LIKE` of its `/etc/os-release`.
    #[must_use]
    pub fn holds(self, id: &str, id_like: &str) -> bool {
        let is_like = |names: &[&str]| {
            std::iter::once(id).chain(id_like.split_whitespace()).any(|one| names.contains(&one))
        };
        match self {
            Self::Apt => is_like(&["debian", "ubuntu"]),
            Self::Dnf => is_like(&["fedora", "rhel", "centos", "amzn"]),
            Self::Debian => id == "debian",
            Self::Ubuntu => id == "ubuntu",
        }
    }
}

impl Package {
    /// A package in the version that the distribution has, everywhere.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), version: None, only: None }
    }
}

/// A file, or a folder with all that is in it, that is placed on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// Where it lies in the app folder.
    pub source: FolderPath,
    /// Where it goes: the file itself, or the folder into which a folder's content goes.
    pub destination: MachinePath,
    /// The mode of its files; as they have it in the app folder where none is said. Folders also get to be searched by
    /// whoever may read them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Whose it is; root's where nobody is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// What of a folder stays at home, as rules of a `.gitignore` that stands in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// What becomes of symbolic links.
    #[serde(default)]
    pub symlinks: Symlinks,
}

/// What becomes of symbolic links in a folder that is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Symlinks {
    /// They stay links. One that leads out of the folder is a fault.
    #[default]
    Keep,
    /// What they lead to is placed instead of them.
    Follow,
}

/// An archive that is unpacked on the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tarball {
    /// Where it is from.
    pub source: TarballSource,
    /// The SHA-256 that it must have, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The folder that it is unpacked in.
    pub destination: MachinePath,
    /// Whose all of it is, whatever the archive says; root's where nobody is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

/// Where an archive is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TarballSource {
    /// The machine fetches it there, by HTTP or HTTPS.
    Url(String),
    /// The machine fetches it from this bucket.
    S3 {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
    /// It is in the app folder, and in the bundle.
    File(FolderPath),
}

/// Something that is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Its name, which no other script of the deployment has; its log is called so.
    pub name: String,
    /// What is run.
    pub run: ScriptRun,
    /// The folder that it is run in, which is made where it is not there.
    pub working_directory: MachinePath,
    /// As whom it is run.
    #[serde(default = "root")]
    pub user: String,
    /// Variables of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// How long each try may take.
    pub timeout: Span,
    /// How often it is tried again after it has failed.
    #[serde(default)]
    pub retries: u32,
}

/// What a script is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScriptRun {
    /// A file of the app folder, run by the program that its first line names, or by bash.
    File(FolderPath),
    /// A line for `/bin/sh -c`.
    Command(String),
}

/// A unit of systemd: a service, a timer or a socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The unit's full name: `web.service`.
    pub name: String,
    /// Its file in the app folder; none for a unit that a package brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FolderPath>,
    /// Further files for its `.d` folder.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop_ins: Vec<FolderPath>,
    /// Whether it is started at each boot.
    pub enabled: bool,
    /// Whether it is started now.
    pub start: bool,
    /// Whether it is started anew when its unit, a drop-in, an upload or a tarball has changed.
    pub restart_on_change: bool,
}

/// A compose file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compose {
    /// The project's name, which no other one of the machine has.
    pub name: String,
    /// The file in the app folder.
    pub file: FolderPath,
    /// Where it goes; its other files are uploads beside it.
    pub destination: MachinePath,
}

/// The name of a secret value: also the name of its file below `/run/cloudkit/secrets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretName {
    /// Letters, digits, `_`, `-` and `.`.
    pub name: String,
    /// A further place that it is written to, such as the `.env` beside a program, a link into memory; none for most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<MachinePath>,
}

/// A question whose answer tells whether the machine does what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Its name, which no other check of the deployment has.
    pub name: String,
    /// What is asked.
    pub probe: Probe,
    /// From one try to the next.
    pub interval: Span,
    /// How long a try may take.
    pub timeout: Span,
    /// How many tries in a row fail before the machine is unhealthy.
    pub retries: u32,
    /// How long after the services were started failures do not count yet.
    pub start_period: Span,
}

/// What a health check asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Probe {
    /// Whether systemd calls this unit active.
    Systemd {
        /// The unit's full name.
        unit: String,
    },
    /// Whether something accepts connections.
    Tcp {
        /// On which port of the machine itself.
        port: u16,
    },
    /// Whether an answer has the right status.
    Http {
        /// What is asked for: `http://127.0.0.1:8080/health`.
        url: String,
        /// The status that is right; any from 200 to 399 where none is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// Whether a line for `/bin/sh -c` ends with 0.
    Command {
        /// The line.
        command: String,
    },
    /// Whether every container of a compose project runs, and is healthy where its image or the file says how to tell.
    Compose {
        /// The project's name.
        project: String,
    },
}

/// Something that the agent runs before the machine ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Its name in `/etc/cloudkit/hooks.d/pre-stop`; they are run in the order of their names.
    pub name: String,
    /// The file in the app folder.
    pub file: FolderPath,
}

/// What becomes of a machine on which a step or a check has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// It stays until its deadline, so that somebody can look.
    #[default]
    Keep,
    /// It ends.
    End,
}

fn root() -> String {
    "root".to_owned()
}
