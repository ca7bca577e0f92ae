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
