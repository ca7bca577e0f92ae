//! What is wrong with an app folder: which rule, in which file and line, and what to write instead.
//!
//! Faults are data; how they are shown, and what the exit code is, is for others to say.

use serde::Serialize;

use super::paths::FolderPath;

/// One thing that is wrong, or looks like it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Whether it keeps the folder from being deployed.
    pub severity: Severity,
    /// The rule that it breaks, in words with hyphens: `unknown-key`.
    pub rule: &'static str,
    /// Where it is, where it is anywhere.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What is wrong, without the place.
    pub message: String,
    /// What to write or type instead, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It can't be deployed so.
    Error,
    /// It can, and may not do what was meant.
    Warning,
    /// It can, and there is a newer way to write it.
    Note,
}

/// Where a fault is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, from the root of the repository on.
    pub file: FolderPath,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The line itself, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Fault {
    /// Something that keeps the folder from being deployed.
    #[must_use]
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, rule, message)
    }

    /// Something that may not do what was meant.
    #[must_use]
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, rule, message)
    }

    /// An older way to write something.
    #[must_use]
    pub fn note(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, rule, message)
    }

    /// The same, and where it is.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The same, and what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    fn new(severity: Severity, rule: &'static str, message: impl Into<String>) -> Self {
        Self { severity, rule, place: None, message: message.into(), hint: None }
    }
}
