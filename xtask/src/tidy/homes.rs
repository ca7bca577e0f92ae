//! Third-party crates and the machine itself have one home each in src/; this keeps them there.
//! It does not check versions or licences (cargo-deny does), and `lib.rs` and `main.rs` are free.

use super::finding::Finding;
use super::names::{Mention, Name, module_of, names_of};
use super::tree::Tree;

const HOMES: &str = "homes";
const DOOR: &str = "one-door";

/// Crates that only one module may name.
struct Home {
    module: &'static str,
    crates: &'static [&'static str],
    /// Families of crates, by how their names begin.
    prefixes: &'static [&'static str],
}

const THIRD_PARTY: &[Home] = &[
    Home {
        module: "aws",
        crates: &["aws_config", "aws_credential_types", "aws_runtime", "aws_types"],
        prefixes: &["aws_sdk_", "aws_smithy_"],
    },
    Home { module: "cli", crates: &["clap", "clap_complete", "clap_mangen", "inquire"], prefixes: &[] },
    Home { module: "output", crates: &["console", "indicatif"], prefixes: &[] },
    Home { module: "monitor", crates: &["nvml_wrapper", "procfs"], prefixes: &[] },
    Home { module: "platform", crates: &["reqwest", "rustix"], prefixes: &[] },
];

/// The only module that may ask the machine itself.
const DOOR_KEEPER: &str = "platform";

/// What it is asked with. clippy.toml says the same about calls; this also sees imports and code that is compiled
/// only elsewhere.
const MACHINE: &[&str] =
    &["std::process::Command", "std::process::abort", "std::process::exit", "tokio::process"];

/// All of `std::env` but what is fixed when the crate is compiled.
const ENVIRONMENT: &str = "std::env";
const FIXED: &str = "consts";

pub(crate) fn check(tree: &Tree, findings: &mut Vec<Finding>) {
    for file in tree.rust_files().filter(|file| file.path.starts_with("src/")) {
        let module = module_of(file.path);
        let Some(own) = module.first() else { continue };
        for name in names_of(&file) {
            if let Some(home) = home_of(name.first()).filter(|home| home.module != own) {
                let message =
                    format!("{} is named only in {}/: ask that module instead", name.first(), home.module);
                findings.push(Finding::fault(HOMES, file.path, name.line, message));
            }
            if own != DOOR_KEEPER && !is_of_tests(file.path) && asks_the_machine(&name) {
                let path = name.segments.join("::");
                let message = format!("{path} belongs in {DOOR_KEEPER}/: take the value as an argument");
                findings.push(Finding::fault(DOOR, file.path, name.line, message));
            }
        }
    }
}

/// A folder of tests beside the code: there the real tools are run to check what was made.
fn is_of_tests(path: &str) -> bool {
    path.contains("/tests/")
}

fn home_of(name: &str) -> Option<&'static Home> {
    let lives_in = |home: &&Home| {
        home.crates.contains(&name) || home.prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    THIRD_PARTY.iter().find(lives_in)
}

fn asks_the_machine(name: &Name) -> bool {
    // `use std::env;` alone asks nothing; what is then called through it is resolved to its full path.
    let environment = match name.segments.get(2) {
        Some(item) => item != FIXED,
        None => name.mention == Mention::Glob,
    };
    (environment && name.reaches(ENVIRONMENT)) || MACHINE.iter().any(|path| name.reaches(path))
}

/// The table as ARCHITECTURE.md shows it.
pub(crate) fn markdown() -> String {
    let mut table = "| only in | third-party crates |\n|---|---|\n".to_owned();
    for home in THIRD_PARTY {
        let families = home.prefixes.iter().map(|prefix| format!("`{prefix}*`"));
        let crates = home.crates.iter().map(|name| format!("`{name}`"));
        let names: Vec<String> = families.chain(crates).collect();
        table += &format!("| {} | {} |\n", home.module, names.join(", "));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sample::{faults, tree_of};

    fn rules(path: &str, body: &str) -> Vec<(&'static str, usize)> {
        let found = faults(&tree_of(&[(path, body)]), check);
        found.into_iter().map(|finding| (finding.rule, finding.line)).collect()
    }

    #[test]
    fn a_misplaced_crate_is_caught() {
        assert_eq!(rules("src/discovery/spot.rs", "\nuse aws_sdk_ec2::Client;"), [(HOMES, 2)]);
        assert_eq!(rules("src/discovery/spot.rs", "fn f() {\n aws_config::load(); }"), [(HOMES, 2)]);
        assert_eq!(rules("src/model/size.rs", "#[derive(clap::ValueEnum)] struct S;"), [(HOMES, 1)]);
        assert_eq!(rules("src/cli/mod.rs", "use console as c; fn f() { c::style(1); }").len(), 2);
    }

    #[test]
    fn a_crate_at_home_passes() {
        assert_eq!(rules("src/aws/ec2.rs", "use aws_sdk_ec2::Client;"), []);
        assert_eq!(rules("src/output/mod.rs", "mod progress; use indicatif::ProgressBar;"), []);
        assert_eq!(rules("src/main.rs", "use clap::Parser;"), []);
    }

    #[test]
    fn a_module_of_the_same_name_is_no_crate() {
        assert_eq!(rules("src/cli/mod.rs", "mod console; use console::Screen;"), []);
        assert_eq!(rules("src/cli/find.rs", "use super::console; fn f() { console::open() }"), []);
    }

    #[test]
    fn the_machine_has_one_door() {
        assert_eq!(rules("src/cli/mod.rs", "fn f() { std::env::var(\"A\"); }"), [(DOOR, 1)]);
        assert_eq!(rules("src/cli/mod.rs", "use std::env;\nfn f() { env::args(); }"), [(DOOR, 2)]);
        assert_eq!(rules("src/cli/mod.rs", "use std::env::*;"), [(DOOR, 1)]);
        assert_eq!(rules("src/cli/mod.rs", "use std::process::Command;"), [(DOOR, 1)]);
        assert_eq!(rules("src/cli/mod.rs", "use std::process;\nfn f() { process::exit(1) }"), [(DOOR, 2)]);
        assert_eq!(rules("src/platform/mod.rs", "use std::process::Command; use std::env::var;"), []);
        assert_eq!(rules("src/cloudinit/tests/tools.rs", "use std::process::Command;"), []);
        assert_eq!(
            rules("src/cli/mod.rs", "use std::process::ExitCode; const A: &str = std::env::consts::OS;"),
            []
        );
    }
}
