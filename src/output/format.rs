//! The formats of a document: what `-o` takes.
//!
//! Which format is the default of which command is decided in [`super::Streams`].

use std::fmt;
use std::str::FromStr;

use crate::model::NotAValue;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns that fit the terminal.
    Table,
    /// Every column, however wide.
    Wide,
    /// One array of objects, indented.
    Json,
    /// One object a line.
    Jsonl,
    /// One array of objects as YAML.
    Yaml,
    /// RFC 4180 with a header.
    Csv,
    /// Names alone, one a line.
    Name,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Table, Self::Wide, Self::Json, Self::Jsonl, Self::Yaml, Self::Csv, Self::Name];

    /// The names of [`Self::ALL`], in its order.
    pub const NAMES: [&'static str; 7] = ["table", "wide", "json", "jsonl", "yaml", "csv", "name"];

    /// The name that `-o` takes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Wide => "wide",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
            Self::Name => "name",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| NotAValue::new(text, "a format: table, wide, json, jsonl, yaml, csv or name"))
    }
}
