//! `create` and `destroy`, killed between any two of their steps: what is told afterwards is true, and `destroy` ends it.
//!
//! Which steps these are is read from runs that nobody kills, of an app folder that takes all that a deployment can make.

use serde_json::{Value, json};

use crate::support::{Home, Lab, wait};

const CREATE: &str = "cloudkit deploy create --dir app --yes";
const DESTROY: &str = "cloudkit deploy destroy web --yes";

/// An account with nothing in it, and somebody with that app folder.
fn prepare(lab: &Lab) -> Home {
    lab.reset();
    lab.post("/timing", &json!({"pending_ms": 0, "ending_ms": 0}));
    let mut home = lab.home();
    home.write(
        "app/.spot/deployment.yaml",
        "version: 1\ndeployment:\n  scripts:\n    - command: systemctl --version\n      name: look\n  secrets:\n    TOKEN: env:WEB_TOKEN\n",
    );
    home.write(
        "app/.spot/config.yaml",
        "name: web\ncount: 2\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\ndedicated_network: true\n",
    );
    home.set("WEB_TOKEN", "zebra");
    home
}

/// How many changes are made before each step; what is done side by side is one.
fn steps(changes: &[String], least: usize) -> Vec<usize> {
    let begins = |number: &usize| *number == 0 || changes[*number] != changes[*number - 1];
    let steps: Vec<usize> = (0..changes.len()).filter(begins).collect();
    assert!(steps.len() >= least, "{changes:?}");
    steps
}

/// Lets a command make so many changes and kills it before the next one; not at all where it ends before.
fn kill_after(lab: &Lab, home: &Home, command: &str, changes: usize) {
    let before = lab.changes().len();
    lab.fault(&json!({"kind": "hang", "changes": true, "spare": changes, "ms": 600_000}));
    let mut started = home.start(command);
    wait::until(&format!("change {changes} of {command}"), || {
        (started.has_ended() || lab.changes().len() > before + changes).then_some(())
    });
    started.kill();
    lab.clear_faults();
}

/// What `list` says is what there is, and `destroy` leaves nothing.
#[track_caller]
fn is_told_and_goes(lab: &Lab, home: &Home, after: &str) {
    let running = lab.machines().iter().filter(|machine| machine["state"] == "running").count();
    let list = home.run("cloudkit deploy list -o json").ok();
    let told: Vec<Value> = serde_json::from_str(&list.stdout).unwrap();
    let told: u64 = told.iter().map(|one| one["running"].as_u64().unwrap()).sum();
    assert_eq!(told, running as u64, "{after}\n{list}");
    home.run("cloudkit deploy unlock web --yes").ok();
    let destroyed = home.run(DESTROY);
    let is_told = destroyed.code == 1 && destroyed.stderr.contains("there is nothing of a deployment web");
    assert!(destroyed.code == 0 || is_told, "{after}\n{destroyed}");
    let cleaned = home.run("cloudkit launch cleanup --bucket --yes -r us-east-1").ok();
    assert_eq!(lab.left(), json!({}), "{after}\n{destroyed}\n{cleaned}");
}

#[test]
fn a_create_that_is_killed() {
    let lab = Lab::start();
    prepare(&lab).run(CREATE).ok();
    let changes = lab.changes();
    Lab::each(&steps(&changes, 18), |lab, &step| {
        let home = prepare(lab);
        kill_after(lab, &home, CREATE, step);
        is_told_and_goes(lab, &home, &format!("create, killed before {} ({step})", changes[step]));
    });
}

#[test]
fn a_destroy_that_is_killed() {
    let lab = Lab::start();
    let home = prepare(&lab);
    home.run(CREATE).ok();
    let made = lab.changes().len();
    home.run(DESTROY).ok();
    let changes = lab.changes().split_off(made);
    Lab::each(&steps(&changes, 10), |lab, &step| {
        let home = prepare(lab);
        home.run(CREATE).ok();
        kill_after(lab, &home, DESTROY, step);
        is_told_and_goes(lab, &home, &format!("destroy, killed before {} ({step})", changes[step]));
    });
}
