//! What stands in a file, or comes from an address, that is none of the lists.
//!
//! Enough of it to know it again: a page that asks for a password, an error of a server, an empty file.

use std::fmt;

use super::LARGEST_LIST;
use crate::catalog::feeds::decoded;

/// The longest beginning that is repeated, in characters.
const LONGEST: usize = 40;

/// How something begins that is no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stranger {
    /// There is nothing in it.
    Empty,
    /// It is not text.
    NotText,
    /// It begins so.
    Starts(String),
}

impl Stranger {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let Ok(text) = decoded(bytes, LARGEST_LIST) else { return Self::NotText };
        let Some(line) = text.lines().map(str::trim).find(|line| !line.is_empty()) else {
            return Self::Empty;
        };
        let mut start: String = line.chars().take(LONGEST).collect();
        if start.len() < line.len() {
            start.push('…');
        }
        Self::Starts(start)
    }
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.pad("it is empty"),
            Self::NotText => f.pad("it is not text"),
            Self::Starts(start) => write!(f, "it starts with {start}"),
        }
    }
}
