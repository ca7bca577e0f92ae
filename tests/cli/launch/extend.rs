//! `launch extend`: the deadline is moved where the machine reads it, and what that means is said.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab, Request};

fn with_a_machine() -> (Lab, Home) {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    (lab, home)
}

fn deadline(lab: &Lab) -> jiff::Timestamp {
    lab.only_machine()["tags"]["cloudkit:deadline"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_span_is_added_to_the_deadline() {
    let (lab, home) = with_a_machine();
    let (before, asked) = (deadline(&lab), lab.requests().len());
    assert_snapshot!(home.run("cloudkit launch extend trainer 2h -r us-east-1"), @"
    --- stderr
    trainer (i-xxxxxxxxxxxxxxxxx) ends YYYY-MM-DDThh:mm:ssZ (in [SPAN]), 2h later than before
    that can cost 0.21 USD more, at 0.1058 USD an hour without its disks
    ");
    assert_eq!(deadline(&lab), before + jiff::SignedDuration::from_hours(2));
    let by_tag =
        |one: &&Request| one.action == "DescribeInstances" && one.params.contains_key("Filter.1.Name");
    assert_eq!(lab.requests_since(asked).iter().filter(by_tag).count(), 1);
}

#[test]
fn a_time_is_set_and_sooner_is_asked_about() {
    let (lab, mut home) = with_a_machine();
    home.set("TZ", "UTC0");
    let before = deadline(&lab);
    let sooner = before - jiff::SignedDuration::from_mins(30);
    let line = format!("cloudkit launch extend trainer --until {sooner} -r us-east-1");
    assert_snapshot!(home.run(&line), @"
    --- stderr
    error: this has to be confirmed, and there is no terminal to ask on: trainer (i-xxxxxxxxxxxxxxxxx) ends YYYY-MM-DDThh:mm:ssZ (in [SPAN]), 30m SOONER than before. Do it in account 123456789012?
    hint: confirm it beforehand: --yes
    --- exit 2
    ");
    assert_eq!(deadline(&lab), before);
    home.run(&format!("{line} --yes")).ok();
    assert_eq!(deadline(&lab), sooner);
    let last_minute = home.run("cloudkit launch extend trainer --until '2099-12-31 23:59' -r us-east-1").ok();
    assert!(last_minute.stderr.contains("ends 2099-12-31T23:59:00Z"), "{last_minute}");
    let past = "cloudkit launch extend trainer --until 2026-01-01T00:00:00Z -r us-east-1 --yes";
    assert_snapshot!(home.run(past), @"
    --- stderr
    error: --until is YYYY-MM-DDThh:mm:ssZ, which has passed: it is YYYY-MM-DDThh:mm:ssZ
    hint: give a later time
    hint: to end it now: cloudkit launch terminate trainer
    --- exit 2
    ");
}

#[test]
fn what_was_typed_is_told_from_what_was_meant() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit launch extend trainer"), @r#"
    --- stderr
    error: "trainer" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
    hint: say by how much, last: cloudkit launch extend trainer 2h
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch extend 2h"), @"
    --- stderr
    error: no machine is named
    hint: name it by its id or its name, or name a tag: --tag KEY=VALUE
    hint: see what there is: cloudkit launch list
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch extend trainer '2 hours'"), @r#"
    --- stderr
    error: "2 hours" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
    hint: say by how much, last: cloudkit launch extend trainer 2h
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch extend --tag team=vision"), @"
    --- stderr
    error: no span is given
    hint: say by how much, last: cloudkit launch extend trainer 2h
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch extend trainer 2h --until 18:00"), @"
    --- stderr
    error: 2h says how much later, and --until says when: it can't be both
    hint: leave one of them out
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch extend --tag team 2h"), @r#"
    --- stderr
    error: invalid value 'team' for '--tag <KEY=VALUE>': "team" is not a tag's key and value such as team=vision
    hint: every flag with its values: --help
    --- exit 2
    "#);
}

#[test]
fn a_machine_without_a_deadline_gets_one_only_after_a_yes() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --no-ttl --yes --name trainer --wait running").ok();
    let line = "cloudkit launch extend trainer 2h -r us-east-1";
    home.run(line).exits(2);
    assert!(lab.only_machine()["tags"].get("cloudkit:deadline").is_none());
    home.run(&format!("{line} --yes")).ok();
    assert!(deadline(&lab) > jiff::Timestamp::now());
}

#[test]
fn several_machines_are_moved_by_their_launch_or_a_tag() {
    let (lab, home) = with_a_machine();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name tester --wait running").ok();
    for machine in lab.machines() {
        lab.post(&format!("/machines/{}/tags", machine["id"].as_str().unwrap()), &json!({"team": "vision"}));
    }
    home.run("cloudkit launch extend --tag team=vision 1h -r us-east-1").ok();
    assert_eq!(lab.requests_of("CreateTags").len(), 2);
    let launch = lab.machines()[0]["tags"]["cloudkit:launch"].as_str().unwrap().to_owned();
    home.run(&format!("cloudkit launch extend {launch} 1h -r us-east-1")).ok();
    assert_eq!(lab.requests_of("CreateTags").len(), 3);
}
