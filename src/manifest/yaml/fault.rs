//! A fault in a YAML text, at a line and a column, before it is known which file that is.
//!
//! How it is shown is not known here.

use std::fmt;

use serde::de::{self, Unexpected};

use crate::manifest::fault::Severity;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Mark {
    /// The beginning of a text.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// Something that a text should not say, or not so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadFault {
    /// Where; the value that was read where nothing is said.
    pub mark: Option<Mark>,
    /// How much it matters.
    pub severity: Severity,
    /// The rule that it breaks.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to write instead, where that is known.
    pub hint: Option<String>,
}

impl ReadFault {
    /// A fault at a place.
    #[must_use]
    pub fn at(mark: Mark, rule: &'static str, message: impl Into<String>) -> Self {
        Self { mark: Some(mark), ..Self::somewhere(rule, message) }
    }

    /// An older way to write something, and the one of today.
    #[must_use]
    pub fn note(mark: Mark, rule: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::at(mark, rule, message) }
    }

    /// Something that may not do what was meant.
    #[must_use]
    pub fn warning(mark: Mark, rule: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::at(mark, rule, message) }
    }

    /// The same, and what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same, in this place where it has none yet.
    #[must_use]
    pub(super) fn or_at(self, mark: Mark) -> Self {
        Self { mark: self.mark.or(Some(mark)), ..self }
    }

    fn somewhere(rule: &'static str, message: impl Into<String>) -> Self {
        Self { mark: None, severity: Severity::Error, rule, message: message.into(), hint: None }
    }
}

impl fmt::Display for ReadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadFault {}

/// What types say of a value that is not theirs, in the words of people who write files.
impl de::Error for ReadFault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::somewhere("bad-value", message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::somewhere("wrong-type", format!("this is {}, and has to be {expected}", Shown(unexpected)))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::somewhere("bad-value", format!("this is {}, and has to be {expected}", Shown(unexpected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let fault = Self::somewhere("bad-value", format!("{variant:?} is none of {}", expected.join(", ")));
        match nearest(variant, expected.iter().copied()) {
            Some(nearest) => fault.hint(format!("write {nearest}")),
            None => fault,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::somewhere("missing-key", format!("the key {field:?} is missing"))
    }
}

/// A value that is not what was wanted.
struct Shown<'u>(Unexpected<'u>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Unit | Unexpected::Option => f.write_str("nothing"),
            Unexpected::Seq => f.write_str("a list"),
            Unexpected::Map => f.write_str("a mapping"),
            Unexpected::Str(text) => write!(f, "the text {text:?}"),
            other => other.fmt(f),
        }
    }
}

/// The word that was most likely meant.
pub(in crate::manifest) fn nearest<'w>(
    word: &str,
    words: impl IntoIterator<Item = &'w str>,
) -> Option<&'w str> {
    let likeness = |other: &str| strsim::jaro_winkler(word, other);
    let best = words
        .into_iter()
        .map(|other| (likeness(other), other))
        .max_by(|one, other| one.0.total_cmp(&other.0).then_with(|| other.1.cmp(one.1)));
    best.filter(|(likeness, _)| *likeness >= 0.75).map(|(_, word)| word)
}
