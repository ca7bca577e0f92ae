//! How an error is told: `error:`, `caused by:`, `hint:`, or the same as one JSON object.
//!
//! Which exit code and which hints belong to an error is decided at the edge.

use std::error::Error;

use serde::Serialize;

const SCHEMA: &str = "cloudkit.error/v1";

/// What went wrong, why, what to type next, and the code that the process ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    schema: &'static str,
    /// What went wrong.
    pub error: String,
    /// The causes, the nearest first.
    pub caused_by: Vec<String>,
    /// What to type next.
    pub hints: Vec<String>,
    /// The code that the process ends with.
    pub exit_code: u8,
}

impl Failure {
    /// A failure told by an error and its chain of sources. A cause that only repeats the sentence above it is left out.
    #[must_use]
    pub fn of(error: &dyn Error, hints: Vec<String>, exit_code: u8) -> Self {
        let mut sentences = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source {
            let sentence = cause.to_string();
            if sentences.last() != Some(&sentence) {
                sentences.push(sentence);
            }
            source = cause.source();
        }
        let caused_by = sentences.split_off(1);
        Self { schema: SCHEMA, error: sentences.concat(), caused_by, hints, exit_code }
    }

    /// The failure as labelled lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = (&'static str, &str)> {
        std::iter::once(("error", self.error.as_str()))
            .chain(self.caused_by.iter().map(|cause| ("caused by", cause.as_str())))
            .chain(self.hints.iter().map(|hint| ("hint", hint.as_str())))
    }
}
