//! `deploy destroy`: all of a deployment goes, and nothing of anybody else's.

use serde_json::json;

use super::app::{TWO_REGIONS, running, somebody};
use crate::support::Lab;

#[test]
fn all_of_it_goes_and_what_is_not_its_own_stays() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit launch -t m7i.large --ttl 1h --name other --wait running").ok();
    home.run("cloudkit deploy create --dir app --yes").ok();
    let refused = home.run("cloudkit deploy destroy web").exits(2);
    assert!(refused.stderr.contains("Destroy web, with its disks, in account 123456789012?"), "{refused}");
    let destroyed = home.run("cloudkit deploy destroy web --yes").ok();
    assert!(destroyed.stderr.contains("web is destroyed"), "{destroyed}");
    assert_eq!(running(&lab), [("us-east-1".to_owned(), 1)]);
    assert_eq!(lab.left()["us-east-1"]["security_groups"].as_array().unwrap().len(), 1);
    let again = home.run("cloudkit deploy destroy web --yes").ok();
    assert!(again.stderr.contains("there is nothing of a deployment web"), "{again}");
    let id = lab.machines().into_iter().find(|one| one["state"] == "running").unwrap()["id"].clone();
    home.run("cloudkit launch terminate other --yes").ok();
    lab.until_it_is(id.as_str().unwrap(), "terminated");
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn buckets_keep_the_agent_alone() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    assert_eq!(lab.left()["us-east-1"]["buckets"][0]["objects"], 3, "the agent, the bundle, the record");
    // From another computer, without the app folder.
    let elsewhere = lab.home();
    elsewhere.run("cloudkit deploy destroy web --yes").ok();
    for region in ["us-east-1", "eu-west-1"] {
        assert_eq!(lab.left()[region]["buckets"][0]["objects"], 1, "{region}");
        assert_eq!(lab.left()[region]["security_groups"], json!(null));
    }
}

/// Each call that changes something is the last one of some killed create.
#[test]
fn after_a_kill_anywhere_nothing_stays() {
    let lab = Lab::start();
    lab.post("/timing", &json!({"pending_ms": 0, "ending_ms": 0}));
    for action in ["PutObject", "CreateSecurityGroup", "CreateLaunchTemplate", "CreateFleet"] {
        let home = somebody(&lab, TWO_REGIONS);
        lab.fault(&json!({"kind": "hang", "action": action, "region": "eu-west-1", "ms": 600_000}));
        let mut create = home.start("cloudkit deploy create --dir app --yes");
        crate::support::wait::until(&format!("{action} in eu-west-1"), || {
            lab.requests_of(action).iter().any(|request| request.mutating).then_some(())
        });
        create.kill();
        lab.clear_faults();
        home.run("cloudkit deploy unlock web --yes").ok();
        let destroyed = home.run("cloudkit deploy destroy web --yes");
        assert_eq!(destroyed.code, 0, "{action}: {destroyed}");
        home.run("cloudkit launch cleanup --bucket --yes").ok();
        assert_eq!(lab.left(), json!({}), "{action}");
        lab.reset();
        lab.post("/timing", &json!({"pending_ms": 0, "ending_ms": 0}));
    }
}
