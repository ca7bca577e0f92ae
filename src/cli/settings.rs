//! Settings: the user's file, the project's file over it, the environment over both; flags go over all of them.
//!
//! What a setting means is its command's business. A project's file may have come with a cloned repository, so it can't
//! loosen safety.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::command_error::CommandError;
use crate::catalog;
use crate::model::{AddressRange, EndAction, Money, NotAValue, RegionName, Span};
use crate::output::{ColorChoice, Format};
use crate::platform::files::{self, FileError};
use crate::platform::process::NoHome;
use crate::platform::{Process, variables};
use crate::provision::mirror::MirrorUrl;

/// The project's file, in the directory that the command was typed in.
const PROJECT_FILE: &str = ".cloudkit.yaml";

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    AgentBinary,
    AgentFolder,
    AgentReleases,
    AgentUrl,
    CheckIpUrl,
    Color,
    ConfirmAbove,
    CostLimit,
    HomeRegion,
    IdleTimeout,
    NoIdleTimeout,
    NoTtl,
    OnComplete,
    OnDeadline,
    OnIdle,
    Output,
    Profile,
    Region,
    SshFrom,
    SshPublic,
    Ttl,
}

impl Key {
    pub(super) const ALL: [Self; 21] = [
        Self::AgentBinary,
        Self::AgentFolder,
        Self::AgentReleases,
        Self::AgentUrl,
        Self::CheckIpUrl,
        Self::Color,
        Self::ConfirmAbove,
        Self::CostLimit,
        Self::HomeRegion,
        Self::IdleTimeout,
        Self::NoIdleTimeout,
        Self::NoTtl,
        Self::OnComplete,
        Self::OnDeadline,
        Self::OnIdle,
        Self::Output,
        Self::Profile,
        Self::Region,
        Self::SshFrom,
        Self::SshPublic,
        Self::Ttl,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::AgentBinary => "agent-binary",
            Self::AgentFolder => "agent-folder",
            Self::AgentReleases => "agent-releases",
            Self::AgentUrl => "agent-url",
            Self::CheckIpUrl => "check-ip-url",
            Self::Color => "color",
            Self::ConfirmAbove => "confirm-above",
            Self::CostLimit => "cost-limit",
            Self::HomeRegion => "home-region",
            Self::IdleTimeout => "idle-timeout",
            Self::NoIdleTimeout => "no-idle-timeout",
            Self::NoTtl => "no-ttl",
            Self::OnComplete => "on-complete",
            Self::OnDeadline => "on-deadline",
            Self::OnIdle => "on-idle",
            Self::Output => "output",
            Self::Profile => "profile",
            Self::Region => "region",
            Self::SshFrom => "ssh-from",
            Self::SshPublic => "ssh-key",
            Self::Ttl => "ttl",
        }
    }

    /// The variable that goes over the files, where there is one.
    const fn variable(self) -> Option<&'static str> {
        match self {
            Self::AgentReleases => Some(variables::AGENT_RELEASES_URL.name),
            Self::CheckIpUrl => Some(variables::CHECK_IP_URL.name),
            Self::Output => Some(variables::OUTPUT.name),
            _ => None,
        }
    }

    /// Refuses a value that its command could not read.
    pub(super) fn check(self, value: &str) -> Result<(), CommandError> {
        match self {
            Self::Color => value.parse::<ColorChoice>().map(drop)?,
            Self::ConfirmAbove | Self::CostLimit => value.parse::<Money>().map(drop)?,
            Self::OnComplete | Self::OnDeadline | Self::OnIdle => value.parse::<EndAction>().map(drop)?,
            Self::NoIdleTimeout | Self::NoTtl => value
                .parse::<bool>()
                .map(drop)
                .map_err(|_| NotAValue { text: value.to_owned(), expected: "true or false" })?,
            Self::Output => value.parse::<Format>().map(drop)?,
            Self::HomeRegion | Self::Region => value.parse::<RegionName>().map(drop)?,
            Self::SshFrom => value.parse::<AddressRange>().map(drop)?,
            Self::IdleTimeout | Self::Ttl => value.parse::<Span>().map(drop)?,
            Self::AgentReleases | Self::AgentUrl => value.parse::<MirrorUrl>().map(drop)?,
            Self::AgentBinary | Self::AgentFolder | Self::CheckIpUrl | Self::Profile | Self::SshPublic => {}
        }
        Ok(())
    }

    /// Whether a project's file may set it: not what decides who gets in, what runs, what it costs or when it ends.
    const fn is_safe_in_a_project(self) -> bool {
        matches!(
            self,
            Self::Color | Self::IdleTimeout | Self::Output | Self::Profile | Self::Region | Self::Ttl
        )
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Key {
    type Err = SettingsError;

    fn from_str(name: &str) -> Result<Self, SettingsError> {
        let unknown =
            || SettingsError::UnknownKey { name: name.to_owned(), place: String::new(), nearest: near(name) };
        Self::ALL.into_iter().find(|key| key.name() == name).ok_or_else(unknown)
    }
}

fn near(name: &str) -> Option<String> {
    catalog::nearest(name, Key::ALL.iter().map(|key| key.name())).first().map(|near| (*near).to_owned())
}

/// A value and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) value: String,
    pub(super) origin: Origin,
}

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    File(PathBuf),
    Variable(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// Settings that can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum SettingsError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    NoHome(#[from] NoHome),
    #[error("{} is not a list of settings", path.display())]
    NotSettings { path: PathBuf, source: serde_yaml::Error },
    #[error("{place}no setting is called {name:?}{}", nearest.as_ref().map_or_else(String::new, |near| format!("; did you mean {near}?")))]
    UnknownKey { name: String, place: String, nearest: Option<String> },
    #[error("{place}{key} has to be a single value")]
    NotAScalar { key: Key, place: String },
    #[error("{place}{key} is refused in a project's file: it could have come with a cloned repository")]
    UnsafeInProject { key: Key, place: String },
    #[error("setting {key} from {origin}")]
    BadValue { key: Key, origin: Origin, source: Box<dyn std::error::Error + Send + Sync> },
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        let hint = match &error {
            SettingsError::UnknownKey { .. } => Some("see every setting: cloudkit config list"),
            SettingsError::UnsafeInProject { .. } => {
                Some("set it for yourself: cloudkit config set KEY VALUE")
            }
            _ => None,
        };
        let error = Self::usage(error);
        match hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

/// All settings that are set.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    values: BTreeMap<Key, Setting>,
}

impl Settings {
    /// Reads the files and the environment.
    pub(super) fn load(process: &Process) -> Result<Self, SettingsError> {
        let mut values = BTreeMap::new();
        if let Ok(path) = user_file(process) {
            values.extend(read_file(&path)?);
        }
        if let Some(directory) = process.current_directory() {
            let path = directory.join(PROJECT_FILE);
            let project = read_file(&path)?;
            if let Some(&key) = project.keys().find(|key| !key.is_safe_in_a_project()) {
                return Err(SettingsError::UnsafeInProject { key, place: format!("{}: ", path.display()) });
            }
            values.extend(project);
        }
        for key in Key::ALL {
            if let Some((name, value)) = key.variable().and_then(|name| Some((name, process.variable(name)?)))
            {
                values.insert(key, Setting { value: value.to_owned(), origin: Origin::Variable(name) });
            }
        }
        Ok(Self { values })
    }

    /// A setting, where it is set.
    pub(super) fn get(&self, key: Key) -> Option<&Setting> {
        self.values.get(&key)
    }

    /// The text of a setting, where it is set.
    pub(super) fn text(&self, key: Key) -> Option<&str> {
        self.get(key).map(|setting| setting.value.as_str())
    }

    /// A setting read as a value.
    pub(super) fn parsed<T>(&self, key: Key) -> Result<Option<T>, SettingsError>
    where
        T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
    {
        let parse = |setting: &Setting| {
            setting.value.parse().map_err(|error: T::Err| SettingsError::BadValue {
                key,
                origin: setting.origin.clone(),
                source: error.into(),
            })
        };
        self.get(key).map(parse).transpose()
    }
}

/// Where the user's own settings are kept.
pub(super) fn user_file(process: &Process) -> Result<PathBuf, NoHome> {
    Ok(process.configuration_directory()?.join("config.yaml"))
}

fn read_file(path: &Path) -> Result<BTreeMap<Key, Setting>, SettingsError> {
    match files::read_if_there(path)? {
        Some(content) => read(path, &String::from_utf8_lossy(&content)),
        None => Ok(BTreeMap::new()),
    }
}

/// Reads the text of a settings file: a YAML mapping from keys to single values.
pub(super) fn read(path: &Path, text: &str) -> Result<BTreeMap<Key, Setting>, SettingsError> {
    let not_settings = |source| SettingsError::NotSettings { path: path.to_owned(), source };
    let raw: Option<BTreeMap<String, serde_yaml::Value>> =
        serde_yaml::from_str(text).map_err(not_settings)?;
    let mut values = BTreeMap::new();
    for (name, value) in raw.unwrap_or_default() {
        let place = place(path, text, &name);
        let key = name.parse::<Key>().map_err(|_| SettingsError::UnknownKey {
            nearest: near(&name),
            name: name.clone(),
            place: place.clone(),
        })?;
        let value = scalar(&value).ok_or(SettingsError::NotAScalar { key, place })?;
        values.insert(key, Setting { value, origin: Origin::File(path.to_owned()) });
    }
    Ok(values)
}

/// `FILE:LINE: ` of a key.
fn place(path: &Path, text: &str, name: &str) -> String {
    let line = text.lines().position(|line| line.trim_start().starts_with(name));
    line.map_or_else(|| format!("{}: ", path.display()), |line| format!("{}:{}: ", path.display(), line + 1))
}

fn scalar(value: &serde_yaml::Value) -> Option<String> {
    match value {
        serde_yaml::Value::String(text) => Some(text.clone()),
        serde_yaml::Value::Bool(_) | serde_yaml::Value::Number(_) => {
            serde_yaml::to_string(value).ok().map(|text| text.trim().to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_its_place_and_the_nearest() {
        let error = read(Path::new("config.yaml"), "output: json\nregoin: us-east-1\n").unwrap_err();
        assert_eq!(error.to_string(), "config.yaml:2: no setting is called \"regoin\"; did you mean region?");
    }

    #[test]
    fn a_variable_is_a_setting_that_says_where_it_is_from() {
        let process =
            Process::sealed(&["cloudkit"], &[("CLOUDKIT_OUTPUT", "json"), ("CLOUDKIT_CHECK_IP_URL", "")]);
        let settings = Settings::load(&process).unwrap();
        assert_eq!(settings.get(Key::Output).unwrap().origin.to_string(), "CLOUDKIT_OUTPUT");
        assert_eq!(settings.parsed(Key::Output).unwrap(), Some(Format::Json));
        assert!(settings.get(Key::CheckIpUrl).is_none(), "a variable that is empty is not set");
    }

    #[test]
    fn values_are_single() {
        let values = read(Path::new("c"), "confirm-above: 2.5\nregion: us-east-1\n").unwrap();
        assert_eq!(values[&Key::ConfirmAbove].value, "2.5");
        assert!(read(Path::new("c"), "region: [a]").is_err());
        assert!(read(Path::new("c"), "").unwrap().is_empty());
        assert!(read(Path::new("c"), "- a").is_err());
    }
}
