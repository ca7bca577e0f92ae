//! Every module begins with a doc comment, and one in src/ says two things: what it is and what it does not do.
//! It counts sentences; whether they are good ones is for review.

use super::finding::Finding;
use super::tree::{RustFile, Tree};

const RULE: &str = "docs";

/// Where code of ours lives.
const FOLDERS: &[&str] = &["src/", "xtask/src/", "tests/", "benches/", "bindings/"];

/// What it is, and what it deliberately does not do.
const SENTENCES: usize = 2;

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let ours = |file: &RustFile<'_>| FOLDERS.iter().any(|folder| file.path.starts_with(folder));
    for file in tree.rust_files().filter(ours) {
        let doc = opening_doc(file.text);
        if doc.is_empty() {
            let message =
                "begins without a `//!` doc: say what the file is and what it deliberately does not do";
            findings.push(Finding::fault(RULE, file.path, 1, message));
        } else if is_module_of_src(&file) && sentences(&doc) < SENTENCES {
            let message = "the `//!` doc says what the module is; say also what it deliberately does not do";
            findings.push(Finding::note(RULE, file.path, 1, message));
        }
    }
}

fn is_module_of_src(file: &RustFile<'_>) -> bool {
    let inside = file.path.starts_with("src/") && !file.is_test_module();
    inside && !matches!(file.path, "src/lib.rs" | "src/main.rs")
}

fn opening_doc(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn sentences(doc: &str) -> usize {
    doc.split_whitespace()
        .filter(|word| word.trim_end_matches(['`', ')', '*']).ends_with(['.', '!', '?']))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::Severity;
    use crate::tidy::sample::tree_of;

    fn severities(path: &str, text: &str) -> Vec<Severity> {
        let mut findings = Vec::new();
        check(&tree_of(&[(path, text)]), &mut findings);
        findings.into_iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn a_missing_doc_is_a_fault_everywhere() {
        for path in ["src/model/size.rs", "xtask/src/main.rs", "tests/cli/find.rs", "benches/search.rs"] {
            assert_eq!(severities(path, "fn f() {}"), [Severity::Fault]);
            assert_eq!(severities(path, "//!\nfn f() {}"), [Severity::Fault]);
        }
    }

    #[test]
    fn one_sentence_is_few_in_src() {
        assert_eq!(severities("src/model/size.rs", "//! Sizes.\n"), [Severity::Note]);
        assert_eq!(severities("src/model/size.rs", "//! Sizes.\n//! It does not round.\n"), []);
        assert_eq!(severities("src/model/size/tests.rs", "//! Tests of sizes.\n"), []);
        assert_eq!(severities("tests/cli/find.rs", "//! Sessions of find.\n"), []);
    }
}
