//! Answers that never come: the very same request again, and never a second machine.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Lab, Screen};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait accepted";

#[test]
fn the_very_same_request_is_sent_until_there_is_an_answer() {
    let lab = Lab::start();
    let home = lab.home();
    let launch = |faults: &[Value], sent: usize| {
        lab.reset();
        faults.iter().for_each(|fault| lab.fault(fault));
        let screen = home.run(LAUNCH).ok();
        the_same_bytes_made_one_machine(&lab, &screen, sent);
        warnings(&screen)
    };
    let lost = json!({"kind": "lost-answer", "action": "RunInstances", "times": 2});
    assert_snapshot!(launch(&[lost], 3), @"
    warning: RunInstances got no answer; asking again with the same request
    warning: RunInstances got no answer; asking again with the same request
    ");
    let failed = json!({"kind": "error", "action": "RunInstances", "status": 500, "times": 1});
    assert_snapshot!(launch(&[failed], 2), @"warning: RunInstances refused: InternalError: An internal error has occurred; asking again with the same request");
    let dropped = json!({"kind": "drop", "action": "RunInstances", "times": 1});
    let throttled = json!({"kind": "throttle", "action": "RunInstances", "times": 1});
    assert_snapshot!(launch(&[dropped, throttled], 3), @"
    warning: RunInstances got no answer; asking again with the same request
    warning: RunInstances refused: RequestLimitExceeded: Request limit exceeded.; asking again with the same request
    ");
    // The machine of a request without any answer is found by the request's token.
    launch(&[json!({"kind": "lost-answer", "action": "RunInstances"})], 5);
}

fn warnings(screen: &Screen) -> String {
    screen.stderr.lines().filter(|line| line.starts_with("warning")).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn the_same_bytes_made_one_machine(lab: &Lab, screen: &Screen, sent: usize) {
    let requests = lab.requests_of("RunInstances");
    assert_eq!(requests.len(), sent);
    assert!(requests.windows(2).all(|two| two[0].body_sha256 == two[1].body_sha256), "{requests:#?}");
    assert_eq!(lab.only_machine()["id"], screen.json()["instance_id"]);
}

#[test]
fn a_fate_that_stays_unknown_is_told_with_what_to_do() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "drop", "action": "RunInstances"}));
    assert_snapshot!(home.run(&format!("{LAUNCH} --quiet")), @"
    --- stderr
    error: EC2 gave no answer to the request cloudkit-l-xxxxxxxxxxxxxxxx-0: whether it made a machine is not known
    caused by: RunInstances got no answer
    caused by: dispatch failure
    caused by: other
    caused by: client error (SendRequest)
    caused by: connection closed before message completed
    hint: still there: perhaps a machine of request cloudkit-l-xxxxxxxxxxxxxxxx-0 (EC2 does not show it, and may yet); cloudkit launch list --region us-east-1
    --- exit 6
    ");
    lab.clear_faults();
    assert_snapshot!(home.run("cloudkit launch cleanup --yes -r us-east-1 -o table"), @"
    --- stderr
    nothing is left over
    ");
    let (_, entry) = super::interrupted::journal(&home).remove(0);
    assert!(entry.get("outcome").is_none(), "a machine may come late: {entry}");
}

#[test]
fn an_answer_lost_anywhere_costs_no_launch_and_makes_nothing_twice() {
    let lab = Lab::start();
    let home = lab.home();
    for action in ["CreateBucket", "PutObject", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress"] {
        lab.fault(&json!({"kind": "lost-answer", "action": action, "times": 1}));
    }
    home.run(LAUNCH).ok();
    lab.only_machine();
    assert_eq!(lab.left()["us-east-1"]["security_groups"].as_array().unwrap().len(), 1);
    assert_eq!(lab.left()["us-east-1"]["buckets"][0]["objects"], 1);
}
