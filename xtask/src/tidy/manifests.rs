//! Every crate of the workspace takes the workspace's lints.
//! What the lints are is Cargo.toml's; versions and licences are cargo-deny's.

use toml::Table;

use super::finding::Finding;
use super::tree::Tree;

const RULE: &str = "manifests";

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for path in member_manifests(tree) {
        let Some(file) = tree.file(&path) else { continue };
        let manifest = match file.text.parse::<Table>() {
            Ok(manifest) => manifest,
            Err(error) => {
                findings.push(Finding::fault(RULE, &path, 1, format!("does not parse: {}", error.message())));
                continue;
            }
        };
        if !takes_lints(&manifest) {
            let message = "takes no lints: add `[lints]` with `workspace = true`";
            findings.push(Finding::fault(RULE, &path, 1, message));
        }
    }
}

fn member_manifests(tree: &Tree) -> Vec<String> {
    let root = tree.file("Cargo.toml").and_then(|file| file.text.parse::<Table>().ok()).unwrap_or_default();
    let members = root.get("workspace").and_then(|workspace| workspace.get("members")?.as_array());
    let members = members.into_iter().flatten().filter_map(toml::Value::as_str);
    members
        .map(|member| if member == "." { "Cargo.toml".to_owned() } else { format!("{member}/Cargo.toml") })
        .collect()
}

fn takes_lints(manifest: &Table) -> bool {
    manifest.get("lints").and_then(|lints| lints.get("workspace")?.as_bool()).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::{faults, tree_of};

    #[test]
    fn a_crate_without_the_lints_is_caught() {
        let lints = "[lints]\nworkspace = true\n";
        let root = format!("[workspace]\nmembers = [\".\", \"xtask\", \"tool\"]\n{lints}");
        let files = [
            ("Cargo.toml", root.as_str()),
            ("xtask/Cargo.toml", "[package]\n"),
            ("tool/Cargo.toml", lints),
            ("examples/app/Cargo.toml", "[package]\n"),
        ];
        let paths: Vec<_> = faults(&tree_of(&files), check).into_iter().map(|finding| finding.path).collect();
        assert_eq!(paths, ["xtask/Cargo.toml"]);
    }
}
