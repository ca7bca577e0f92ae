//! The environment of a launch's scripts and commands: names and values that are never shown.
//!
//! Values are data: they reach a shell quoted, in a file that the login user alone may read, and travel through the
//! account's private bucket rather than in user data, which everybody on the machine can read.

use std::fmt;

/// Names with their values, in order; a name that is given again takes its last value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: Vec<(String, String)>,
}

/// Why a variable can't be set.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EnvironmentError {
    /// Not a name.
    #[error("{0:?} is not the name of a variable: letters, digits and _, no digit first")]
    Name(String),
    /// A name that a shell keeps to itself.
    #[error("{0} is kept by the shell and cannot be set")]
    Kept(String),
    /// A value with a zero byte.
    #[error("the value of {0} holds a zero byte, and no environment can")]
    Zero(String),
    /// A line of a file that is neither.
    #[error("line {line}: {reason}")]
    Line {
        /// Which.
        line: usize,
        /// What is the matter.
        reason: String,
    },
}

/// Variables that bash refuses to set, or by which it would not start.
const KEPT: [&str; 9] =
    ["UID", "EUID", "PPID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO", "BASH_ENV", "GROUPS", "_"];

impl Environment {
    /// Whether there are no variables.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|(name, _)| name.as_str())
    }

    /// Sets a variable.
    ///
    /// # Errors
    /// Where no shell could hold it.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), EnvironmentError> {
        check_name(name)?;
        if value.contains('\0') {
            return Err(EnvironmentError::Zero(name.to_owned()));
        }
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// Sets what a file says: a `NAME=VALUE` on each line, or a `NAME` whose value is `known` here; empty lines and those
    /// that begin with `#` say nothing. Quotes around a whole value are taken off; nothing in it is expanded.
    ///
    /// # Errors
    /// Where a line says something else.
    pub fn read_file(
        &mut self,
        text: &str,
        known: impl Fn(&str) -> Option<String>,
    ) -> Result<(), EnvironmentError> {
        for (index, line) in text.lines().enumerate() {
            let fail = |reason: String| EnvironmentError::Line { line: index + 1, reason };
            let line = line.trim();
            let line = line.strip_prefix("export ").map_or(line, str::trim_start);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let set = match line.split_once('=') {
                Some((name, value)) => {
                    let value =
                        unquoted(value).ok_or_else(|| fail(format!("{name}: its quotes do not match")))?;
                    self.set(name, value)
                }
                None => {
                    check_name(line).map_err(|error| fail(error.to_string()))?;
                    let value = known(line).ok_or_else(|| fail(format!("{line} has no value here")))?;
                    self.set(line, &value)
                }
            };
            set.map_err(|error| fail(error.to_string()))?;
        }
        Ok(())
    }

    /// As a file that a shell reads.
    pub(in crate::cloudinit) fn as_shell(&self) -> Result<String, shlex::QuoteError> {
        let mut text = String::new();
        for (name, value) in &self.variables {
            text.push_str(&format!("export {name}={}\n", shlex::try_quote(value)?));
        }
        Ok(text)
    }
}

impl fmt::Debug for Environment {
    /// Without the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

fn check_name(name: &str) -> Result<(), EnvironmentError> {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        // What was typed may be a value with a forgotten name.
        let shown = if name.len() > 40 { "…" } else { name };
        return Err(EnvironmentError::Name(shown.to_owned()));
    }
    if KEPT.contains(&name) {
        return Err(EnvironmentError::Kept(name.to_owned()));
    }
    Ok(())
}

/// A value without the quotes around it; none where they do not match.
fn unquoted(value: &str) -> Option<&str> {
    let value = value.trim();
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = value.get(1..)?.strip_suffix(quote)?;
            (!inner.contains(quote)).then_some(inner)
        }
        _ => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_line_by_line() {
        let mut environment = Environment::default();
        let text = "# a comment\n\nA=1\nexport B='two words'\nC=\"x=y\"\nTOKEN\nA=$HOME again\n";
        environment.read_file(text, |name| (name == "TOKEN").then(|| "it's secret".to_owned())).unwrap();
        assert_eq!(
            environment.as_shell().unwrap(),
            "export B='two words'\nexport C='x=y'\nexport TOKEN=\"it's secret\"\nexport A='$HOME again'\n"
        );
        assert_eq!(format!("{environment:?}"), r#"["B", "C", "TOKEN", "A"]"#, "no value is shown");
    }

    #[test]
    fn what_no_shell_can_hold_is_refused() {
        let refused = |text: &str| Environment::default().read_file(text, |_| None).unwrap_err().to_string();
        assert_eq!(
            refused("A=1\n2B=3"),
            "line 2: \"2B\" is not the name of a variable: letters, digits and _, no digit first"
        );
        assert_eq!(refused("MISSING"), "line 1: MISSING has no value here");
        assert_eq!(refused("A='x"), "line 1: A: its quotes do not match");
        assert_eq!(refused("UID=0"), "line 1: UID is kept by the shell and cannot be set");
        assert_eq!(refused("A=\0"), "line 1: the value of A holds a zero byte, and no environment can");
    }
}
