//! Names and patterns of names: `m7i.large`, `m7i.*`, `us-*`, `/c[6-8]i\.large/`.
//!
//! Whether any name fits is not known here.

use std::fmt;
use std::str::FromStr;

use globset::{Glob, GlobMatcher};
use regex::bytes::{Regex, RegexBuilder};

/// Whoever types one of these means a pattern; no name that AWS gives holds any.
pub(super) const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

/// A name, or a pattern of names: a glob, or a regular expression between slashes, which may fit any part of a name. Letter
/// case does not count.
#[derive(Debug, Clone)]
pub struct NamePattern {
    text: String,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Exact,
    Glob(Glob),
    Regex(Regex),
}

impl PartialEq for NamePattern {
    /// The text says it all.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NamePattern {}

/// A text that can't be read as a pattern.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotAPattern {
    /// There is nothing to match.
    #[error("a name or a pattern of names such as m7i.* is missing")]
    Empty,
    /// A slash begins a regular expression that no slash ends.
    #[error("{text:?} is an unfinished regular expression: it ends with another slash, as /m[67]i/ does")]
    UnfinishedRegex {
        /// What was read.
        text: String,
    },
    /// There is nothing between the slashes.
    #[error(
        "{text:?} is an empty regular expression: between the slashes stands a part of a name, as in /m[67]i/"
    )]
    EmptyRegex {
        /// What was read.
        text: String,
    },
    /// A bracket is left open, or the like.
    #[error("{text:?} is not a pattern of names such as m7i.*")]
    Malformed {
        /// What was read.
        text: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// The same of a regular expression.
    #[error("{text:?} is not a regular expression such as /m[67]i/")]
    MalformedRegex {
        /// What was read.
        text: String,
        /// What is wrong with it.
        source: regex::Error,
    },
}

impl NamePattern {
    /// The pattern as it is matched: a name or a glob in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name, where the pattern is one.
    #[must_use]
    pub fn exact_name(&self) -> Option<&str> {
        matches!(self.kind, Kind::Exact).then_some(self.text.as_str())
    }

    /// What tells whether a name fits.
    pub(super) fn matcher(&self) -> Matcher<'_> {
        match &self.kind {
            Kind::Exact => Matcher::Exact(&self.text),
            Kind::Glob(glob) => Matcher::Glob(glob.compile_matcher()),
            Kind::Regex(regex) => Matcher::Regex(regex),
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
        let trimmed = text.trim();
        if let Some(expression) = between_slashes(trimmed) {
            return regex(trimmed, expression);
        }
        if trimmed.starts_with('/') {
            return Err(NotAPattern::UnfinishedRegex { text: trimmed.to_owned() });
        }
        let lower = trimmed.to_ascii_lowercase();
        if lower.is_empty() {
            return Err(NotAPattern::Empty);
        }
        let kind = if lower.contains(WILDCARDS) {
            let glob = Glob::new(&lower);
            Kind::Glob(glob.map_err(|source| NotAPattern::Malformed { text: text.to_owned(), source })?)
        } else {
            Kind::Exact
        };
        Ok(Self { text: lower, kind })
    }
}

/// What stands between the slashes of a regular expression.
fn between_slashes(text: &str) -> Option<&str> {
    text.strip_prefix('/')?.strip_suffix('/')
}

fn regex(text: &str, expression: &str) -> Result<NamePattern, NotAPattern> {
    if expression.is_empty() {
        return Err(NotAPattern::EmptyRegex { text: text.to_owned() });
    }
    // Over bytes and without Unicode, whose tables are not built in: names are ASCII.
    let regex = RegexBuilder::new(expression).case_insensitive(true).unicode(false).build();
    let regex = regex.map_err(|source| NotAPattern::MalformedRegex { text: text.to_owned(), source })?;
    Ok(NamePattern { text: text.to_owned(), kind: Kind::Regex(regex) })
}

/// Whether somebody who types this means a pattern.
pub(super) fn is_pattern(text: &str) -> bool {
    text.starts_with('/') || text.contains(WILDCARDS)
}

/// Whether somebody who types this means a pattern of types' names, or a whole one, and not a word.
pub(super) fn is_pattern_of_types(token: &str) -> bool {
    let is_name = || token.starts_with(|c: char| c.is_ascii_alphabetic()) && token.contains('.');
    is_pattern(token) || is_name()
}

/// The elements of a list between commas; a comma within brackets or slashes is the pattern's own.
pub(super) fn names_of(list: &str) -> impl Iterator<Item = &str> {
    split(list, |c| c == ',')
}

/// The parts of a text between separators, where those within brackets, or between slashes that begin a part, do not
/// separate.
pub(super) fn split(text: &str, is_separator: fn(char) -> bool) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let mut in_slashes = false;
    let mut is_first = true;
    text.split(move |c: char| {
        match c {
            '/' if in_slashes || is_first => in_slashes = !in_slashes,
            '{' | '[' if !in_slashes => depth += 1,
            '}' | ']' if !in_slashes => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_first = depth == 0 && !in_slashes && is_separator(c);
        is_first
    })
}

/// A pattern made ready for many names.
pub(super) enum Matcher<'p> {
    Exact(&'p str),
    Glob(GlobMatcher),
    Regex(&'p Regex),
}

impl Matcher<'_> {
    pub(super) fn fits(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => *exact == name,
            Self::Glob(glob) => glob.is_match(name),
            Self::Regex(regex) => regex.is_match(name.as_bytes()),
        }
    }
}
