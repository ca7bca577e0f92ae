//! Answers that never come: the very same request again, and never a second machine.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Lab, Screen};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait accepted -o json";

#[test]
fn a_lost_answer_is_settled_by_the_very_same_request() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "lost-answer", "action": "RunInstances", "times": 2}));
    let screen = home.run(LAUNCH).ok();
    assert_snapshot!(said_again(&screen), @"
    warning: RunInstances got no answer; asking again with the same request
    warning: RunInstances got no answer; asking again with the same request
    ");
    the_same_bytes_make_one_machine(&lab, 3);
}

#[test]
fn so_is_a_failure_before_the_request_was_done() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "error", "action": "RunInstances", "status": 500, "times": 1}));
    let screen = home.run(LAUNCH).ok();
    assert_snapshot!(said_again(&screen), @"warning: RunInstances refused: InternalError: An internal error has occurred; asking again with the same request");
    the_same_bytes_make_one_machine(&lab, 2);
}

#[test]
fn so_are_a_dropped_connection_and_one_call_too_many() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "drop", "action": "RunInstances", "times": 1}));
    lab.fault(json!({"kind": "throttle", "action": "RunInstances", "times": 1}));
    home.run(LAUNCH).ok();
    the_same_bytes_make_one_machine(&lab, 3);
}

#[test]
fn a_machine_that_every_answer_was_lost_of_is_found_by_its_token() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "lost-answer", "action": "RunInstances"}));
    let launched = home.run(LAUNCH).ok().json();
    assert_eq!(launched["instance_id"], lab.only_machine()["id"]);
    the_same_bytes_make_one_machine(&lab, 5);
}

#[test]
fn a_fate_that_stays_unknown_is_told_with_what_to_do() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "drop", "action": "RunInstances"}));
    let screen = home.run(LAUNCH);
    assert_snapshot!(screen.stderr.lines().filter(|line| !line.starts_with("warning")).skip(2).collect::<Vec<_>>().join("\n"), @r#"
    Plan of launch [LAUNCH] in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     [TIME], by the machine itself (tag cloudkit:deadline)
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB)
        step     make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB): done
    make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32): done
    removed again: security group cloudkit-[LAUNCH]
    removed again: object agent/[SHA256]/cloudkit in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    {"schema":"cloudkit.error/v1","error":"EC2 gave no answer to the request [TOKEN 0]: whether it made a machine is not known","caused_by":["RunInstances got no answer","dispatch failure","other","client error (SendRequest)","connection closed before message completed"],"hints":["still there: perhaps a machine of request [TOKEN 0] (EC2 does not show it, and may yet); cloudkit launch list --region us-east-1"],"exit_code":6}
    "#);
    assert_eq!(screen.code, 6, "something may be there");
    lab.clear_faults();
    assert_snapshot!(home.run("cloudkit launch cleanup --yes -o table"), @"
    --- stderr
    1 unanswered requests of earlier launches settled
    nothing is left over
    ");
}

#[test]
fn a_group_whose_answer_was_lost_is_not_made_twice() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "lost-answer", "action": "CreateSecurityGroup", "times": 1}));
    home.run(LAUNCH).ok();
    assert_eq!(lab.left()["us-east-1"]["security_groups"].as_array().unwrap().len(), 1);
}

#[test]
fn an_answer_lost_anywhere_costs_no_launch_and_makes_no_second_thing() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "lost-answer", "action": "AuthorizeSecurityGroupIngress", "times": 1}));
    lab.fault(json!({"kind": "lost-answer", "action": "CreateBucket", "times": 1}));
    lab.fault(json!({"kind": "lost-answer", "action": "PutObject", "times": 1}));
    home.run(LAUNCH).ok();
    assert_eq!(lab.only_machine()["state"], "pending");
}

fn said_again(screen: &Screen) -> String {
    screen.stderr.lines().filter(|line| line.starts_with("warning")).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn the_same_bytes_make_one_machine(lab: &Lab, times: usize) {
    let requests = lab.requests_of("RunInstances");
    assert_eq!(requests.len(), times);
    assert!(requests.windows(2).all(|two| two[0].body_sha256 == two[1].body_sha256), "{requests:#?}");
    lab.only_machine();
}
