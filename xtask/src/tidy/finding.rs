//! What tidy reports: a place, a rule and what to do.
//! It does not decide what is wrong; the checks do.

use std::fmt;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Breaks a rule; tidy fails.
    Fault,
    /// Worth a look; shown only with `--verbose`.
    Note,
}

/// One thing to mend, in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    /// Counted from one.
    pub(crate) line: usize,
    pub(crate) severity: Severity,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn fault(rule: &'static str, path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, severity: Severity::Fault, rule, message: message.into() }
    }

    pub(crate) fn note(rule: &'static str, path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::fault(rule, path, line, message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = if self.severity == Severity::Note { "note: " } else { "" };
        write!(formatter, "{}:{}: {note}{}: {}", self.path, self.line, self.rule, self.message)
    }
}
