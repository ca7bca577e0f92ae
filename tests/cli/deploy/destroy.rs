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
    let again = home.run("cloudkit deploy destroy web --yes").exits(1);
    assert!(again.stderr.contains("there is nothing of a deployment web"), "{again}");
    assert!(again.stderr.contains("cloudkit deploy list"), "{again}");
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

#[test]
fn a_bucket_with_deployments_in_it_is_kept() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    let cleanup = home.run("cloudkit launch cleanup --bucket --yes").ok();
    for region in ["us-east-1", "eu-west-1"] {
        let kept = format!(
            "bucket cloudkit-123456789012-{region} stays: it holds the deployment web; end that first: cloudkit deploy destroy web"
        );
        assert!(cleanup.stderr.contains(&kept), "{cleanup}");
    }
    assert_eq!(lab.left()["us-east-1"]["buckets"][0]["objects"], 3, "the agent, the bundle, the record");
    home.run("cloudkit deploy destroy web --yes").ok();
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn a_region_that_gives_no_answer_at_the_end_keeps_the_record() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    lab.fault(
        &json!({"kind": "hang", "action": "DeleteObject", "region": "eu-west-1", "ms": 3000, "times": 1}),
    );
    let destroy = home.start("cloudkit deploy destroy web --yes");
    crate::support::wait::until("the end of its bundle", || {
        lab.requests_of("DeleteObject")
            .iter()
            .any(|one| one.params["path"].to_string().contains("eu-west-1"))
            .then_some(())
    });
    lab.fault(&denied("eu-west-1"));
    let screen = destroy.screen().exits(6);
    assert!(screen.stderr.contains("still there: perhaps machines in eu-west-1"), "{screen}");
    lab.clear_faults();
    let list = home.run("cloudkit deploy list").ok().lines_of_json();
    assert_eq!(list[0]["state"], "ended", "its record is there");
    home.run("cloudkit deploy destroy web --yes").ok();
    assert!(home.run("cloudkit deploy list").ok().lines_of_json().is_empty());
}

fn denied(region: &str) -> serde_json::Value {
    json!({"kind": "error", "service": "ec2", "region": region, "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation, with an explicit deny in a service control policy."})
}

/// A region that nobody in the account may use has none of it: its record says where it is.
#[test]
fn a_region_that_is_closed_to_all_keeps_nothing_from_its_end() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    lab.fault(&denied("ap-south-1"));
    let destroyed = home.run("cloudkit deploy destroy web --yes").ok();
    assert!(destroyed.stderr.contains("web is destroyed"), "{destroyed}");
    assert_eq!(running(&lab), []);
}

#[test]
fn what_a_region_does_not_say_is_unknown() {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    lab.fault(&denied("eu-west-1"));
    let list = home.run("cloudkit deploy list").exits(3).lines_of_json();
    assert_eq!((&list[0]["state"], &list[0]["running"]), (&json!("unknown"), &json!(3)));
    assert_eq!(list[0]["unseen"], json!(["eu-west-1"]));
    assert_eq!(list[0]["usd_hour"], json!(null), "what the others cost is not known");
    let other = somebody(&lab, &TWO_REGIONS.replace("web", "other").replace(", eu-west-1", ""));
    let plan = other.run("cloudkit deploy plan --dir app").ok();
    assert!(
        plan.stderr
            .contains("eu-west-1 could not be asked, so whether other has machines there is not known"),
        "{plan}"
    );
}
