//! What says from when a figure is.
//!
//! Which date a list gets is decided where it is read; here is only how far a date can be believed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What says from when a figure is, the least believed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatedBy {
    /// The time of the file, which may be that of a copy: the figure is of that day or of one before.
    FileTime,
    /// The date of another list that lay beside it: the figure is of about that day.
    ListBeside,
    /// The list itself, the server that it is from, or the user.
    Said,
}

impl DatedBy {
    /// All of them; files keep their places, so that new ones come last.
    pub const ALL: [Self; 3] = [Self::FileTime, Self::ListBeside, Self::Said];

    /// Whether the date is known, rather than guessed.
    #[must_use]
    pub const fn is_said(self) -> bool {
        matches!(self, Self::Said)
    }

    /// A date with a sign of how far it can be believed: `2026-08-06`, `~2026-08-06`, `<=2026-08-06`.
    #[must_use]
    pub fn marked(self, date: impl fmt::Display) -> String {
        match self {
            Self::FileTime => format!("<={date}"),
            Self::ListBeside => format!("~{date}"),
            Self::Said => date.to_string(),
        }
    }
}
