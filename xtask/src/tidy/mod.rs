//! `cargo xtask tidy`: the rules of the house that a program can check, each finding with its place and what to do.
//! It formats nothing and compiles nothing; rustfmt and clippy do.

mod attributes;
mod docs;
mod finding;
mod forgotten;
mod generated;
mod homes;
mod layers;
mod length;
mod manifests;
mod names;
#[cfg(test)]
mod sample;
mod text;
mod tree;

use std::path::Path;

use clap::Args;

use self::finding::{Finding, Severity};
use self::tree::Tree;
use crate::say;

/// Check the rules of the house.
#[derive(Debug, Args)]
pub(crate) struct TidyArguments {
    /// Also show what is not wrong yet: long functions and files, thin docs.
    #[arg(long, short)]
    verbose: bool,
    /// First rewrite what is generated.
    #[arg(long)]
    write: bool,
}

/// Why tidy is not content.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TidyError {
    #[error(transparent)]
    Tree(#[from] tree::TreeError),
    #[error(transparent)]
    Write(#[from] generated::WriteError),
    #[error("{0} to mend")]
    Faults(usize),
}

/// All findings over a tree, by path and line. A pure function of the files below the root.
pub(crate) fn check(root: &Path) -> Result<Vec<Finding>, TidyError> {
    const CHECKS: &[fn(&Tree, &mut Vec<Finding>)] = &[
        layers::check,
        homes::check,
        docs::check,
        length::check,
        forgotten::check,
        generated::check,
        text::check,
        manifests::check,
    ];
    let tree = Tree::read(root)?;
    let mut findings = Vec::new();
    for check in CHECKS {
        check(&tree, &mut findings);
    }
    findings.sort();
    findings.dedup();
    Ok(findings)
}

/// Checks, and prints what was found.
pub(crate) fn run(root: &Path, arguments: &TidyArguments) -> Result<(), TidyError> {
    if arguments.write {
        for path in generated::write(&Tree::read(root)?)? {
            say::talk(format_args!("{path}: written"));
        }
    }
    let (faults, notes): (Vec<_>, Vec<_>) =
        check(root)?.into_iter().partition(|finding| finding.severity == Severity::Fault);
    faults.iter().for_each(say::result);
    if arguments.verbose {
        notes.iter().for_each(say::result);
    }
    if faults.is_empty() { Ok(()) } else { Err(TidyError::Faults(faults.len())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn findings_of_all_checks_come_in_order() {
        let sample = sample::Sample::of(&[
            ("src/model/size.rs", "use crate::cli;  \nuse clap::Parser;\n"),
            ("a.md", "no newline"),
        ]);
        let rules: Vec<_> = check(sample.root()).unwrap().iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, ["text", "docs", "forgotten", "layers", "text", "homes"]);
    }

    #[test]
    fn a_finding_reads_like_a_compiler_message() {
        let finding = Finding::fault("text", "src/lib.rs", 3, "trailing white space: delete it");
        assert_eq!(finding.to_string(), "src/lib.rs:3: text: trailing white space: delete it");
    }

    #[test]
    fn tidy_is_tidy() {
        let findings = check(Workspace::find().root()).unwrap();
        let ours = findings.iter().filter(|finding| finding.path.starts_with("xtask/"));
        let faults: Vec<_> =
            ours.filter(|finding| finding.severity == Severity::Fault).map(Finding::to_string).collect();
        assert_eq!(faults, [""; 0]);
    }
}
