//! The account's bucket: made once, closed to the world, never a stranger's.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Lab;

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --wait accepted";

#[test]
fn it_is_made_private_and_filled_once() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(LAUNCH).ok();
    let of_storage = |since: usize| -> Vec<String> {
        let requests = lab.requests_since(since).into_iter().filter(|request| request.service == "s3");
        requests.map(|request| request.action).collect()
    };
    assert_snapshot!(of_storage(0).join("\n"), @"
    HeadBucket
    CreateBucket
    PutPublicAccessBlock
    PutBucketEncryption
    PutObject
    ");
    let first = lab.requests().len();
    home.run(LAUNCH).ok();
    assert_snapshot!(of_storage(first).join("\n"), @"
    HeadBucket
    HeadObject
    ");
    let buckets = &lab.left()["us-east-1"]["buckets"];
    assert_eq!(
        *buckets,
        json!([{"name": "cloudkit-123456789012-us-east-1", "region": "us-east-1", "objects": 1}])
    );
}

#[test]
fn every_call_but_its_creation_names_its_owner() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(LAUNCH).ok();
    home.run("cloudkit launch cleanup --bucket --yes -r us-east-1").ok();
    let requests = lab.requests();
    let (named, unnamed): (Vec<_>, Vec<_>) = requests
        .iter()
        .filter(|request| request.service == "s3")
        .partition(|request| request.expected_bucket_owner.as_deref() == Some("123456789012"));
    assert_eq!(unnamed.iter().map(|request| request.action.as_str()).collect::<Vec<_>>(), ["CreateBucket"]);
    assert!(named.len() >= 7, "the removal's calls too: {named:?}");
}

#[test]
fn another_agent_is_another_object() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(LAUNCH).ok();
    let mut other = crate::elf::for_x86_64();
    other.push(0);
    let other = home.write("other", other);
    home.run(&format!("{LAUNCH} --agent-binary {}", other.display())).ok();
    assert_eq!(lab.left()["us-east-1"]["buckets"][0]["objects"], 2);
}

#[test]
fn each_region_has_its_own() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(&format!("{LAUNCH} --region eu-north-1")).ok();
    assert_eq!(lab.left()["eu-north-1"]["buckets"][0]["name"], "cloudkit-123456789012-eu-north-1");
    assert_eq!(lab.left()["us-east-1"], Value::Null);
}

#[test]
fn a_strangers_is_refused() {
    let lab = Lab::start();
    let home = lab.home();
    let stranger =
        json!({"name": "cloudkit-123456789012-us-east-1", "region": "us-east-1", "account": "210987654321"});
    lab.post("/buckets", &stranger);
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: cannot look at bucket cloudkit-123456789012-us-east-1
    caused by: HeadBucket refused: HTTP 403: it is another account's, or these credentials may not see it
    hint: see who you are: aws sts get-caller-identity; another profile: --profile NAME
    hint: or without agent and bucket, by the timer alone, and without --env: --no-agent
    --- exit 3
    ");
    assert_eq!(lab.changes(), [""; 0]);
    lab.nothing_is_left();
}

#[test]
fn one_that_a_stranger_takes_in_between_is_refused_too() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(
        &json!({"kind": "error", "action": "CreateBucket", "status": 409, "code": "BucketAlreadyExists",
        "message": "The requested bucket name is not available."}),
    );
    let screen = home.run(&format!("{LAUNCH} --quiet")).exits(3);
    assert!(screen.stderr.contains("\nhint: "), "{screen}");
    lab.nothing_is_left();
}
