//! The C library that a program needs, read from the program itself, beside another reader of such files.

use std::process::Command;

use cloudkit::provision::agent_binary::{AgentBinary, RunsOn};

use crate::support::PROGRAM;

#[test]
fn it_is_the_one_that_readelf_tells() {
    let runs_on = AgentBinary::read(PROGRAM.as_ref()).unwrap().runs_on;
    let RunsOn::Linux { glibc: Some(needed), .. } = runs_on else { panic!("{runs_on:?}") };
    let Ok(output) = Command::new("readelf").args(["-V", "-W", PROGRAM]).output() else {
        eprintln!("left out: readelf (binutils) is not installed");
        return;
    };
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    // The loader goes without those that are flagged as weak.
    let told = text.lines().filter(|line| line.contains("Flags: none")).filter_map(version).max();
    assert_eq!(told, Some((needed.major, needed.minor)), "{text}");
}

/// The version in a line such as `0x0170:   Name: GLIBC_2.34  Flags: none  Version: 33`.
fn version(line: &str) -> Option<(u16, u16)> {
    let (_, rest) = line.split_once("Name: GLIBC_")?;
    let mut numbers = rest.split_whitespace().next()?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
