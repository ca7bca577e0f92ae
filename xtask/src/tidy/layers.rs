//! Which module may name which: the table, its check over src/, and its form in ARCHITECTURE.md.
//! `lib.rs`, `main.rs` and the programs in `bin/` are free; the homes of third-party crates are another check.

use std::fmt;

use self::MayName::{Everything, Only};
use super::finding::Finding;
use super::names::{Mention, Name, module_of, names_of};
use super::tree::{RustFile, Tree};

const RULE: &str = "layers";

/// A module at the root of the crate, and the other modules that it may name.
struct Layer {
    module: &'static str,
    may_name: MayName,
}

enum MayName {
    Only(&'static [&'static str]),
    Everything,
}

/// From the ground up. A module that is not here does not exist.
const LAYERS: &[Layer] = &[
    Layer { module: "model", may_name: Only(&[]) },
    Layer { module: "platform", may_name: Only(&[]) },
    Layer { module: "catalog", may_name: Only(&["model", "platform"]) },
    Layer { module: "cloudinit", may_name: Only(&["model", "platform"]) },
    Layer { module: "manifest", may_name: Only(&["model", "platform"]) },
    Layer { module: "aws", may_name: Only(&["model", "platform"]) },
    Layer { module: "discovery", may_name: Only(&["model", "platform", "catalog", "aws"]) },
    Layer { module: "provision", may_name: Only(&["model", "platform", "catalog", "cloudinit", "aws"]) },
    Layer { module: "monitor", may_name: Only(&["model", "platform", "catalog", "cloudinit", "aws"]) },
    Layer { module: "apply", may_name: Only(&["model", "platform", "manifest"]) },
    Layer {
        module: "deployment",
        may_name: Only(&["model", "platform", "catalog", "cloudinit", "manifest", "aws", "provision"]),
    },
    // The report types of the others, and never what talks to AWS.
    Layer {
        module: "output",
        may_name: Only(&[
            "model",
            "platform",
            "catalog",
            "cloudinit",
            "manifest",
            "discovery",
            "provision",
            "monitor",
            "apply",
            "deployment",
        ]),
    },
    Layer { module: "cli", may_name: Everything },
];

impl MayName {
    fn allows(&self, module: &str) -> bool {
        match self {
            Only(modules) => modules.contains(&module),
            Everything => true,
        }
    }
}

impl fmt::Display for MayName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Only([]) => formatter.write_str("nothing of ours"),
            Only(modules) => formatter.write_str(&modules.join(", ")),
            Everything => formatter.write_str("everything"),
        }
    }
}

/// What the Python bindings may not name: they answer by themselves.
const NOT_FOR_BINDINGS: &[&str] = &["cli", "output"];
/// All that those may name that run commands.
const FOR_RUNNING_BINDINGS: &[&str] = &["platform", "cli"];

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in tree.rust_files() {
        if file.path.starts_with("src/") {
            check_module(&file, findings);
        } else if file.path.starts_with("bindings/python-aws/") {
            check_bindings(&file, findings, |target| FOR_RUNNING_BINDINGS.contains(&target));
        } else if file.path.starts_with("bindings/") {
            check_bindings(&file, findings, |target| !NOT_FOR_BINDINGS.contains(&target));
        }
    }
}

fn check_module(file: &RustFile<'_>, findings: &mut Vec<Finding>) {
    let module = module_of(file.path);
    let Some(own) = module.first() else { return };
    let Some(layer) = layer_of(own) else {
        let message = format!("module {own} has no layer: give it a row in xtask/src/tidy/layers.rs");
        return findings.push(Finding::fault(RULE, file.path, 1, message));
    };
    for name in names_of(file) {
        if let Some(message) = complaint(layer, &name) {
            findings.push(Finding::fault(RULE, file.path, name.line, message));
        }
    }
}

/// What is wrong with a name in a module of the given layer.
fn complaint(layer: &Layer, name: &Name) -> Option<String> {
    if !matches!(name.first(), "crate" | "cloudkit") {
        return None;
    }
    let Some(target) = name.segments.get(1) else {
        let globbed = name.mention == Mention::Glob;
        return globbed.then(|| "brings in the whole crate: name the module that is meant".to_owned());
    };
    let Layer { module: own, may_name } = layer;
    if layer_of(target).is_none() {
        return Some(format!(
            "{own} names crate::{target}, which is not a module: name it where it is defined"
        ));
    }
    let allowed = target == own || may_name.allows(target);
    let message =
        || format!("{own} may not name {target} (it may name {may_name}): move the code, or pass a value in");
    (!allowed).then(message)
}

fn check_bindings(file: &RustFile<'_>, findings: &mut Vec<Finding>, may_name: impl Fn(&str) -> bool) {
    for name in names_of(file) {
        let target = name.segments.get(1).map_or("", String::as_str);
        if name.first() == "cloudkit" && !may_name(target) {
            let message = format!("these bindings may not name {target}: ARCHITECTURE.md has what they may");
            findings.push(Finding::fault(RULE, file.path, name.line, message));
        }
    }
}

fn layer_of(module: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.module == module)
}

/// The table as ARCHITECTURE.md shows it.
pub(crate) fn markdown() -> String {
    let mut table = "| module | may name |\n|---|---|\n".to_owned();
    for Layer { module, may_name } in LAYERS {
        table += &format!("| {module} | {may_name} |\n");
    }
    table
        + &format!("| bindings/python | everything but {} |\n", NOT_FOR_BINDINGS.join(" and "))
        + &format!("| bindings/python-aws | {} |\n", FOR_RUNNING_BINDINGS.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::{faults, tree_of};

    #[track_caller]
    fn caught(path: &str, body: &str, line: usize) {
        let tree = tree_of(&[(path, &format!("//! A module. It is small.\n{body}\n"))]);
        let found = faults(&tree, check);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].path.as_str(), found[0].line), (path, line));
    }

    #[track_caller]
    fn passes(path: &str, body: &str) {
        let tree = tree_of(&[(path, body)]);
        assert_eq!(faults(&tree, check), []);
    }

    #[test]
    fn a_broken_layer_is_caught_however_it_is_written() {
        caught("src/model/size.rs", "use crate::cli;", 2);
        caught("src/model/size.rs", "use cloudkit::cli::x;", 2);
        caught("src/model/size.rs", "pub(crate) use crate::cli::x;", 2);
        caught("src/model/size.rs", "fn f() {\n    crate::cli::x()\n}", 3);
        caught("src/model/size.rs", "fn f() {\n    vec![crate::cli::x()];\n}", 3);
        caught("src/model/size.rs", "use super::super::cli;", 2);
        caught("src/model/size.rs", "#[cfg(test)]\nmod tests {\n    use crate::cli;\n}", 4);
        caught("src/model/size.rs", "#[serde(default = \"crate::cli::x\")]\nstruct S;", 2);
        caught("src/provision/plan.rs", "use crate::discovery::Offer;", 2);
        caught("src/monitor/mod.rs", "use super::provision::Plan;", 2);
        caught("src/output/table.rs", "use crate::aws::Client;", 2);
    }

    #[test]
    fn the_way_around_through_the_root_is_closed() {
        caught("src/model/mod.rs", "use super::*;", 2);
        caught("src/model/mod.rs", "use crate::Everything;", 2);
    }

    #[test]
    fn a_module_without_a_layer_is_caught() {
        caught("src/helpers.rs", "", 1);
        caught("src/helpers/strings.rs", "", 1);
    }

    #[test]
    fn what_the_table_allows_passes() {
        passes("src/lib.rs", "pub mod cli; use cli::x;");
        passes("src/main.rs", "fn main() { cloudkit::cli::main() }");
        passes("src/bin/other.rs", "fn main() { cloudkit::cli::main() }");
        passes(
            "src/discovery/rank.rs",
            "use crate::{aws::Prices, model::Money}; use super::filter; use crate::discovery::x;",
        );
        passes("src/model/size.rs", "pub(crate) struct S; #[cfg(test)] mod tests { use super::*; }");
        passes("src/model/size.rs", "//! See [`crate::cli`].\nconst TEXT: &str = \"crate::cli::x\";");
        passes("src/cli/mod.rs", "use crate::output::Document;");
        passes("tests/cli/main.rs", "use cloudkit::cli;");
    }

    #[test]
    fn the_bindings_are_kept_from_the_command_line() {
        caught("bindings/python/src/lib.rs", "use cloudkit::output::Document;", 2);
        passes("bindings/python/src/lib.rs", "use cloudkit::discovery; use crate::cli;");
        caught("bindings/python-aws/src/lib.rs", "use cloudkit::provision;", 2);
        passes("bindings/python-aws/src/lib.rs", "use cloudkit::cli::Answer; use crate::talk;");
    }

    #[test]
    fn every_layer_names_only_layers() {
        for layer in LAYERS {
            let Only(named) = layer.may_name else { continue };
            assert!(named.iter().all(|module| layer_of(module).is_some()), "{}", layer.module);
        }
        assert!(markdown().contains("| cli | everything |\n"));
    }
}
