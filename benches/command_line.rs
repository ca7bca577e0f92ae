//! The command line as a user waits for it: whole processes, from their start to their end.
//!
//! What happens inside is measured elsewhere. `--version` is the floor: a process that does nothing.

#![expect(clippy::disallowed_methods, reason = "it starts the program that it measures")]
#![expect(clippy::expect_used, reason = "a benchmark that can't run has nothing to report")]

use std::process::{Command, Stdio};

fn main() {
    divan::main();
}

fn run(arguments: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_cloudkit"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program starts");
    assert!(status.success(), "{arguments:?}");
}

#[divan::bench]
fn version() {
    run(&["--version"]);
}

#[divan::bench]
fn find_one_type_in_one_region() {
    run(&["find", "search", "m7i.large", "--region", "us-east-1"]);
}

#[divan::bench]
fn find_every_offer_of_every_region() {
    run(&["find", "search", "--region", "all"]);
}
