//! Several machines at once: what is wrong with one is told, and the others have what was asked for.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

fn with_machines(names: &[&str]) -> (Lab, Home) {
    let lab = Lab::start();
    let home = lab.home();
    for name in names {
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name {name} --wait running")).ok();
    }
    (lab, home)
}

fn states(lab: &Lab) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut states: Vec<_> =
        lab.machines().iter().map(|one| (text(&one["tags"]["Name"]), text(&one["state"]))).collect();
    states.sort();
    states
}

#[test]
fn one_bad_name_keeps_no_other_machine_running() {
    let (lab, home) = with_machines(&["trainer", "tester"]);
    assert_snapshot!(home.run("cloudkit launch terminate trainer i-0123456789abcdef0 tester --yes -r us-east-1"), @"
    --- stderr
    warning: no machine of cloudkit's is called i-xxxxxxxxxxxxxxxxx
    trainer (i-xxxxxxxxxxxxxxxxx) is ending
    tester (i-xxxxxxxxxxxxxxxxx) is ending
    hint: what served it can go when it has ended: cloudkit launch cleanup
    --- exit 1
    ");
    for (name, state) in states(&lab) {
        assert!(["shutting-down", "terminated"].contains(&state.as_str()), "{name} is {state}");
    }
    assert_snapshot!(home.run("cloudkit launch terminate i-0123456789abcdef0 typo --yes -r us-east-1"), @"
    --- stderr
    error: no machine of cloudkit's is called i-xxxxxxxxxxxxxxxxx
    hint: see what there is: cloudkit launch list
    --- exit 1
    ");
}

#[test]
fn a_name_that_is_nearly_one_is_told() {
    let (_lab, home) = with_machines(&["trainer"]);
    assert_snapshot!(home.run("cloudkit launch stop traner -r us-east-1"), @"
    --- stderr
    error: no machine of cloudkit's is called traner
    hint: did you mean: trainer
    hint: see what there is: cloudkit launch list
    --- exit 1
    ");
}

#[test]
fn one_that_ec2_refuses_to_end_keeps_no_other_machine_running() {
    let (lab, home) = with_machines(&["trainer", "tester"]);
    let trainer = lab.machines().iter().find(|one| one["tags"]["Name"] == "trainer").unwrap()["id"].clone();
    lab.boto(&format!(
        "answer = ec2.modify_instance_attribute(InstanceId={trainer}, DisableApiTermination={{'Value': True}})['ResponseMetadata']['HTTPStatusCode']"
    ));
    assert_snapshot!(home.run("cloudkit launch terminate trainer tester --yes -r us-east-1"), @"
    --- stderr
    warning: trainer (i-xxxxxxxxxxxxxxxxx) still runs: TerminateInstances refused: OperationNotPermitted: The instance 'i-xxxxxxxxxxxxxxxxx' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.
    hint: take the guard off: aws ec2 modify-instance-attribute --instance-id ID --no-disable-api-termination (or --no-disable-api-stop)
    tester (i-xxxxxxxxxxxxxxxxx) is ending
    hint: what served it can go when it has ended: cloudkit launch cleanup
    --- exit 1
    ");
    assert_eq!(states(&lab)[1], ("trainer".to_owned(), "running".to_owned()));
    assert_snapshot!(home.run("cloudkit launch status trainer -r us-east-1 --no-ask").stdout.lines().filter(|line| line.contains("guarded")).collect::<String>(), @"  guarded  against terminate; a power-off from inside is not held back by that");
}

#[test]
fn the_other_verbs_go_on_too() {
    let (lab, home) = with_machines(&["trainer"]);
    for verb in [
        "extend trainer typo 1h",
        "status trainer typo --no-ask",
        "cost trainer typo",
        "logs trainer typo",
        "stop trainer typo",
    ] {
        let screen = home.run(&format!("cloudkit launch {verb} -r us-east-1")).exits(1);
        assert!(
            screen.stderr.contains("warning: no machine of cloudkit's is called typo"),
            "{verb}: {screen}"
        );
    }
    lab.until_it_is(lab.only_machine()["id"].as_str().unwrap(), "stopped");
    home.run("cloudkit launch start trainer typo -r us-east-1").exits(1);
    assert_eq!(lab.only_machine()["state"], "running");
}

#[test]
fn logs_of_the_others_are_shown() {
    let (lab, home) = with_machines(&["trainer", "tester"]);
    for machine in lab.machines() {
        lab.console(machine["id"].as_str().unwrap(), &format!("this is {}\n", machine["tags"]["Name"]));
    }
    let trainer = lab.machines().iter().find(|one| one["tags"]["Name"] == "trainer").unwrap()["id"].clone();
    lab.fault(&json!({"kind": "error", "action": "GetConsoleOutput", "params": {"InstanceId": trainer}, "status": 403,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    assert_snapshot!(home.run("cloudkit launch logs trainer tester -r us-east-1"), @r#"
    this is "tester"
    --- stderr
    == trainer (i-xxxxxxxxxxxxxxxxx)
    warning: GetConsoleOutput refused: UnauthorizedOperation: You are not authorized to perform this operation.
    hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …
    == tester (i-xxxxxxxxxxxxxxxxx)
    --- exit 3
    "#);
}

/// What is meant by a launch may be in the region that gave no answer.
#[test]
fn a_launch_of_which_machines_may_be_missing_is_not_all_well() {
    let (lab, home) = with_machines(&["trainer"]);
    let launch = lab.only_machine()["tags"]["cloudkit:launch"].as_str().unwrap().to_owned();
    lab.fault(&json!({"kind": "error", "action": "DescribeInstances", "region": "eu-north-1", "status": 503,
        "code": "Unavailable", "message": "The service is unavailable."}));
    home.run(&format!("cloudkit launch stop {launch} -r us-east-1,eu-north-1")).exits(5);
    lab.until_it_is(lab.only_machine()["id"].as_str().unwrap(), "stopped");
}

#[test]
fn every_region_is_listed_once_however_many_names_there_are() {
    let (lab, home) = with_machines(&["trainer", "tester"]);
    let before = lab.requests().len();
    home.run("cloudkit launch stop trainer tester").ok();
    let calls: Vec<_> = lab.requests_since(before).into_iter().map(|request| request.action).collect();
    let count = |action: &str| calls.iter().filter(|call| *call == action).count();
    let regions = lab.boto("answer = len(ec2.describe_regions()['Regions'])").as_u64().unwrap();
    assert_eq!(count("DescribeInstances") as u64, regions, "{calls:?}");
    assert_eq!((count("DescribeRegions"), count("GetCallerIdentity"), count("StopInstances")), (1, 1, 1));
}

#[test]
fn a_name_of_two_machines_is_not_guessed() {
    let (lab, home) = with_machines(&["trainer", "trainer"]);
    assert_snapshot!(home.run("cloudkit launch stop trainer -r us-east-1"), @"
    --- stderr
    error: trainer is the name of 2 machines: i-xxxxxxxxxxxxxxxxx (us-east-1), i-xxxxxxxxxxxxxxxxx (us-east-1)
    hint: name it by its id
    --- exit 2
    ");
    assert_eq!(lab.requests_of("StopInstances").len(), 0);
}
