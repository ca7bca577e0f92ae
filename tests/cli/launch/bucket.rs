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
    caused by: HeadBucket refused: HTTP 403
    hint: see who you are: aws sts get-caller-identity; another profile: --profile NAME
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
        json!({"kind": "error", "action": "CreateBucket", "status": 409, "code": "BucketAlreadyExists",
        "message": "The requested bucket name is not available."}),
    );
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB)
        step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    error: cannot make bucket cloudkit-123456789012-us-east-1
    caused by: CreateBucket refused: BucketAlreadyExists: The requested bucket name is not available.
    --- exit 2
    ");
    lab.nothing_is_left();
}
