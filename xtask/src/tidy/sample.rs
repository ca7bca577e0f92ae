//! Small trees for the tests of tidy's checks, written into a temporary folder.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::finding::{Finding, Severity};
use super::tree::Tree;

/// A tree on disk, gone when dropped.
pub(crate) struct Sample(TempDir);

impl Sample {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let target = folder.path().join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, text).unwrap();
        }
        Self(folder)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn tree(&self) -> Tree {
        Tree::read(self.root()).unwrap()
    }
}

/// The tree of these files, for a check that reads nothing from disk.
pub(crate) fn tree_of(files: &[(&str, &str)]) -> Tree {
    Sample::of(files).tree()
}

/// What one check finds wrong.
pub(crate) fn faults(tree: &Tree, check: fn(&Tree, &mut Vec<Finding>)) -> Vec<Finding> {
    let mut findings = Vec::new();
    check(tree, &mut findings);
    findings.retain(|finding| finding.severity == Severity::Fault);
    findings
}
