//! What `cloudkit deploy generate` did to each file.
//!
//! What is in the files is not shown.

use std::borrow::Cow;

use serde::Serialize;

use crate::output::{Column, Record};

/// A file of a scaffold.
#[derive(Debug, Serialize)]
pub struct WrittenFile {
    schema: &'static str,
    /// Where it is, from the folder that was named on.
    pub path: String,
    /// What became of it.
    pub state: WrittenState,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WrittenState {
    /// It is new.
    Written,
    /// It was there with other content, and is as it was.
    Kept,
    /// It was there with this content.
    Unchanged,
    /// It got more lines.
    Extended,
}

impl WrittenFile {
    /// A file and what became of it.
    #[must_use]
    pub const fn new(path: String, state: WrittenState) -> Self {
        Self { schema: "cloudkit.scaffold-file/v1", path, state }
    }
}

impl WrittenState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Written => "written",
            Self::Kept => "kept as it was",
            Self::Unchanged => "there already",
            Self::Extended => "lines added",
        }
    }
}

impl Record for WrittenFile {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("FILE", 100, |file| Some(file.path.clone())),
            Column::<Self>::text("STATE", 90, |file| Some(file.state.as_str().to_owned())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.path)
    }
}
