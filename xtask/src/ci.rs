//! `cargo xtask ci`: everything that must hold before a change goes in, each step a command that a person can run alone.
//! It stops at the first step that fails. Where the tests or the tidiness are judged is not here.

use std::process::Command;

#[cfg(target_os = "linux")]
use crate::boot_test;
use crate::deny::{self, Deny};
use crate::report::{Report, StepError};
use crate::say;
use crate::workspace::Workspace;

/// Whether `cargo xtask demo` exists in this checkout.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Demo {
    Present,
    Absent,
}

pub(crate) fn run(workspace: &Workspace, demo: Demo) -> Result<(), StepError> {
    let mut report = Report::default();
    let outcome = steps(workspace, demo, &mut report);
    say::talk(format_args!("\n{report}"));
    outcome
}

fn steps(workspace: &Workspace, demo: Demo, report: &mut Report) -> Result<(), StepError> {
    const WARNINGS: [&str; 3] = ["--", "-D", "warnings"];
    let clippy = |arguments: &[&str]| {
        let mut command = workspace.cargo(["clippy", "--all-targets"]);
        command.args(arguments).args(WARNINGS);
        command
    };
    report.step("fmt", &mut workspace.cargo(["fmt", "--all", "--check"]))?;
    report.step("tidy", &mut workspace.cargo(["xtask", "tidy"]))?;
    report.step("clippy", &mut clippy(&["--workspace"]))?;
    report.step("clippy, no features", &mut clippy(&["--package", "cloudkit", "--no-default-features"]))?;
    dependencies(workspace, report)?;
    report.step("docs", &mut docs(workspace))?;
    report.step("tests", &mut workspace.cargo(["xtask", "test"]))?;
    match demo {
        Demo::Present => report.step("demo", &mut workspace.cargo(["xtask", "demo"]))?,
        Demo::Absent => report.left_out("demo", "cargo xtask has no demo"),
    }
    match boot_test_hindrance(workspace) {
        None => report.step("boot test", &mut workspace.cargo(["xtask", "boot-test"])),
        Some(why) => {
            report.left_out("boot test", why);
            Ok(())
        }
    }
}

/// Why no machine can be booted here, if none can.
#[cfg(target_os = "linux")]
fn boot_test_hindrance(workspace: &Workspace) -> Option<String> {
    boot_test::hindrance(workspace, boot_test::Level::Quick)
}

#[cfg(not(target_os = "linux"))]
fn boot_test_hindrance(_: &Workspace) -> Option<String> {
    Some("only Linux can boot a container".to_owned())
}

fn docs(workspace: &Workspace) -> Command {
    let mut command = workspace.cargo(["doc", "--workspace", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

fn dependencies(workspace: &Workspace, report: &mut Report) -> Result<(), StepError> {
    let deny = match Deny::find(workspace) {
        Some(deny) => deny,
        None if deny::may_install() => {
            report.step("install cargo-deny", &mut deny::installation(workspace))?;
            Deny::installed(workspace)
        }
        None => {
            report
                .left_out("dependencies", "cargo-deny is not installed (cargo install cargo-deny --locked)");
            return Ok(());
        }
    };
    report.step(
        "dependencies",
        deny.command().args(["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]),
    )?;
    if deny.has_advisories() {
        return report.step("advisories", deny.command().args(["check", "--disable-fetch", "advisories"]));
    }
    report.left_out("advisories", "no advisory database is to be had (cargo deny fetch db)");
    Ok(())
}
