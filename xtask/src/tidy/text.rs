//! What holds for every text file: no trailing white space, a final newline, no conflict markers, no paths of
//! somebody's machine, and Rust that parses. The style of the code is rustfmt's.

use super::finding::Finding;
use super::tree::{SourceFile, Tree};

const RULE: &str = "text";

/// Files that hold what a program printed, byte for byte.
const VERBATIM: &[&str] = &[".snap", ".stdout", ".stderr", ".patch"];

const CONFLICTS: &[&str] = &["<<<<<<< ", "||||||| ", ">>>>>>> "];

/// Folders that exist on the machine of whoever wrote the line. Spelled in two parts, so that this file passes.
const MACHINE_FOLDERS: &[&str] = &[concat!("/work", "/"), concat!("/root", "/")];

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in &tree.files {
        let verbatim = VERBATIM.iter().any(|suffix| file.path.ends_with(suffix));
        for (index, line) in file.text.lines().enumerate() {
            let complaints = [
                conflict(line),
                machine_path(line),
                tab(file, line),
                trailing_space(line).filter(|_| !verbatim),
            ];
            let complaints = complaints.into_iter().flatten();
            findings.extend(complaints.map(|message| Finding::fault(RULE, &file.path, index + 1, message)));
        }
        findings.extend(unfinished(file).filter(|_| !verbatim));
        findings.extend(broken(file));
    }
}

fn conflict(line: &str) -> Option<&'static str> {
    CONFLICTS
        .iter()
        .any(|marker| line.starts_with(marker))
        .then_some("a merge was left half done: resolve the conflict")
}

fn trailing_space(line: &str) -> Option<&'static str> {
    line.ends_with([' ', '\t']).then_some("trailing white space: delete it")
}

fn tab(file: &SourceFile, line: &str) -> Option<&'static str> {
    (file.rust.is_some() && line.contains('\t')).then_some("a tab: indent with spaces, and write \\t in text")
}

/// Only where an absolute path begins: `docs/work/` is nobody's machine.
fn machine_path(line: &str) -> Option<&'static str> {
    let begins_at = |at: usize| {
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-~})]*".contains(before))
    };
    let found = MACHINE_FOLDERS.iter().any(|folder| line.match_indices(folder).any(|(at, _)| begins_at(at)));
    found.then_some("a path of one machine: use a path relative to the project, or a variable")
}

fn unfinished(file: &SourceFile) -> Option<Finding> {
    let message = "ends without a newline: add one";
    let unfinished = !file.text.is_empty() && !file.text.ends_with('\n');
    unfinished.then(|| Finding::fault(RULE, &file.path, file.text.lines().count(), message))
}

fn broken(file: &SourceFile) -> Option<Finding> {
    let error = file.rust.as_ref()?.as_ref().err()?;
    Some(Finding::fault(RULE, &file.path, error.span().start().line, format!("does not parse: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::{faults, tree_of};

    fn lines(path: &str, text: &str) -> Vec<usize> {
        faults(&tree_of(&[(path, text)]), check).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn untidy_text_is_caught() {
        assert_eq!(lines("a.md", "one\ntwo \nthree\t\n"), [2, 3]);
        assert_eq!(lines("a.md", "one\ntwo"), [2]);
        assert_eq!(
            lines("a.md", &format!("{} main\n=======\n{} side\n", "<".repeat(7), ">".repeat(7))),
            [1, 3]
        );
        assert_eq!(lines("a.rs", "fn f() {\n\tg();\n}\n"), [2]);
        assert_eq!(lines("a.rs", "fn f() {\n"), [1]);
    }

    #[test]
    fn a_path_of_one_machine_is_caught() {
        for folder in MACHINE_FOLDERS {
            assert_eq!(lines("a.md", &format!("see\n`{folder}x`\n")), [2]);
            assert_eq!(lines("a.md", &format!("https://example.com{folder}x and docs{folder}\n")), [0; 0]);
        }
    }

    #[test]
    fn what_a_program_printed_is_left_alone() {
        assert_eq!(lines("tests/cli/find.snap", "a \n\nb"), [0; 0]);
        assert_eq!(lines("a.bin", "\0 \n"), [0; 0]);
        assert_eq!(lines("empty.md", ""), [0; 0]);
    }
}
