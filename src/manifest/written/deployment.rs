//! The keys of `deployment.yaml`: what is set up on each machine.
//!
//! The first key of a mapping is what a text alone stands for, where a text alone may stand.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::kinds::{OneVersion, Text};
use crate::manifest::deployment::{OnFailure, Symlinks};
use crate::manifest::paths::{MachinePath, Mode, Owner};
use crate::manifest::yaml::{Located, OneOrMany, Short};
use crate::model::Span;

/// What is set up on each machine. Paths are relative to the folder of this file, or to the repository's root.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DeploymentFile {
    /// The version of this format: 1.
    #[schemars(required)]
    pub version: Option<Located<OneVersion>>,
    /// What is set up. Steps are taken in this order: packages, uploads, tarballs, scripts, services and compose files.
    #[schemars(required)]
    pub deployment: Option<Located<DeploymentKeys>>,
}

/// What is set up.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "deployment")]
pub struct DeploymentKeys {
    /// What the distribution's package manager installs, by the names that packages have there (apt or dnf).
    #[serde(default)]
    pub packages: Vec<Located<Short<PackageKeys>>>,
    /// Files and folders that are placed on the machine.
    #[serde(default)]
    pub uploads: Vec<Located<UploadKeys>>,
    /// Archives that are unpacked on the machine: one or a list, an address alone or with keys.
    #[serde(default)]
    pub tarball_url: OneOrMany<Short<TarballKeys>>,
    /// What is run, by `order` and then as it is written, each once for each change of it.
    #[serde(default)]
    pub scripts: Vec<Located<ScriptKeys>>,
    /// systemd's services, timers and sockets. A name alone is a unit that a package brings.
    #[serde(default)]
    pub services: Vec<Located<Short<ServiceKeys>>>,
    /// Compose files whose containers are pulled and started: one or a list, a path alone or with keys.
    #[serde(default)]
    pub compose: OneOrMany<Short<ComposeKeys>>,
    /// Secret values by their names, and where each comes from. They never travel in the bundle or in user data; on the
    /// machine each is a file below /run/cloudkit/secrets.
    #[serde(default)]
    pub secrets: BTreeMap<String, Located<Short<SecretKeys>>>,
    /// Variables of every script and service. They lie open in the bundle: what is secret belongs under `secrets`.
    #[serde(default)]
    pub env: BTreeMap<String, Located<Text>>,
    /// Checks that decide whether the machine is healthy.
    #[serde(default)]
    pub health: Vec<Located<HealthKeys>>,
    /// What is run before a machine ends.
    pub hooks: Option<Located<HookKeys>>,
    /// What becomes of a machine on which a step or a check has failed: it is kept until its deadline, so that somebody
    /// can look, or it ends. [default: keep]
    pub on_failure: Option<Located<OnFailure>>,
    /// What the machine is before anything of this file: minimal, docker, python, node, gpu, or the path of a file of
    /// cloud-config; several are merged, and where they differ the last one counts. [default: docker where there is a compose file, else minimal]
    #[serde(default)]
    pub template: OneOrMany<Text>,
}

/// A package.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "package")]
pub struct PackageKeys {
    /// Its name in the distribution.
    pub name: Located<Text>,
    /// The version that it must have, as the package manager writes it. [default: the newest]
    pub version: Option<Located<Text>>,
}

/// A file or a folder that is placed on the machine.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "upload")]
pub struct UploadKeys {
    /// The file or the folder.
    pub source: Located<Text>,
    /// Where it goes: the file itself, the folder that a file goes into where it ends with /, or the folder into which a
    /// folder's content goes. [default: /opt/deployment]
    pub dest: Option<Located<Text>>,
    /// The mode of its files, in octal digits: "0644". [default: as they have it here]
    pub permissions: Option<Located<Mode>>,
    /// Whose it is on the machine: user or user:group. [default: root]
    pub owner: Option<Located<Owner>>,
    /// What of a folder stays here, as rules of a .gitignore that stands in it.
    #[serde(default)]
    pub exclude: OneOrMany<Text>,
    /// What becomes of symbolic links: kept as links, or followed, which places what they lead to. [default: keep]
    pub symlinks: Option<Located<Symlinks>>,
}

/// An archive that is unpacked on the machine.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "tarball")]
pub struct TarballKeys {
    /// Where it is: http://, https://, s3://BUCKET/KEY, or a file (a path, or file:PATH). Plain, gz, bz2, xz or zst.
    pub url: Located<Text>,
    /// The SHA-256 that it must have.
    pub sha256: Option<Located<Text>>,
    /// The folder that it is unpacked in. [default: /opt/deployment]
    pub dest: Option<Located<MachinePath>>,
}

/// Something that is run: a file by `path`, or a line of shell by `command`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "script")]
pub struct ScriptKeys {
    /// The file that is run, by the program that its first line names.
    pub path: Option<Located<Text>>,
    /// A line for /bin/sh -c.
    pub command: Option<Located<Text>>,
    /// Its name, which no other script has. [default: the file's, without its suffix]
    pub name: Option<Located<Text>>,
    /// Scripts with a lower number come first; those with the same one as they are written. [default: 0]
    pub order: Option<Located<i64>>,
    /// The folder that it is run in, which is made where it is not there. [default: /opt/deployment]
    pub working_dir: Option<Located<MachinePath>>,
    /// As whom it is run. [default: root]
    pub user: Option<Located<Text>>,
    /// Variables of its own.
    #[serde(default)]
    pub env: BTreeMap<String, Located<Text>>,
    /// How long each try may take. [default: 30m]
    pub timeout: Option<Located<Span>>,
    /// How often it is tried again after it has failed. [default: 0]
    pub retries: Option<Located<u32>>,
}

/// A unit of systemd.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "service")]
pub struct ServiceKeys {
    /// The unit's name: web.service, backup.timer, web.socket. A name without suffix takes its file's, else .service.
    /// [default: the file's]
    pub name: Option<Located<Text>>,
    /// The unit's file. [default: none, for a unit that a package brings]
    pub file: Option<Located<Text>>,
    /// Further files for its .d folder.
    #[serde(default)]
    pub drop_ins: OneOrMany<Text>,
    /// Whether it is started at each boot. [default: true; false where a timer or a socket of its name starts it]
    pub enabled: Option<Located<bool>>,
    /// Whether it is started now. [default: as for enabled]
    pub start: Option<Located<bool>>,
    /// Whether it is started anew when its unit, a drop-in, an upload or a tarball has changed. [default: true]
    pub restart_on_change: Option<Located<bool>>,
}

/// A compose file.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "compose")]
pub struct ComposeKeys {
    /// The file.
    pub file: Located<Text>,
    /// The project's name: lower-case letters, digits, - and _. [default: its folder's name, or app]
    pub name: Option<Located<Text>>,
    /// Where the file goes. [default: its own name in /opt/deployment]
    pub dest: Option<Located<MachinePath>>,
}

/// Where a secret value comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "secret")]
pub struct SecretKeys {
    /// env:VARIABLE of the computer that deploys, file:PATH there, or parameter:NAME of the Parameter Store.
    pub from: Located<Text>,
    /// A further place that a program expects it at, such as /opt/app/.env. [default: none]
    pub dest: Option<Located<MachinePath>>,
}

/// A check of the machine: one of `systemd`, `tcp`, `http`, `command` and `compose`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "health")]
pub struct HealthKeys {
    /// Its name, which no other check has. [default: its kind and what it asks]
    pub name: Option<Located<Text>>,
    /// A unit that has to be active.
    pub systemd: Option<Located<Text>>,
    /// A port of the machine itself that has to accept connections.
    pub tcp: Option<Located<u16>>,
    /// An address whose answer has to be right: http://127.0.0.1:8080/health.
    pub http: Option<Located<Text>>,
    /// The status of a right answer to `http`. [default: any from 200 to 399]
    pub status: Option<Located<u16>>,
    /// A line for /bin/sh -c that has to end with 0.
    pub command: Option<Located<Text>>,
    /// A compose project whose containers all have to run, and be healthy where their image says how to tell.
    pub compose: Option<Located<Text>>,
    /// From one try to the next. [default: 10s]
    pub interval: Option<Located<Span>>,
    /// How long a try may take. [default: 5s]
    pub timeout: Option<Located<Span>>,
    /// How many tries in a row fail before the machine is unhealthy. [default: 3]
    pub retries: Option<Located<u32>>,
    /// How long after the services were started failures do not count yet. [default: 1m]
    pub start_period: Option<Located<Span>>,
}

/// What is run before a machine ends.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, rename = "hooks")]
pub struct HookKeys {
    /// Files that are run before the machine ends or EC2 takes it back, in the order of their names.
    #[serde(default)]
    pub pre_stop: OneOrMany<Text>,
}
