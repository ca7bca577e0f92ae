//! No Rust file lies around that nothing compiles, and no test is skipped or sleeps.
//! The `mod` declarations are followed as the compiler follows them, but for `#[path]`, which is not wanted.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

use super::attributes::{has_path, is_ignored};
use super::finding::Finding;
use super::names::names_of;
use super::tree::{RustFile, Tree};

const RULE: &str = "forgotten";
const TESTS: &str = "tests";

/// Where every Rust file is part of a crate.
const FOLDERS: &[&str] =
    &["src/", "xtask/src/", "tests/", "benches/", "bindings/python/src/", "bindings/python-aws/src/"];

/// The one file of the tests that may sleep: it waits for an event, with a limit.
const MAY_SLEEP: &str = "tests/cli/support/wait.rs";
const SLEEPS: &[&str] = &["std::thread::sleep", "tokio::time::sleep", "tokio::time::sleep_until"];

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    let reached = reachable(tree);
    for file in tree.rust_files() {
        let ours = FOLDERS.iter().any(|folder| file.path.starts_with(folder));
        if ours && !reached.contains(file.path) {
            let message = "nothing compiles this file: declare it with `mod` in its parent, or delete it";
            findings.push(Finding::fault(RULE, file.path, 1, message));
        }
        check_attributes(&file, findings);
        check_sleeps(&file, findings);
    }
}

fn check_attributes(file: &RustFile<'_>, findings: &mut Vec<Finding>) {
    let mut attributes = Attributes { ignored: Vec::new(), moved: Vec::new() };
    attributes.visit_file(file.syntax);
    for line in attributes.ignored {
        let message = "no test is ignored: make it run, or delete it";
        findings.push(Finding::fault(TESTS, file.path, line, message));
    }
    for line in attributes.moved {
        let message = "`#[path]` hides where a module lies: put the file where `mod` looks for it";
        findings.push(Finding::fault(RULE, file.path, line, message));
    }
}

fn check_sleeps(file: &RustFile<'_>, findings: &mut Vec<Finding>) {
    let all_test = file.path.starts_with("tests/");
    if file.path == MAY_SLEEP {
        return;
    }
    for name in names_of(file).iter().filter(|name| all_test || name.in_test) {
        if SLEEPS.iter().any(|sleep| name.reaches(sleep)) {
            let message = format!("a test does not sleep: wait for an event with a limit ({MAY_SLEEP})");
            findings.push(Finding::fault(TESTS, file.path, name.line, message));
        }
    }
}

struct Attributes {
    ignored: Vec<usize>,
    moved: Vec<usize>,
}

impl<'ast> Visit<'ast> for Attributes {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if is_ignored(attribute) {
            self.ignored.push(attribute.pound_token.span.start().line);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if has_path(&item.attrs) {
            self.moved.push(item.ident.span().start().line);
        }
        visit::visit_item_mod(self, item);
    }
}

/// All files that the crates' roots declare, directly or through other files.
fn reachable(tree: &Tree) -> BTreeSet<String> {
    let mut waiting: Vec<String> =
        tree.rust_files().filter(|file| is_root(file.path)).map(|file| file.path.to_owned()).collect();
    let mut reached = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        let syntax = tree.rust_files().find(|file| file.path == path).map(|file| file.syntax);
        if let Some(syntax) = syntax {
            declared(&syntax.items, &folder_of(&path), &mut waiting);
        }
        reached.insert(path);
        waiting.retain(|next| !reached.contains(next));
    }
    reached
}

/// Where cargo begins: library, binaries, one file or one folder for each test and benchmark.
fn is_root(path: &str) -> bool {
    match path.split('/').collect::<Vec<_>>()[..] {
        [.., "src", "lib.rs" | "main.rs"] | [.., "src", "bin", _] => true,
        ["tests" | "benches", file] => file.ends_with(".rs"),
        ["tests" | "benches", _, file] => file == "main.rs",
        _ => false,
    }
}

/// Where the modules that a file declares are looked for.
fn folder_of(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let owns_its_folder = is_root(path) || name == "mod.rs";
    if owns_its_folder { folder.to_owned() } else { path.trim_end_matches(".rs").to_owned() }
}

/// Both places that a declared module can be in, as only one of them exists.
fn declared(items: &[syn::Item], folder: &str, waiting: &mut Vec<String>) {
    for item in items {
        let syn::Item::Mod(module) = item else { continue };
        let inside = format!("{folder}/{}", module.ident);
        match &module.content {
            Some((_, items)) => declared(items, &inside, waiting),
            None => waiting.extend([format!("{inside}.rs"), format!("{inside}/mod.rs")]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::{faults, tree_of};

    fn paths(files: &[(&str, &str)]) -> Vec<String> {
        faults(&tree_of(files), check).into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn a_forgotten_test_is_caught() {
        let files =
            [("tests/cli/main.rs", "mod find;"), ("tests/cli/find.rs", ""), ("tests/cli/launch.rs", "")];
        assert_eq!(paths(&files), ["tests/cli/launch.rs"]);
    }

    #[test]
    fn modules_are_followed_through_files_folders_and_blocks() {
        let files = [
            ("src/lib.rs", "mod model; mod a { mod b; }"),
            ("src/model/mod.rs", "mod size;"),
            ("src/model/size.rs", "mod tests;"),
            ("src/model/size/tests.rs", ""),
            ("src/a/b.rs", ""),
            ("src/main.rs", ""),
            ("src/model/left.rs", ""),
            ("examples/app/main.rs", ""),
        ];
        assert_eq!(paths(&files), ["src/model/left.rs"]);
    }

    #[test]
    fn a_module_elsewhere_is_caught() {
        assert_eq!(paths(&[("src/lib.rs", "#[path = \"x.rs\"] mod model;")]), ["src/lib.rs"]);
    }

    #[test]
    fn an_ignored_test_is_caught() {
        for attribute in ["#[ignore]", "#[ignore = \"slow\"]", "#[cfg_attr(windows, ignore)]"] {
            assert_eq!(paths(&[("src/lib.rs", &format!("{attribute} fn f() {{}}"))]).len(), 1);
        }
    }

    #[test]
    fn a_test_that_sleeps_is_caught() {
        assert_eq!(paths(&[("tests/cli/main.rs", "fn f() { std::thread::sleep(d) }")]).len(), 1);
        assert_eq!(paths(&[("tests/cli/main.rs", "use tokio::time; fn f() { time::sleep(d) }")]).len(), 1);
        assert_eq!(
            paths(&[("src/lib.rs", "#[cfg(test)] mod tests { fn f() { std::thread::sleep(d) } }")]).len(),
            1
        );
        assert_eq!(paths(&[("src/lib.rs", "fn f() { std::thread::sleep(d) }")]), [""; 0]);
        let support = [
            ("tests/cli/main.rs", "mod support;"),
            ("tests/cli/support/mod.rs", "mod wait;"),
            (MAY_SLEEP, "fn f() { std::thread::sleep(d) }"),
        ];
        assert_eq!(paths(&support), [""; 0]);
    }
}
