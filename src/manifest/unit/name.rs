//! The names of units: `web.service`, `worker@.service`, `worker@2.service`.
//!
//! Whether there is such a unit is not known here.

use std::fmt;
use std::str::FromStr;

use crate::model::NotAValue;

/// A unit's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitName {
    stem: String,
    instance: Option<String>,
    /// The kind that it ends with.
    pub kind: UnitKind,
}

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "systemd's own words")]
pub enum UnitKind {
    Service,
    Timer,
    Socket,
    Target,
    Path,
    Mount,
    Automount,
    Swap,
    Slice,
    Scope,
    Device,
}

impl UnitKind {
    const ALL: [(Self, &'static str); 11] = [
        (Self::Service, "service"),
        (Self::Timer, "timer"),
        (Self::Socket, "socket"),
        (Self::Target, "target"),
        (Self::Path, "path"),
        (Self::Mount, "mount"),
        (Self::Automount, "automount"),
        (Self::Swap, "swap"),
        (Self::Slice, "slice"),
        (Self::Scope, "scope"),
        (Self::Device, "device"),
    ];

    /// What a name of this kind ends with, after its dot.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    /// The section that a unit of this kind has of its own, where it must have one.
    #[must_use]
    pub const fn section(self) -> Option<&'static str> {
        match self {
            Self::Service => Some("Service"),
            Self::Timer => Some("Timer"),
            Self::Socket => Some("Socket"),
            Self::Path => Some("Path"),
            Self::Mount => Some("Mount"),
            Self::Automount => Some("Automount"),
            Self::Swap => Some("Swap"),
            Self::Target | Self::Slice | Self::Scope | Self::Device => None,
        }
    }
}

impl UnitName {
    /// What stands before the `@` or the dot.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.stem
    }

    /// Whether it is a template, of which only instances can be started.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.instance.as_deref() == Some("")
    }

    /// The template that it is an instance of.
    #[must_use]
    pub fn template(&self) -> Option<Self> {
        self.instance.as_ref().filter(|instance| !instance.is_empty())?;
        Some(Self { instance: Some(String::new()), ..self.clone() })
    }

    /// The unit of the same name and another kind.
    #[must_use]
    pub fn with_kind(&self, kind: UnitKind) -> Self {
        Self { kind, ..self.clone() }
    }

    /// An instance of a template; another unit as it is.
    #[must_use]
    pub fn instance(&self, name: &str) -> Self {
        Self { instance: self.instance.as_ref().map(|_| name.to_owned()), ..self.clone() }
    }

    /// The template that instances of this name would be of.
    #[must_use]
    pub fn as_template(&self) -> Self {
        Self { instance: Some(String::new()), ..self.clone() }
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.as_str();
        match &self.instance {
            Some(instance) => write!(f, "{}@{instance}.{kind}", self.stem),
            None => write!(f, "{}.{kind}", self.stem),
        }
    }
}

impl FromStr for UnitName {
    type Err = NotAValue;

    /// <https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html>: at most 255 characters, of a small set.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse =
            || NotAValue::new(text, "a unit's name such as web.service, backup.timer or worker@1.service");
        let (name, kind) = text.rsplit_once('.').ok_or_else(refuse)?;
        let (kind, _) = *UnitKind::ALL.iter().find(|(_, known)| *known == kind).ok_or_else(refuse)?;
        let (stem, instance) = match name.split_once('@') {
            Some((stem, instance)) => (stem, Some(instance.to_owned())),
            None => (name, None),
        };
        let is_fit = |c: char| c.is_ascii_alphanumeric() || ":-_.\\".contains(c);
        let instance_is_fit =
            instance.as_deref().is_none_or(|text| text.chars().all(|c| is_fit(c) || c == '@'));
        if stem.is_empty() || text.len() > 255 || !stem.chars().all(is_fit) || !instance_is_fit {
            return Err(refuse());
        }
        Ok(Self { stem: stem.to_owned(), instance, kind })
    }
}
