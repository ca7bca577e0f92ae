//! A launch of several machines that something goes wrong with: all of it is there and journalled, or nothing is.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::interrupted::journal;
use crate::support::{Home, Lab, Screen};

const LAUNCH: &str =
    "cloudkit launch -t m7i.large,m7i.xlarge --spot --count 3 --ttl 1h --yes --wait accepted -o json";

fn living(lab: &Lab) -> Vec<String> {
    let ended = ["terminated", "shutting-down"];
    let all = lab.machines().into_iter().filter(|one| !ended.contains(&one["state"].as_str().unwrap()));
    all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The machines that the journal knows of.
fn journalled(home: &Home) -> Vec<String> {
    let texts = |made: &Value| -> Vec<String> {
        let several = made.as_array().cloned().unwrap_or_else(|| vec![made.clone()]);
        several.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let made = |(_, entry): (std::path::PathBuf, Value)| {
        ["made", "made-several"].into_iter().flat_map(move |kind| texts(&entry["outcome"][kind]))
    };
    journal(home).into_iter().flat_map(made).collect()
}

#[track_caller]
fn all_are_there(lab: &Lab, home: &Home, screen: &Screen, what: &str) {
    assert_eq!(screen.code, 0, "{what}: {screen}");
    let mut launched: Vec<String> = screen
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["instance_id"].as_str().unwrap().to_owned())
        .collect();
    let (mut living, mut known) = (living(lab), journalled(home));
    [&mut launched, &mut living, &mut known].into_iter().for_each(|ids| ids.sort());
    assert_eq!(launched.len(), 3, "{what}: {screen}");
    assert_eq!(launched, living, "{what}: {screen}");
    assert_eq!(launched, known, "{what}: {screen}");
}

/// Ends what is there, and sees that clean-up leaves nothing.
fn clean_up(lab: &Lab, home: &Home) {
    lab.clear_faults();
    let ids = living(lab);
    if !ids.is_empty() {
        home.run(&format!("cloudkit launch terminate {} -r us-east-1 --yes", ids.join(" "))).ok();
        ids.iter().for_each(|id| lab.until_it_is(id, "terminated"));
    }
    home.run("cloudkit launch cleanup -r us-east-1 --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn one_call_in_turn_that_fails_or_is_not_answered_costs_no_machine() {
    let lab = Lab::start();
    for action in ["CreateLaunchTemplate", "CreateFleet", "DeleteLaunchTemplate"] {
        for kind in ["lost-answer", "drop", "throttle", "error"] {
            lab.reset();
            let home = lab.home();
            lab.fault(&json!({"kind": kind, "action": action, "status": 500, "times": 1}));
            let screen = home.run(LAUNCH);
            all_are_there(&lab, &home, &screen, &format!("{kind} at {action}"));
            assert_eq!(lab.left()["us-east-1"]["launch_templates"], Value::Null, "{kind} at {action}");
            clean_up(&lab, &home);
        }
    }
}

#[test]
fn one_name_that_can_not_be_given_costs_no_machine() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "CreateTags", "status": 403, "times": 1,
        "code": "UnauthorizedOperation", "message": "No."}));
    let screen = home.run(&format!("{LAUNCH} -n node"));
    all_are_there(&lab, &home, &screen, "CreateTags");
    assert!(screen.stderr.contains("could not be named node-"), "{screen}");
}

#[test]
fn machines_of_a_fleet_that_never_answers_are_found_by_their_launch() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "lost-answer", "action": "CreateFleet"}));
    let screen = home.run(LAUNCH);
    all_are_there(&lab, &home, &screen, "no answer");
    let requests = lab.requests_of("CreateFleet");
    assert_eq!(requests.len(), 5);
    assert!(requests.windows(2).all(|two| two[0].body_sha256 == two[1].body_sha256), "the very same request");
    clean_up(&lab, &home);
}

#[test]
fn part_of_a_fleet_that_never_answers_is_ended() {
    let lab = Lab::start();
    let home = lab.home();
    for instance_type in ["m7i.large", "m7i.xlarge"] {
        lab.post(
            "/room",
            &json!({"region": "us-east-1", "type": instance_type, "market": "spot", "room": 0}),
        );
    }
    lab.post(
        "/room",
        &json!({"region": "us-east-1", "type": "m7i.large", "zone": "us-east-1a", "market": "spot", "room": 2}),
    );
    lab.fault(&json!({"kind": "lost-answer", "action": "CreateFleet"}));
    let screen = home.run(&format!("{LAUNCH} --quiet"));
    assert_snapshot!(screen, @r#"
    --- stderr
    {"schema":"cloudkit.error/v1","error":"EC2 gave no answer to the request cloudkit-l-xxxxxxxxxxxxxxxx-f0: whether it made a machine is not known","caused_by":["CreateFleet got no answer","dispatch failure","other","client error (SendRequest)","connection closed before message completed"],"hints":["check the network, the region and AWS_ENDPOINT_URL, then run the same command again"],"exit_code":5}
    --- exit 5
    "#);
    assert_eq!(living(&lab), [""; 0]);
    clean_up(&lab, &home);
}

#[test]
fn a_fate_that_stays_unknown_is_told_with_what_to_do() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "drop", "action": "CreateFleet"}));
    let screen = home.run(&LAUNCH.replace("-o json", "--quiet"));
    assert_snapshot!(screen, @"
    --- stderr
    error: EC2 gave no answer to the request cloudkit-l-xxxxxxxxxxxxxxxx-f0: whether it made a machine is not known
    caused by: CreateFleet got no answer
    caused by: dispatch failure
    caused by: other
    caused by: client error (SendRequest)
    caused by: connection closed before message completed
    hint: still there: perhaps machines of launch l-xxxxxxxxxxxxxxxx (EC2 does not show it, and may yet); cloudkit launch list --region us-east-1
    --- exit 6
    ");
    assert_eq!(lab.left()["us-east-1"]["launch_templates"], Value::Null);
    clean_up(&lab, &home);
}

#[test]
fn a_template_that_can_not_be_removed_is_told_and_cleaned_up_later() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "DeleteLaunchTemplate", "status": 403,
        "code": "UnauthorizedOperation", "message": "No."}));
    let screen = home.run(LAUNCH);
    all_are_there(&lab, &home, &screen, "DeleteLaunchTemplate");
    let since = screen.stderr.find("warning: still there").unwrap();
    assert_snapshot!(&screen.stderr[since..], @"
    warning: still there: launch template cloudkit-l-xxxxxxxxxxxxxxxx-f0-0 (DeleteLaunchTemplate refused: UnauthorizedOperation: No.)
    hint: remove it: cloudkit launch cleanup --launch l-xxxxxxxxxxxxxxxx --region us-east-1
    ");
    assert_eq!(lab.left()["us-east-1"]["launch_templates"].as_array().unwrap().len(), 1);
    lab.clear_faults();
    let ids = living(&lab).join(" ");
    home.run(&format!("cloudkit launch terminate {ids} -r us-east-1 --yes")).ok();
    ids.split(' ').for_each(|id| lab.until_it_is(id, "terminated"));
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 --yes -o table"), @"
    KIND             ID                                REGION     LAUNCH              REMOVED
    launch template  cloudkit-l-xxxxxxxxxxxxxxxx-f0-0  us-east-1  l-xxxxxxxxxxxxxxxx  yes
    security group   sg-xxxxxxxxxxxxxxxxx              us-east-1  l-xxxxxxxxxxxxxxxx  yes
    ");
}

#[test]
fn a_template_that_can_not_be_made_leaves_nothing() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "CreateLaunchTemplate", "status": 403,
        "code": "UnauthorizedOperation", "message": "No."}));
    assert_snapshot!(home.run(&LAUNCH.replace("-o json", "--quiet")), @"
    --- stderr
    error: cannot make launch template cloudkit-l-xxxxxxxxxxxxxxxx-f0-0
    caused by: CreateLaunchTemplate refused: UnauthorizedOperation: No.
    hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …
    hint: several machines, and several spot candidates, take ec2:CreateFleet, ec2:CreateLaunchTemplate and ec2:DeleteLaunchTemplate besides ec2:RunInstances; one machine on demand takes none of them
    --- exit 3
    ");
    assert_eq!(living(&lab), [""; 0]);
    lab.nothing_is_left();
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_every_machine_of_it() {
    let lab = Lab::start();
    for (action, words) in [
        ("CreateLaunchTemplate", "make security group"),
        ("CreateFleet", "make launch template"),
        ("DeleteLaunchTemplate", "accepted"),
        ("DescribeInstances", "accepted"),
    ] {
        lab.reset();
        let home = lab.home();
        lab.fault(&json!({"kind": "hang", "action": action, "ms": 1500}));
        let line = LAUNCH.replace("--wait accepted", "--wait running -n node");
        let launch = home.start(&line);
        launch.until_it_says(words);
        crate::support::wait::until(action, || lab.requests_of(action).pop());
        launch.interrupt();
        let screen = launch.screen();
        assert_eq!(screen.code, 130, "{action}: {screen}");
        lab.machines().iter().for_each(|one| lab.until_it_is(one["id"].as_str().unwrap(), "terminated"));
        lab.nothing_is_left();
    }
}

#[test]
fn a_process_that_is_killed_leaves_what_cleanup_knows() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "hang", "action": "CreateFleet", "ms": 2000, "times": 1}));
    let mut launch = home.start(LAUNCH);
    crate::support::wait::until("the request", || lab.requests_of("CreateFleet").pop());
    launch.kill();
    drop(launch);
    crate::support::wait::until("the machines", || (lab.machines().len() == 3).then_some(()));
    let (_, entry) = journal(&home).remove(0);
    assert_eq!(entry.get("outcome"), None, "nothing is known of it yet");
    assert!(!entry.to_string().contains("user_data"), "no secret is in the request of a fleet");
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 -o table"), @"
    --- stderr
    unanswered requests of earlier launches settled: 1
    nothing is left over
    ");
    let mut known = journalled(&home);
    known.sort();
    let mut living = living(&lab);
    living.sort();
    assert_eq!(known, living);
    clean_up(&lab, &home);
}
