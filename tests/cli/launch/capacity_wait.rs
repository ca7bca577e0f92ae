//! `--wait-for-capacity`: tries until there is a machine, and leaves nothing where there is none.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait running";

fn impatient(lab: &Lab) -> Home {
    let mut home = lab.home();
    home.set("CLOUDKIT_CAPACITY_PAUSE", "1s");
    home
}

fn refuse_once(lab: &Lab, code: &str) {
    lab.fault(&json!({"kind": "error", "action": "RunInstances", "status": 500, "times": 1, "code": code,
        "message": "AWS says why."}));
}

#[test]
fn each_try_is_planned_anew_until_there_is_a_machine() {
    let lab = Lab::start();
    let home = impatient(&lab);
    refuse_once(&lab, "InsufficientInstanceCapacity");
    let screen = home.run(&format!("{LAUNCH} --wait-for-capacity 2h -o json")).ok();
    let since = screen.stderr.find("warning").unwrap();
    assert_snapshot!(&screen.stderr[since..], @"
    warning: m7i.large in us-east-1: RunInstances refused: InsufficientInstanceCapacity: AWS says why.
    removed again: security group cloudkit-l-xxxxxxxxxxxxxxxx
    nothing can be had now; asking again at YYYY-MM-DDThh:mm:ssZ, until YYYY-MM-DDThh:mm:ssZ
    looking at the account: done
    make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32): done
    i-xxxxxxxxxxxxxxxxx: accepted
    running at 127.0.0.1
    ");
    let requests = lab.requests_of("RunInstances");
    let differs = |name: &str| assert_ne!(requests[0].params[name], requests[1].params[name], "{name}");
    differs("ClientToken");
    differs("UserData");
    let deadline = |request: &crate::support::Request| -> Value {
        let mut tags = request.params.iter().filter(|(_, value)| *value == "cloudkit:deadline");
        let key = tags.next().unwrap().0.replace(".Key", ".Value");
        request.params[&key].clone()
    };
    assert_ne!(deadline(&requests[0]), deadline(&requests[1]), "an hour from the try that succeeds");
    assert_eq!(deadline(&requests[1]), lab.only_machine()["tags"]["cloudkit:deadline"]);
    assert_eq!(lab.requests_of("PutObject").len(), 1, "the agent is uploaded once");
    let groups = lab.left()["us-east-1"]["security_groups"].as_array().unwrap().len();
    assert_eq!(groups, 1, "and only the last try's group is there");
}

#[test]
fn patience_has_an_end() {
    let lab = Lab::start();
    let home = impatient(&lab);
    lab.post("/room", &json!({"region": "us-east-1", "type": "m7i.large"}));
    let screen = home.run(&format!("{LAUNCH} --wait-for-capacity 2s --quiet"));
    assert_snapshot!(screen, @"
    --- stderr
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1: RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity in zones with support for 'gp3' volumes. Our system will be working on provisioning additional capacity.
    hint: see where there may be capacity: cloudkit find capacity m7i.large --region all --check
    hint: keep trying: --wait-for-capacity 2h
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 4
    ");
    assert!(lab.requests_of("RunInstances").len() >= 2);
    lab.nothing_is_left();
}

#[test]
fn what_waiting_does_not_change_is_not_waited_for() {
    let lab = Lab::start();
    let home = impatient(&lab);
    for (code, exit) in [("Unsupported", 4), ("UnauthorizedOperation", 3)] {
        refuse_once(&lab, code);
        home.run(&format!("{LAUNCH} --wait-for-capacity 2h")).exits(exit);
        lab.nothing_is_left();
    }
    assert_eq!(lab.requests_of("RunInstances").len(), 2);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_waiting_and_leaves_nothing() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("CLOUDKIT_CAPACITY_PAUSE", "1h");
    lab.post("/room", &json!({"region": "us-east-1", "type": "m7i.large"}));
    let launch = home.start(&format!("{LAUNCH} --wait-for-capacity 2h"));
    launch.until_it_says("asking again at");
    launch.interrupt();
    let screen = launch.screen().exits(130);
    let since = screen.stderr.find("nothing can be had now").unwrap();
    assert_snapshot!(&screen.stderr[since..], @"
    nothing can be had now; asking again at YYYY-MM-DDThh:mm:ssZ, until YYYY-MM-DDThh:mm:ssZ
    removed again: object agent/[SHA256]/cloudkit.gz in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    error: interrupted
    ");
    lab.nothing_is_left();
}

#[test]
fn a_look_that_fails_meanwhile_does_not_end_it() {
    let lab = Lab::start();
    let home = impatient(&lab);
    lab.post("/room", &json!({"region": "us-east-1", "type": "m7i.large"}));
    let launch = home.start(&format!("{LAUNCH} --wait-for-capacity 2h"));
    launch.until_it_says("asking again at");
    lab.fault(&json!({"kind": "drop", "action": "DescribeVpcs", "times": 4}));
    lab.post("/room", &json!({"region": "us-east-1", "type": "m7i.large", "room": true}));
    launch.screen().ok();
    lab.only_machine();
}

#[test]
fn too_few_machines_are_waited_for_too() {
    let lab = Lab::start();
    let home = impatient(&lab);
    let room = |instance_type: &str, zone: Option<&str>, room: u32| {
        lab.post("/room", &json!({"region": "us-east-1", "type": instance_type, "zone": zone, "room": room}));
    };
    room("m7i.large", None, 0);
    room("m7i.xlarge", None, 0);
    room("m7i.large", Some("us-east-1a"), 1);
    room("m7i.xlarge", Some("us-east-1b"), 1);
    let line = "cloudkit launch -t m7i.large,m7i.xlarge --count 3 --ttl 1h --yes --wait running";
    let launch = home.start(&format!("{line} --wait-for-capacity 2h"));
    launch.until_it_says("2 of the 3 machines can be had now, which is too few; asking again at");
    let ended: Vec<Value> = lab.machines().into_iter().map(|machine| machine["id"].clone()).collect();
    assert_eq!(ended.len(), 2);
    room("m7i.large", Some("us-east-1a"), 9);
    launch.screen().ok();
    ended.iter().for_each(|id| lab.until_it_is(id.as_str().unwrap(), "terminated"));
    let machines = lab.machines();
    let running: Vec<&Value> = machines.iter().filter(|machine| machine["state"] == "running").collect();
    assert_eq!(running.len(), 3, "{machines:#?}");
    let launches: Vec<&Value> = running.iter().map(|machine| &machine["tags"]["cloudkit:launch"]).collect();
    assert!(
        launches.iter().all(|launch| *launch == launches[0]),
        "all of them are of the try that succeeded"
    );
    assert_eq!(lab.left()["us-east-1"]["launch_templates"], Value::Null);
    assert_eq!(lab.left()["us-east-1"]["security_groups"].as_array().unwrap().len(), 1);
}
