//! One fault at every call of a launch that changes something, in turn, and then all that comes after it.
//!
//! Which calls these are is read from a launch without a fault, one that makes all that a launch can make.

use std::time::Duration;

use serde_json::{Value, json};

use super::interrupted::journal;
use crate::support::{Home, Lab, Screen, wait};

const LAUNCH: &str =
    "cloudkit launch -t m7i.large --ttl 1h --on-idle stop --env TOKEN=1 --wait running --yes";

/// An account in which a launch has to make everything.
fn prepare(lab: &Lab) -> Home {
    lab.reset();
    lab.post("/default-network", &json!({"region": "us-east-1", "present": false}));
    lab.home()
}

/// The calls of a launch that change something, each named once.
fn changes(lab: &Lab) -> Vec<String> {
    prepare(lab).run(LAUNCH).ok();
    let mut names: Vec<String> = Vec::new();
    for action in lab.changes() {
        if !names.contains(&action) {
            names.push(action);
        }
    }
    assert!(names.len() >= 16, "{names:?}");
    names
}

/// Either there is one machine, and the journal knows it, or there is nothing; and afterwards nothing for certain.
#[track_caller]
fn all_or_nothing(lab: &Lab, home: &Home, screen: &Screen, fault: &str) {
    match screen.code {
        0 => {
            let machine = lab.only_machine();
            let outcomes: Vec<Value> =
                journal(home).into_iter().map(|(_, entry)| entry["outcome"].clone()).collect();
            assert_eq!(outcomes, [json!({"made": machine["id"]})], "{fault}\n{screen}");
        }
        6 => {
            lab.clear_faults();
            do_as_told(home, screen, fault);
        }
        _ => {
            ended(lab);
            assert_eq!(lab.left(), json!({}), "{fault}\n{screen}");
        }
    }
    lab.clear_faults();
    empty(lab, home, fault);
}

/// Types each command that removes something that is still there.
#[track_caller]
fn do_as_told(home: &Home, screen: &Screen, fault: &str) {
    let told = screen.stderr.lines().filter_map(|line| line.find("cloudkit launch ").map(|at| &line[at..]));
    let commands: Vec<&str> = told.collect();
    assert!(!commands.is_empty(), "{fault}\n{screen}");
    for command in commands {
        let changes = command.contains(" cleanup") || command.contains(" terminate");
        home.run(&format!("{command}{}", if changes { " --yes" } else { "" })).ok();
    }
}

/// Ends what runs, and cleans up.
#[track_caller]
fn empty(lab: &Lab, home: &Home, fault: &str) {
    for machine in lab.machines() {
        let id = machine["id"].as_str().unwrap();
        home.run(&format!("cloudkit launch terminate {id} --yes"));
    }
    ended(lab);
    let cleaned = home.run("cloudkit launch cleanup --bucket --yes -r us-east-1");
    assert_eq!(lab.left(), json!({}), "{fault}\n{cleaned}");
}

/// Machines that are ending hold what they have until they have ended.
fn ended(lab: &Lab) {
    wait::within(Duration::from_secs(10), || {
        lab.machines().iter().all(|machine| machine["state"] == "terminated").then_some(())
    });
}

#[test]
fn a_call_that_fails_for_good() {
    Lab::each(&changes(&Lab::start()), |lab, action| {
        let home = prepare(lab);
        lab.fault(&json!({"kind": "error", "action": action, "status": 500}));
        let screen = home.run(LAUNCH);
        assert_ne!(screen.code, 70, "{action}\n{screen}");
        all_or_nothing(lab, &home, &screen, action);
    });
}

#[test]
fn an_answer_that_is_lost() {
    Lab::each(&changes(&Lab::start()), |lab, action| {
        let home = prepare(lab);
        lab.fault(&json!({"kind": "lost-answer", "action": action, "times": 1}));
        let screen = home.run(LAUNCH).ok();
        all_or_nothing(lab, &home, &screen, action);
    });
}

#[test]
fn an_undoing_that_fails() {
    let lab = Lab::start();
    let fails =
        json!({"kind": "error", "action": "RunInstances", "status": 400, "code": "InvalidAMIID.Malformed"});
    let before = changes(&lab);
    let home = prepare(&lab);
    lab.fault(&fails);
    home.run(LAUNCH).exits(2);
    let undoing: Vec<String> = lab.changes().into_iter().filter(|action| !before.contains(action)).collect();
    assert!(undoing.len() >= 6, "{undoing:?}");
    Lab::each(&undoing, |lab, action| {
        let home = prepare(lab);
        lab.fault(&fails);
        lab.fault(&json!({"kind": "error", "action": action, "status": 500}));
        let screen = home.run(LAUNCH).exits(6);
        all_or_nothing(lab, &home, &screen, action);
    });
}

#[cfg(unix)]
#[test]
fn ctrl_c() {
    Lab::each(&changes(&Lab::start()), |lab, action| {
        let home = prepare(lab);
        lab.fault(&json!({"kind": "hang", "action": action, "ms": 300, "times": 1}));
        let launch = home.start(LAUNCH);
        wait::until(action, || lab.requests_of(action).pop());
        launch.interrupt();
        let screen = launch.screen().exits(130);
        all_or_nothing(lab, &home, &screen, action);
    });
}

#[test]
fn throttling_of_three_calls_in_ten() {
    let lab = Lab::start();
    let home = prepare(&lab);
    lab.fault(&json!({"kind": "throttle", "of_ten": 3}));
    let screen = home.run(LAUNCH).ok();
    all_or_nothing(&lab, &home, &screen, "throttling");
}
