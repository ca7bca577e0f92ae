//! Names and patterns of names: `m7i.large`, `m7i.*`, `us-*`.
//!
//! Whether any name fits is not known here.

use std::fmt;
use std::str::FromStr;

use globset::{Glob, GlobMatcher};

/// Whoever types one of these means a pattern; no name that AWS gives holds any.
pub(super) const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

/// A name, or a pattern of names; letter case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    glob: Option<Glob>,
}

/// A text that can't be read as a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPattern {
    /// There is nothing to match.
    #[error("a name or a pattern of names such as m7i.* is missing")]
    Empty,
    /// A bracket is left open, or the like.
    #[error("{text:?} is not a pattern of names such as m7i.*")]
    Malformed {
        /// What was read.
        text: String,
        /// What is wrong with it.
        source: globset::Error,
    },
}

impl NamePattern {
    /// The pattern as it is matched: in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name, where the pattern is one.
    #[must_use]
    pub fn exact_name(&self) -> Option<&str> {
        self.glob.is_none().then_some(self.text.as_str())
    }

    /// What tells whether a name fits.
    pub(super) fn matcher(&self) -> Matcher<'_> {
        match &self.glob {
            None => Matcher::Exact(&self.text),
            Some(glob) => Matcher::Glob(glob.compile_matcher()),
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for NamePattern {
    type Err = NotAPattern;

    fn from_str(text: &str) -> Result<Self, NotAPattern> {
        let lower = text.trim().to_ascii_lowercase();
        if lower.is_empty() {
            return Err(NotAPattern::Empty);
        }
        let glob = lower
            .contains(WILDCARDS)
            .then(|| Glob::new(&lower))
            .transpose()
            .map_err(|source| NotAPattern::Malformed { text: text.to_owned(), source })?;
        Ok(Self { text: lower, glob })
    }
}

/// A pattern made ready for many names.
pub(super) enum Matcher<'p> {
    Exact(&'p str),
    Glob(GlobMatcher),
}

impl Matcher<'_> {
    pub(super) fn fits(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => *exact == name,
            Self::Glob(glob) => glob.is_match(name),
        }
    }
}
