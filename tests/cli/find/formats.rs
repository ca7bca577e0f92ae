//! One answer in every format, and what a reader of the pipe may rely on.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::Home;

const QUESTION: &str = "cloudkit find search 'g6.*large' g6f.large --region us-east-1";

#[test]
fn a_table_fits_a_hundred_columns() {
    let home = Home::new();
    assert_snapshot!(home.run(&format!("{QUESTION} -o table")), @"");
}

#[test]
fn wide_shows_every_column() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search g6.xlarge inf2.xlarge --region us-east-1 -o wide"), @"");
}

#[test]
fn a_narrow_table_says_what_did_not_fit() {
    let mut home = Home::new();
    home.set("COLUMNS", "40");
    assert_snapshot!(home.run("cloudkit find search g6.xlarge --region us-east-1 -o table"), @"");
}

#[test]
fn json_lines_are_offers() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search g6f.large m7i.large --region us-east-1"), @"");
}

#[test]
fn json_and_yaml_are_one_array_of_the_same_objects() {
    let home = Home::new();
    let lines = home.run(&format!("{QUESTION} -o jsonl")).ok().lines_of_json();
    assert!(lines.len() > 1);
    assert!(lines.iter().all(|offer| offer["schema"] == "cloudkit.offer/v1"), "{lines:?}");
    let array = home.run(&format!("{QUESTION} -o json")).ok().json();
    assert_eq!(array, Value::Array(lines.clone()));
    let yaml: Value = serde_yaml::from_str(&home.run(&format!("{QUESTION} -o yaml")).ok().stdout).unwrap();
    assert_eq!(yaml, array);
}

#[test]
fn csv_has_a_header_and_dotted_columns() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search g6f.large m7i.large --region us-east-1 -o csv"), @"");
}

#[test]
fn a_name_is_the_type_alone() {
    let home = Home::new();
    assert_snapshot!(home.run(&format!("{QUESTION} -o name")), @"");
}

#[test]
fn the_variable_and_the_setting_are_over_the_default_and_the_flag_over_both() {
    let mut home = Home::new();
    let line = "cloudkit find search m7i.large --region us-east-1";
    home.settings("output: csv\n");
    assert!(home.run(line).ok().stdout.starts_with("schema,"));
    home.set("CLOUDKIT_OUTPUT", "name");
    assert_eq!(home.run(line).ok().stdout, "m7i.large\n");
    assert_eq!(home.run(&format!("{line} -o json")).ok().json()[0]["instance_type"], "m7i.large");
    home.set("CLOUDKIT_OUTPUT", "tabel");
    assert_snapshot!(home.run(line), @"");
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let home = Home::new();
    let line = "cloudkit find search --vcpus 2..8 --region us-east-1,eu-west-1";
    let first = home.run(line).ok().stdout;
    assert!(first.lines().count() > 500);
    assert_eq!(first, home.run(line).ok().stdout);
    assert_eq!(first, home.run(&line.replace("us-east-1,eu-west-1", "eu-west-1 -r us-east-1")).ok().stdout);
}

#[test]
fn colour_is_for_whoever_asks_for_it() {
    let mut home = Home::new();
    let line = "cloudkit find search m7i.large --region us-east-1 -o table";
    assert!(!home.run(line).ok().stdout.contains('\x1b'), "a pipe shows no colour");
    assert!(home.run(&format!("{line} --color always")).ok().stdout.contains('\x1b'));
    home.set("NO_COLOR", "1");
    assert!(!home.run(line).ok().stdout.contains('\x1b'));
    assert!(home.run(&format!("{line} --color always")).ok().stdout.contains('\x1b'), "a flag is over all");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let home = Home::new();
    let line = "{ cloudkit find search --region all -o jsonl; echo \"code $?\" >&2; } | head -1 | wc -l";
    assert_snapshot!(home.run(line), @"");
}
