//! One program under many names: the name picks the personality, and all else is the same.

use insta::assert_snapshot;

use crate::support::Home;

#[test]
fn each_name_is_its_subcommand() {
    let home = Home::new();
    for (name, subcommand) in [
        ("truffle", "find"),
        ("cloudkit-find", "find"),
        ("spawn", "launch"),
        ("cloudkit-launch", "launch"),
        ("spawnd", "agent"),
        ("cloudkit-agent", "agent"),
    ] {
        home.program(name);
        let (by_name, by_subcommand) = (
            home.run(&format!("{name} --help")).ok(),
            home.run(&format!("cloudkit {subcommand} --help")).ok(),
        );
        assert_eq!(by_name.stdout, by_subcommand.stdout, "{name}");
        assert!(by_name.stdout.contains(&format!("Usage: cloudkit {subcommand}")), "{by_name}");
    }
}

#[test]
fn the_old_names_work_as_they_did() {
    let home = Home::new();
    home.program("truffle");
    home.program("spawnd");
    assert_snapshot!(home.run("truffle search m7i.large -o name"), @"
    m7i.large
    --- stderr
    region us-east-1 (no setting, so the default); --region all searches the world
    ");
    assert_snapshot!(home.run("spawnd status --configuration agent.yaml"), @"
    --- stderr
    error: there is no agent configuration agent.yaml
    hint: this is for machines that cloudkit launch made
    hint: put an agent on this one: cloudkit agent install --help
    --- exit 2
    ");
}

#[test]
fn a_renamed_program_is_still_cloudkit() {
    let home = Home::new();
    for name in ["cloudkit-v1.2", "relaunch", "ck"] {
        home.program(name);
        let screen = home.run(&format!("{name} find search m7i.large -o name")).ok();
        assert_eq!(screen.stdout, "m7i.large\n", "{name}");
    }
    assert_snapshot!(home.run("relaunch --instance-type m7i.large"), @"
    --- stderr
    error: unexpected argument '--instance-type' found
    hint: every flag with its values: --help
    --- exit 2
    ");
}

#[test]
fn every_name_has_the_same_version_and_the_same_global_flags() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit --version"), @"cloudkit [VERSION]");
    for name in ["truffle", "spawn", "spawnd", "cloudkit-v1.2"] {
        home.program(name);
        let version = home.run(&format!("{name} --version")).ok().stdout;
        assert!(version.trim_end().ends_with(env!("CARGO_PKG_VERSION")), "{name}: {version}");
    }
    let before = home.run("cloudkit --quiet -o name find search m7i.large").ok();
    let after = home.run("truffle search m7i.large -o name --quiet").ok();
    assert_eq!(before.to_string(), after.to_string());
    assert_eq!(before.stderr, "");
}

#[test]
fn a_mistyped_command_is_a_usage_error_that_names_the_nearest() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit fnid search"), @"
    --- stderr
    error: unrecognized subcommand 'fnid'
    hint: a similar subcommand exists: 'find'
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch t3.micro --ttl 1h"), @"
    --- stderr
    error: unrecognized subcommand 't3.micro'
    hint: launch one: cloudkit launch --instance-type t3.micro
    hint: see what it is: cloudkit find show t3.micro
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find search --regoin us-east-1"), @"
    --- stderr
    error: unexpected argument '--regoin' found
    hint: a similar argument exists: '--region'
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find search -o tabel"), @"
    --- stderr
    error: invalid value 'tabel' for '--output <FORMAT>' [possible values: table, wide, json, jsonl, yaml, csv, name]
    hint: a similar value exists: 'table'
    hint: every flag with its values: --help
    --- exit 2
    ");
}
