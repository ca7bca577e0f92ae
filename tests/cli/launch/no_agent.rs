//! A machine without an agent: the timer alone, no bucket, and no secret about it.

use insta::assert_snapshot;
use serde_json::json;

use super::user_data::parts;
use crate::support::Lab;

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --no-agent";

#[test]
fn it_is_said_in_the_plan_and_on_stderr() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run(&format!("{LAUNCH} --dry-run")));
    let plan = home.run(&format!("{LAUNCH} --dry-run -o json")).ok().json();
    assert_eq!(plan["agent"], json!(null));
    let endless = home.run("cloudkit launch -t m7i.large --no-ttl --no-agent --dry-run").ok();
    assert!(endless.stderr.contains("nothing ends the machine but you"), "{endless}");
    assert_eq!(plan["candidates"][0]["preparation"].as_array().unwrap().len(), 1, "the group alone");
}

#[test]
fn it_needs_no_bucket_and_no_binary() {
    let lab = Lab::start();
    let home = lab.home();
    home.settings("agent-binary: /nowhere/at/all\n");
    lab.fault(&json!({"kind": "error", "service": "s3", "action": "*", "status": 403, "code": "AccessDenied", "message": "no"}));
    home.run(&format!("{LAUNCH} --wait accepted --command true")).ok();
    assert!(lab.requests().iter().all(|request| request.service != "s3"));
    let parts = parts(&lab);
    let kinds: Vec<&str> = parts.iter().map(|part| part.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["text/cloud-boothook", "text/cloud-config", "text/x-shellscript", "text/x-shellscript"],
        "the timer is set all the same"
    );
    assert!(parts[0].body.contains("CLOUDKIT_DEADLINE_TIMER="));
}

#[test]
fn it_is_offered_where_s3_is_not_permitted() {
    let lab = Lab::start();
    let home = lab.home();
    for action in ["HeadBucket", "CreateBucket", "PutObject"] {
        lab.reset();
        lab.fault(&json!({"kind": "error", "action": action, "status": 403, "code": "AccessDenied", "message": "Access Denied"}));
        let screen = home.run("cloudkit launch -t m7i.large --ttl 1h --quiet").exits(3);
        assert!(
            screen.stderr.contains("by the timer alone, and without --env: --no-agent"),
            "{action}: {screen}"
        );
        lab.nothing_is_left();
    }
}

#[test]
fn it_is_either_an_agent_or_none() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run(&format!("{LAUNCH} --agent-binary x")).exits(2);
    assert!(screen.stderr.contains("cannot be used with"), "{screen}");
}
