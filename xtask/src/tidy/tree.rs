//! The project's text files, read once, with every Rust file parsed.
//! It sees what git would see (`.gitignore` is respected) and judges nothing.

use std::fs;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// Why the tree could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TreeError {
    #[error("the tree could not be walked")]
    Walk(#[from] ignore::Error),
    #[error("{path} could not be read")]
    Read { path: PathBuf, source: std::io::Error },
}

/// One text file.
pub(crate) struct SourceFile {
    /// Relative to the root, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    /// Present for Rust files.
    pub(crate) rust: Option<syn::Result<syn::File>>,
}

/// A Rust file that parses.
pub(crate) struct RustFile<'tree> {
    pub(crate) path: &'tree str,
    pub(crate) text: &'tree str,
    pub(crate) syntax: &'tree syn::File,
}

/// All text files, in the order of their paths.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    pub(crate) files: Vec<SourceFile>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Self, TreeError> {
        let mut files = Vec::new();
        for entry in walk(root) {
            let entry = entry?;
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                files.extend(read_text(root, entry.path())?);
            }
        }
        files.sort_by(|left: &SourceFile, right| left.path.cmp(&right.path));
        Ok(Self { root: root.to_owned(), files })
    }

    /// The Rust files that parse; the others are reported once, by the check of the text.
    pub(crate) fn rust_files(&self) -> impl Iterator<Item = RustFile<'_>> {
        self.files.iter().filter_map(|file| {
            let syntax = file.rust.as_ref()?.as_ref().ok()?;
            Some(RustFile { path: &file.path, text: &file.text, syntax })
        })
    }

    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl RustFile<'_> {
    /// Whether the whole file is a test module of src/, by the names in use for them.
    pub(crate) fn is_test_module(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

/// Hidden files count (`.ci`, `.cargo`), git's own do not; nothing outside the root has a say.
fn walk(root: &Path) -> ignore::Walk {
    WalkBuilder::new(root)
        .hidden(false)
        .parents(false)
        .git_global(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build()
}

/// Nothing for a file that is not text.
fn read_text(root: &Path, path: &Path) -> Result<Option<SourceFile>, TreeError> {
    let bytes = fs::read(path).map_err(|source| TreeError::Read { path: path.to_owned(), source })?;
    let Ok(text) = String::from_utf8(bytes) else { return Ok(None) };
    if text.contains('\0') {
        return Ok(None);
    }
    let rust = path.extension().is_some_and(|extension| extension == "rs").then(|| syn::parse_file(&text));
    Ok(Some(SourceFile { path: relative(root, path), text, rust }))
}

fn relative(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
