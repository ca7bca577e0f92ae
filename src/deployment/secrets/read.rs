//! Values of secrets, read from variables and files of the computer that deploys.
//!
//! All that can't be had is told at once, and never with a value. The Parameter Store is not asked.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{MOST_BYTES, Secret, Value};
use crate::manifest::{SecretFrom, SecretSource};
use crate::model::secret_value::SecretValue;
use crate::platform::Process;
use crate::platform::files::{self, FileError};

/// Secrets that can't be had, or that the Parameter Store would not take.
#[derive(Debug, thiserror::Error)]
#[error("{}", all_said(faults))]
pub struct SecretsError {
    /// All of them.
    pub faults: Vec<SecretFault>,
}

/// A secret that can't be had.
#[derive(Debug)]
pub struct SecretFault {
    /// Which.
    pub secret: String,
    /// What is the matter.
    pub reason: Reason,
}

/// Why a secret can't be had.
#[derive(Debug)]
pub enum Reason {
    /// The variable is not there.
    NoVariable(String),
    /// There is no such file.
    NoFile(PathBuf),
    /// The file can't be read.
    File(FileError),
    /// No home folder is known that the file could be in.
    NoHome,
    /// There is nothing in it.
    Empty,
    /// It is no text.
    NotText,
    /// It is longer than the Parameter Store takes.
    TooLong(usize),
    /// The Parameter Store would read it as the name of another parameter.
    Nested,
    /// No value of a parameter may hold this.
    Zero,
}

/// What is the matter with all of them, in one sentence.
pub(super) fn all_said(faults: &[impl fmt::Display]) -> String {
    match faults {
        [one] => one.to_string(),
        all => {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            format!("{} secrets cannot be had: {}", all.len(), all.join("; "))
        }
    }
}

impl fmt::Display for SecretFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.secret;
        match &self.reason {
            Reason::NoVariable(variable) => {
                write!(f, "secret {name}: the variable {variable} is not set, is empty or is no text")
            }
            Reason::NoFile(path) => write!(f, "secret {name}: there is no file {}", path.display()),
            Reason::File(error) => write!(f, "secret {name}: {error}: {}", error.source),
            Reason::NoHome => write!(f, "secret {name}: no home folder is known"),
            Reason::Empty => {
                write!(f, "secret {name}: it is empty, and the Parameter Store keeps nothing empty")
            }
            Reason::NotText => {
                write!(f, "secret {name}: it is no text in UTF-8, and the Parameter Store keeps nothing else")
            }
            Reason::TooLong(bytes) => {
                write!(f, "secret {name}: it has {bytes} bytes, and the Parameter Store keeps {MOST_BYTES}")
            }
            Reason::Nested => {
                write!(f, "secret {name}: it holds {{{{, which the Parameter Store does not take")
            }
            Reason::Zero => write!(f, "secret {name}: it holds a zero byte"),
        }
    }
}

/// Reads all values. `root` is what paths of the app folder are from.
///
/// # Errors
/// Where one can't be had, with every one that can't.
pub fn read(sources: &[SecretSource], root: &Path, process: &Process) -> Result<Vec<Secret>, SecretsError> {
    let (mut secrets, mut faults) = (Vec::new(), Vec::new());
    for SecretSource { name, from } in sources {
        match value(from, root, process) {
            Ok(value) => secrets.push(Secret { name: name.clone(), value }),
            Err(reason) => faults.push(SecretFault { secret: name.clone(), reason }),
        }
    }
    if faults.is_empty() { Ok(secrets) } else { Err(SecretsError { faults }) }
}

fn value(from: &SecretFrom, root: &Path, process: &Process) -> Result<Value, Reason> {
    let text = match from {
        SecretFrom::Parameter(name) => return Ok(Value::Parameter(name.clone())),
        SecretFrom::Environment(variable) => match process.variable(variable) {
            Some(text) => text.to_owned(),
            None => return Err(Reason::NoVariable(variable.clone())),
        },
        SecretFrom::File(path) => text_of(&path.below(root))?,
        SecretFrom::FileElsewhere(path) => match path.strip_prefix("~/") {
            Some(below) => text_of(&process.home().map_err(|_| Reason::NoHome)?.join(below))?,
            None => text_of(Path::new(path))?,
        },
    };
    fit(text).map(Value::Here)
}

fn text_of(path: &Path) -> Result<String, Reason> {
    let content = files::read_if_there(path).map_err(Reason::File)?;
    let content = content.ok_or_else(|| Reason::NoFile(path.to_owned()))?;
    String::from_utf8(content).map_err(|_| Reason::NotText)
}

/// A text that the Parameter Store takes as a value:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>.
///
/// # Errors
/// Where it does not take it.
pub fn fit(text: String) -> Result<SecretValue, Reason> {
    match text.len() {
        0 => Err(Reason::Empty),
        bytes if bytes > MOST_BYTES => Err(Reason::TooLong(bytes)),
        _ if text.contains("{{") => Err(Reason::Nested),
        _ if text.contains('\0') => Err(Reason::Zero),
        _ => Ok(SecretValue::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, from: SecretFrom) -> SecretSource {
        SecretSource { name: name.to_owned(), from }
    }

    #[test]
    fn values_are_what_was_written_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "hunter2\n").unwrap();
        let elsewhere = folder.path().join("key").display().to_string();
        let process = Process::sealed(&[], &[("TOKEN", " hunter3")]);
        let sources = [
            source("a", SecretFrom::Environment("TOKEN".into())),
            source("b", SecretFrom::File("key".parse().unwrap())),
            source("c", SecretFrom::FileElsewhere(elsewhere)),
            source("d", SecretFrom::Parameter("/prod/db".into())),
        ];
        let read = read(&sources, folder.path(), &process).unwrap();
        let here = |text: &str| Value::Here(SecretValue::new(text.to_owned()));
        let values: Vec<Value> = read.into_iter().map(|secret| secret.value).collect();
        let parameter = Value::Parameter("/prod/db".into());
        assert_eq!(values, [here(" hunter3"), here("hunter2\n"), here("hunter2\n"), parameter]);
    }

    #[test]
    fn all_that_cannot_be_had_is_told_at_once_and_no_value_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str, content: &[u8]| {
            std::fs::write(folder.path().join(name), content).unwrap();
            SecretFrom::File(name.parse().unwrap())
        };
        let sources = [
            source("unset", SecretFrom::Environment("NOT_THERE".into())),
            source("unset_empty", SecretFrom::Environment("EMPTY".into())),
            source("missing", SecretFrom::FileElsewhere("/nowhere/at/all".into())),
            source("nobody", SecretFrom::FileElsewhere("~/key".into())),
            source("empty", at("empty", b"")),
            source("binary", at("binary", b"hunter2\xff\xfe")),
            source("long", at("long", "hunter2 ".repeat(1025).as_bytes())),
            source("nested", at("nested", b"hunter2 {{ value }}")),
            source("zero", at("zero", b"hunter2\0")),
        ];
        let process = Process::sealed(&[], &[("EMPTY", "")]);
        let error = read(&sources, folder.path(), &process).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        insta::assert_snapshot!(error.to_string().replace("; ", "\n"), @"
        9 secrets cannot be had: secret unset: the variable NOT_THERE is not set, is empty or is no text
        secret unset_empty: the variable EMPTY is not set, is empty or is no text
        secret missing: there is no file /nowhere/at/all
        secret nobody: no home folder is known
        secret empty: it is empty, and the Parameter Store keeps nothing empty
        secret binary: it is no text in UTF-8, and the Parameter Store keeps nothing else
        secret long: it has 8200 bytes, and the Parameter Store keeps 8192
        secret nested: it holds {{, which the Parameter Store does not take
        secret zero: it holds a zero byte
        ");
    }

    #[test]
    fn what_just_fits_is_taken() {
        assert!(fit("x".repeat(MOST_BYTES)).is_ok());
        assert!(matches!(fit("x".repeat(MOST_BYTES + 1)), Err(Reason::TooLong(8193))));
        assert!(fit("{ \"a\": {\"b\": 1} }".to_owned()).is_ok());
    }
}
