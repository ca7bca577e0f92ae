//! A bundle: what is in it, and where it was written.
//!
//! What has to be in it is decided elsewhere.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::change::short;
use crate::manifest::bundle::{Bundle, Entry, EntryKind};
use crate::output::{Column, Record};

/// What is in a bundle, a line each: mode, bytes, path, and where it goes on the machine.
#[must_use]
pub fn text(entries: &[Entry]) -> String {
    let bytes = |entry: &Entry| entry.size_bytes.to_string();
    let wide = entries.iter().map(|entry| bytes(entry).len()).max().unwrap_or_default();
    let mut text = String::new();
    for entry in entries {
        let Entry { path, kind, mode, destination, .. } = entry;
        let size = if *kind == EntryKind::File { bytes(entry) } else { "-".to_owned() };
        let slash = if *kind == EntryKind::Folder { "/" } else { "" };
        // Writing to a string does not fail.
        let _ = write!(text, "{mode}  {size:>wide$}  {path}{slash}");
        if let EntryKind::Link { target } = kind {
            let _ = write!(text, " -> {target}");
        }
        if let Some(destination) = destination {
            let _ = write!(text, "  {destination}");
        }
        text.push('\n');
    }
    text
}

/// What a machine is told and sent, or a part of that.
#[derive(Debug, Serialize)]
pub struct Rendered {
    schema: &'static str,
    /// As cloud-init reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data: Option<String>,
    /// How much of EC2's limit it takes, compressed where it has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_data_bytes: Option<usize>,
    bundle_sha256: String,
    bundle_bytes: u64,
    /// What is in the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<Vec<Entry>>,
}

impl Rendered {
    /// What is sent, with the user data and how much of the limit that takes, and with the list of what is in the bundle, where
    /// each was asked for.
    #[must_use]
    pub fn new(bundle: &Bundle, user_data: Option<(String, usize)>, lists: bool) -> Self {
        let (user_data, user_data_bytes) = user_data.unzip();
        Self {
            schema: "cloudkit.rendered/v1",
            user_data,
            user_data_bytes,
            bundle_sha256: bundle.sha256.clone(),
            bundle_bytes: bundle.bytes,
            bundle: lists.then(|| bundle.entries.clone()),
        }
    }
}

impl Record for Rendered {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("BUNDLE", 100, |row| Some(row.bundle_sha256.clone())),
            Column::<Self>::number("BYTES", 90, |row| Some(row.bundle_bytes.to_string())),
            Column::<Self>::number("USER DATA", 80, |row| row.user_data_bytes.map(|bytes| bytes.to_string())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.bundle_sha256)
    }
}

/// A bundle that was written to a file.
#[derive(Debug, Serialize)]
pub struct WrittenBundle {
    schema: &'static str,
    file: String,
    size_bytes: u64,
    sha256: String,
}

impl WrittenBundle {
    /// The bundle that goes to this place.
    #[must_use]
    pub fn new(file: &Path, bundle: &Bundle) -> Self {
        Self {
            schema: "cloudkit.bundle/v1",
            file: file.display().to_string(),
            size_bytes: bundle.bytes,
            sha256: bundle.sha256.clone(),
        }
    }
}

impl Record for WrittenBundle {
    fn columns() -> Vec<Column<Self>> {
        vec![
            Column::<Self>::text("FILE", 100, |row| Some(row.file.clone())),
            Column::<Self>::number("BYTES", 80, |row| Some(row.size_bytes.to_string())),
            Column::<Self>::text("SHA256", 90, |row| Some(short(&row.sha256).to_owned())),
        ]
    }

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.sha256)
    }
}
