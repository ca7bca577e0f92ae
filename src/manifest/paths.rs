//! Places in an app folder and on a machine, modes and owners, as deployments write them.
//!
//! Whether there is anything at such a place is not known here.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::NotAValue;

/// A place in an app folder: relative, with `/` on every system, and never out of the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FolderPath(String);

impl FolderPath {
    /// The app folder itself.
    #[must_use]
    pub fn root() -> Self {
        Self(".".to_owned())
    }

    /// As it is written; the app folder itself is `.`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it is when the app folder is at `folder`.
    #[must_use]
    pub fn below(&self, folder: &Path) -> PathBuf {
        self.0.split('/').filter(|part| *part != ".").fold(folder.to_owned(), |path, part| path.join(part))
    }

    /// The last part of it.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl FromStr for FolderPath {
    type Err = NotAValue;

    /// `./` at its beginning, `/` at its end and doubled ones mean nothing and are dropped.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let expected = "a path within the app folder, such as files/app.conf";
        let refuse = || NotAValue::new(text, expected);
        let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let is_odd = |c: char| c.is_control() || c == '\\';
        let is_drive = text.as_bytes().get(1) == Some(&b':');
        if text.is_empty()
            || text.starts_with('/')
            || is_drive
            || parts.contains(&"..")
            || text.contains(is_odd)
        {
            return Err(refuse());
        }
        Ok(Self(if parts.is_empty() { ".".to_owned() } else { parts.join("/") }))
    }
}

/// A place on a machine: absolute, without `.`, `..` or doubled `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MachinePath(String);

impl MachinePath {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A file in this folder.
    #[must_use]
    pub fn join(&self, below: &FolderPath) -> Self {
        match (self.0.as_str(), below.as_str()) {
            (_, ".") => self.clone(),
            ("/", below) => Self(format!("/{below}")),
            (folder, below) => Self(format!("{folder}/{below}")),
        }
    }

    /// The folder that it is in; the machine's root is in none.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (folder, name) = self.0.rsplit_once('/')?;
        (!name.is_empty()).then(|| Self(if folder.is_empty() { "/" } else { folder }.to_owned()))
    }

    /// Whether it is in this folder or in one below it.
    #[must_use]
    pub fn is_below(&self, folder: &Self) -> bool {
        let rest = self.0.strip_prefix(folder.0.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/') && rest.len() > 1)
    }
}

impl FromStr for MachinePath {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let refuse = || NotAValue::new(text, "an absolute path on the machine, such as /opt/app");
        let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if !text.starts_with('/') || parts.contains(&"..") || text.contains(char::is_control) {
            return Err(refuse());
        }
        Ok(Self(format!("/{}", parts.join("/"))))
    }
}

/// The permissions of a file, as `chmod` takes them: `644`, `0755`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mode(u32);

impl Mode {
    /// The bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

impl FromStr for Mode {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let is_octal = matches!(text.len(), 3 | 4) && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
        let bits = is_octal.then(|| u32::from_str_radix(text, 8).ok()).flatten();
        bits.map(Self)
            .ok_or_else(|| NotAValue::new(text, "a mode of three or four octal digits, such as 0644"))
    }
}

/// Whose a file is on a machine: a user and a group, by their names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Owner {
    /// The user.
    pub user: String,
    /// The group; the user's own where none is said.
    pub group: Option<String>,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.group {
            Some(group) => write!(f, "{}:{group}", self.user),
            None => f.write_str(&self.user),
        }
    }
}

impl FromStr for Owner {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && name.len() <= 32
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b))
        };
        if !is_name(user) || !group.is_none_or(is_name) {
            return Err(NotAValue::new(text, "an owner such as www-data or app:www-data"));
        }
        Ok(Self { user: user.to_owned(), group: group.map(str::to_owned) })
    }
}

macro_rules! as_text {
    ($($kind:ident: $value:ident => $text:expr),*) => {
        $(impl TryFrom<String> for $kind {
            type Error = NotAValue;

            fn try_from(text: String) -> Result<Self, NotAValue> {
                text.parse()
            }
        }

        impl From<$kind> for String {
            fn from($value: $kind) -> Self {
                $text
            }
        })*
    };
}

as_text!(FolderPath: path => path.0, MachinePath: path => path.0, Mode: mode => mode.to_string(), Owner: owner => owner.to_string());

impl fmt::Display for FolderPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Display for MachinePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_folder_never_leads_out_of_it() {
        for (written, read) in [("files/a", "files/a"), ("./files//a/", "files/a"), (".", "."), ("./", ".")] {
            assert_eq!(written.parse::<FolderPath>().unwrap().as_str(), read);
        }
        for wrong in ["", "/etc/passwd", "../up", "a/../../b", "a/..", "a\\b", "C:/x", "a\nb"] {
            wrong.parse::<FolderPath>().unwrap_err();
        }
        let below = |path: &str| path.parse::<FolderPath>().unwrap().below(Path::new("app"));
        assert_eq!(below("files/a"), Path::new("app").join("files").join("a"));
        assert_eq!(below("."), Path::new("app"));
    }

    #[test]
    fn a_path_on_the_machine_is_absolute_and_says_one_place() {
        for (written, read) in [("/opt//app/", "/opt/app"), ("/", "/"), ("/a/./b", "/a/b")] {
            assert_eq!(written.parse::<MachinePath>().unwrap().as_str(), read);
        }
        for wrong in ["", "opt/app", "/opt/../etc", "~/x", "/a\nb"] {
            wrong.parse::<MachinePath>().unwrap_err();
        }
        let join = |folder: &str, below: &str| {
            folder.parse::<MachinePath>().unwrap().join(&below.parse().unwrap()).to_string()
        };
        assert_eq!(join("/opt", "a/b"), "/opt/a/b");
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(join("/opt", "."), "/opt");
        let path = |text: &str| text.parse::<MachinePath>().unwrap();
        assert_eq!(path("/opt/app").parent(), Some(path("/opt")));
        assert_eq!(path("/opt").parent(), Some(path("/")));
        assert_eq!(path("/").parent(), None);
        for (one, other, is_below) in [
            ("/opt/app", "/opt", true),
            ("/opt", "/", true),
            ("/", "/", false),
            ("/opt", "/opt", false),
            ("/optional", "/opt", false),
            ("/opt", "/opt/app", false),
        ] {
            assert_eq!(path(one).is_below(&path(other)), is_below, "{one} {other}");
        }
    }

    #[test]
    fn modes_are_octal() {
        assert_eq!("644".parse::<Mode>().unwrap().to_string(), "0644");
        assert_eq!("4755".parse::<Mode>().unwrap().bits(), 0o4755);
        for wrong in ["", "64", "888", "00644", "rwx", "-644", "0o644"] {
            wrong.parse::<Mode>().unwrap_err();
        }
    }

    #[test]
    fn owners_are_names() {
        assert_eq!("app:www-data".parse::<Owner>().unwrap().group.as_deref(), Some("www-data"));
        assert_eq!("_apt".parse::<Owner>().unwrap().to_string(), "_apt");
        for wrong in ["", ":", "app:", "0", "Root", "a b", "a:b:c"] {
            wrong.parse::<Owner>().unwrap_err();
        }
    }
}
