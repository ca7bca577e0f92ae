//! `launch stop`, `hibernate` and `start`: machines at rest cost on and don't look at their deadline, so both are said.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

fn with_a_machine(flags: &str) -> (Lab, Home) {
    let lab = Lab::start();
    let home = lab.home();
    home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running {flags}")).ok();
    (lab, home)
}

fn id(lab: &Lab) -> String {
    lab.only_machine()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_machine_is_stopped_and_started() {
    let (lab, home) = with_a_machine("");
    assert_snapshot!(home.run("cloudkit launch stop trainer -r us-east-1"), @"
    --- stderr
    trainer (i-xxxxxxxxxxxxxxxxx) is stopping
    warning: disks cost on while a machine rests, and its deadline can't end it: cloudkit launch status, start, terminate
    ");
    lab.until_it_is(&id(&lab), "stopped");
    assert_snapshot!(home.run("cloudkit launch stop trainer -r us-east-1"), @"
    --- stderr
    trainer (i-xxxxxxxxxxxxxxxxx) is stopped already
    ");
    let started = home.run("cloudkit launch start trainer -r us-east-1 -o csv").ok();
    assert!(started.stdout.contains(",running,"), "{started}");
    assert_snapshot!(started.stderr, @"trainer (i-xxxxxxxxxxxxxxxxx) is starting");
    assert_snapshot!(home.run("cloudkit launch start trainer -r us-east-1"), @"
    --- stderr
    trainer (i-xxxxxxxxxxxxxxxxx) is running already
    ");
}

#[test]
fn a_machine_past_its_deadline_is_started_only_with_more_time() {
    let (lab, home) = with_a_machine("");
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id(&lab), "stopped");
    lab.post(&format!("/machines/{}/tags", id(&lab)), &json!({"cloudkit:deadline": "2026-01-01T00:00:00Z"}));
    assert_snapshot!(home.run("cloudkit launch start trainer -r us-east-1"), @"
    --- stderr
    error: trainer (i-xxxxxxxxxxxxxxxxx) is past its deadline YYYY-MM-DDThh:mm:ssZ, and would end itself soon after its start
    hint: give it more time: cloudkit launch start i-xxxxxxxxxxxxxxxxx --extend 4h
    --- exit 1
    ");
    assert_eq!(lab.requests_of("StartInstances").len(), 0);
    let screen = home.run("cloudkit launch start trainer --extend 2h -r us-east-1").ok();
    // 0.1008 USD for each of the two hours that are to come, not for the months that have passed.
    assert!(screen.stderr.contains("that can cost 0.20 USD more"), "{screen}");
    let machine = lab.only_machine();
    let deadline: jiff::Timestamp = machine["tags"]["cloudkit:deadline"].as_str().unwrap().parse().unwrap();
    assert!(deadline > jiff::Timestamp::now());
    assert_eq!(machine["state"], "running");
}

#[test]
fn what_can_not_rest_is_refused() {
    let (lab, home) = with_a_machine("");
    assert_snapshot!(home.run("cloudkit launch hibernate trainer -r us-east-1"), @"
    --- stderr
    error: trainer (i-xxxxxxxxxxxxxxxxx) cannot be hibernated: it was not launched with hibernation, which can't be had later
    hint: stop it, which forgets its memory: cloudkit launch stop i-xxxxxxxxxxxxxxxxx
    --- exit 2
    ");
    let spot = r#"{"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","market":"spot","os":"linux"}"#;
    home.run_with(spot, "cloudkit launch --ttl 1h --yes --name cheap --wait running").ok();
    assert_snapshot!(home.run("cloudkit launch stop trainer cheap -r us-east-1"), @"
    --- stderr
    error: cheap (i-xxxxxxxxxxxxxxxxx) cannot be stopped: it is a spot machine of a one-time request, which EC2 can only end
    hint: end it: cloudkit launch terminate i-xxxxxxxxxxxxxxxxx
    --- exit 2
    ");
    let ended = home.run("cloudkit launch list -r us-east-1 --market on-demand -o name").ok().stdout;
    home.run("cloudkit launch terminate trainer -r us-east-1 --yes").ok();
    for verb in ["stop", "hibernate", "start", "connect"] {
        let screen = home.run(&format!("cloudkit launch {verb} {} -r us-east-1", ended.trim())).exits(1);
        assert!(screen.stderr.contains("cannot be") || screen.stderr.contains(" is "), "{screen}");
    }
    assert_eq!(lab.requests_of("StopInstances").len(), 0);
}

#[test]
fn no_room_for_a_stopped_machine_is_said() {
    let (lab, home) = with_a_machine("");
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id(&lab), "stopped");
    lab.fault(&json!({"kind": "error", "action": "StartInstances", "status": 500, "code": "InsufficientInstanceCapacity",
        "message": "Insufficient capacity."}));
    assert_snapshot!(home.run("cloudkit launch start trainer -r us-east-1"), @"
    --- stderr
    warning: trainer (i-xxxxxxxxxxxxxxxxx) was not started: StartInstances refused: InsufficientInstanceCapacity: Insufficient capacity.
    hint: EC2 has no room for m7i.large in use1-az6 now, where its disks are: try again in some minutes, and end it if you give up, since they cost on: cloudkit launch terminate i-xxxxxxxxxxxxxxxxx
    --- exit 4
    ");
}

#[test]
fn what_was_sent_before_the_time_ended_is_not_called_undone() {
    let (lab, home) = with_a_machine("");
    lab.fault(&json!({"kind": "hang", "action": "StopInstances", "ms": 600_000}));
    // A time that ends only once it was sent, however slow this computer is.
    let screen = [2, 4, 8, 16, 32].into_iter().find_map(|limit| {
        let screen =
            home.run(&format!("cloudkit launch stop trainer -r us-east-1 --timeout {limit}s")).exits(5);
        (!lab.requests_of("StopInstances").is_empty()).then_some(screen)
    });
    let hint = "hint: what was sent may be done all the same: cloudkit launch list shows it";
    assert_eq!(screen.unwrap().stderr.lines().last(), Some(hint));
}
