//! Two people at once: one holds the lock of a deployment, and nobody for longer than they are there.

use serde_json::json;

use super::app::{TWO_REGIONS, somebody};
use crate::support::{Home, Lab, wait};

/// Somebody in the middle of a create, which does not go on.
fn half_way(lab: &Lab, home: &Home) -> crate::support::Running {
    lab.fault(&json!({"kind": "hang", "action": "CreateFleet", "ms": 600_000}));
    let create = home.start("cloudkit deploy create --dir app --yes");
    wait::until("the request for machines", || (!lab.requests_of("CreateFleet").is_empty()).then_some(()));
    create
}

#[test]
fn who_comes_second_is_told_who_is_at_it() {
    let lab = Lab::start();
    let (ada, bob) = (somebody(&lab, TWO_REGIONS), somebody(&lab, TWO_REGIONS));
    let mut create = half_way(&lab, &ada);
    let refused = bob.run("cloudkit deploy destroy web --yes").exits(1);
    assert!(refused.stderr.contains("is at it (create) and may for another"), "{refused}");
    assert!(refused.stderr.contains("cloudkit deploy unlock web"), "{refused}");
    let create_too = bob.run("cloudkit deploy create --dir app --yes").exits(1);
    assert!(create_too.stderr.contains("there is a deployment web already"), "{create_too}");
    create.kill();
}

#[test]
fn the_lock_of_who_is_gone_ends_by_itself() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    let mut create = half_way(&lab, &home);
    create.kill();
    lab.clear_faults();
    home.run("cloudkit deploy destroy web --yes").exits(1);
    lab.post("/clock", &json!({"ahead_s": 600}));
    let destroyed = home.run("cloudkit deploy destroy web --yes").ok();
    assert!(destroyed.stderr.contains("web is destroyed"), "{destroyed}");
}

#[test]
fn a_lock_is_shown_before_it_is_taken_away() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    let nobody = home.run("cloudkit deploy unlock web").ok();
    assert!(nobody.stderr.contains("nobody holds the lock of web"), "{nobody}");
    let mut create = half_way(&lab, &home);
    create.kill();
    lab.clear_faults();
    let shown = home.run("cloudkit deploy unlock web").exits(2);
    assert!(
        shown.stderr.contains("the lock of web is held by") && shown.stderr.contains("(create)"),
        "{shown}"
    );
    home.run("cloudkit deploy unlock web --yes").ok();
    home.run("cloudkit deploy destroy web --yes").ok();
}

/// Somebody whose lock counts for this long, with a deployment whose machines do not come to run.
fn on_the_way(lab: &Lab, lasts: &str) -> (Home, crate::support::Running) {
    lab.post("/timing", &json!({"pending_ms": 600_000, "ending_ms": 0}));
    let mut home = somebody(lab, TWO_REGIONS);
    home.set("CLOUDKIT_LOCK_LASTS", lasts);
    let create = home.start("cloudkit deploy create --dir app --yes");
    wait::until("machines in both regions", || (lab.machines().len() == 5).then_some(()));
    (home, create)
}

fn renewals(lab: &Lab) -> usize {
    let of_lock = |path: &serde_json::Value| path.as_str().is_some_and(|path| path.ends_with("lock.json"));
    lab.requests_of("PutObject").iter().filter(|request| of_lock(&request.params["path"])).count() - 1
}

#[test]
fn who_loses_the_lock_stops_and_says_why() {
    let lab = Lab::start();
    let (_ada, create) = on_the_way(&lab, "3s");
    let bob = somebody(&lab, TWO_REGIONS);
    bob.run("cloudkit deploy unlock web --yes").ok();
    let stopped = create.screen().exits(130);
    assert!(
        stopped
            .stderr
            .contains("the lock deployments/web/lock.json is no longer ours: somebody has removed it"),
        "{stopped}"
    );
    assert!(stopped.stderr.contains("what was made is removed again"), "{stopped}");
    lab.nothing_is_left();
}

#[test]
fn who_interrupts_a_create_has_nothing() {
    let lab = Lab::start();
    let (home, create) = on_the_way(&lab, "2m");
    create.interrupt();
    let screen = create.screen().exits(130);
    assert!(screen.stderr.contains("interrupted"), "{screen}");
    lab.nothing_is_left();
    let unlocked = home.run("cloudkit deploy unlock web").ok();
    assert!(unlocked.stderr.contains("nobody holds the lock of web"), "{unlocked}");
}

/// A renewal that is done and not answered yet when the work ends is no reason to leave the lock behind.
#[test]
fn a_lock_is_given_back_in_the_middle_of_a_renewal() {
    let lab = Lab::start();
    let (home, create) = on_the_way(&lab, "3s");
    lab.fault(&json!({"kind": "late-answer", "action": "PutObject", "ms": 600_000}));
    let before = renewals(&lab);
    wait::until("another renewal", || (renewals(&lab) > before).then_some(()));
    create.interrupt();
    create.screen().exits(130);
    let unlocked = home.run("cloudkit deploy unlock web").ok();
    assert!(unlocked.stderr.contains("nobody holds the lock of web"), "{unlocked}");
    lab.nothing_is_left();
}
