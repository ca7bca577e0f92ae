//! How far a launch is waited for, and what is said meanwhile.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Lab;

#[test]
fn accepted_running_or_answering() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large --ttl 1h -o json";
    let accepted = home.run(&format!("{line} --wait accepted")).ok();
    assert_snapshot!(accepted.stderr, @"
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    Amazon Linux 2023, the usual image
                 ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
                 or after 1h without work
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
        step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression): done
    make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32): done
    i-xxxxxxxxxxxxxxxxx: accepted
    ");
    assert_eq!(
        (&accepted.json()["state"], &accepted.json()["ssh_answers"]),
        (&json!("pending"), &json!(null))
    );
    let running = home.run(&format!("{line} --wait running")).ok();
    assert!(running.stderr.ends_with("running at 127.0.0.1\n"), "{running}");
    assert_eq!((&running.json()["state"], &running.json()["ssh_answers"]), (&json!("running"), &json!(null)));
    let answering = home.run(&format!("{line} --wait ssh")).ok();
    assert!(
        answering.stderr.contains("running at 127.0.0.1\nssh answers\nwarning: no sign of the agent yet; "),
        "{answering}"
    );
    assert_eq!(answering.json()["ssh_answers"], true);
    assert_snapshot!(home.run(&format!("{line} --wait forever")), @r#"
    --- stderr
    {"schema":"cloudkit.error/v1","error":"invalid value 'forever' for '--wait <WHAT>' [possible values: accepted, running, ssh, agent]","caused_by":[],"hints":["every flag with its values: --help"],"exit_code":2}
    --- exit 2
    "#);
}

#[test]
fn a_server_that_does_not_answer_yet_is_no_failure() {
    let lab = Lab::start();
    let mut home = lab.home();
    lab.post("/ssh", &json!({"on": false}));
    home.set("CLOUDKIT_SSH_WAIT", "2s");
    let launched = home.run("cloudkit launch -t m7i.large --ttl 1h -o json").ok();
    assert!(launched.stderr.contains(
        "running at 127.0.0.1\nwarning: ssh does not answer yet; the machine runs, so try again in a minute\n"
    ));
    assert_eq!(launched.json()["ssh_answers"], false);
}

#[test]
fn a_machine_that_dies_while_it_starts_is_said_to_have_died() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/timing", &json!({"pending_ms": 60_000, "ending_ms": 100}));
    let launch = home.start("cloudkit launch -t m7i.large --ttl 1h --wait running");
    launch.until_it_says("accepted");
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    lab.post(&format!("/machines/{id}/power-off"), &json!({}));
    assert_snapshot!(launch.screen().stderr.lines().filter(|line| line.starts_with("error")).collect::<String>(), @"error: i-xxxxxxxxxxxxxxxxx ended while it started: Client.InstanceInitiatedShutdown: Instance initiated shutdown");
}

#[test]
fn verbose_shows_each_call() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted -v").ok();
    let mut calls: Vec<&str> = screen.stderr.lines().filter(|line| line.ends_with(" ms")).collect();
    calls.sort_unstable();
    assert_snapshot!(calls.join("\n"), @"
    EC2 AuthorizeSecurityGroupIngress in us-east-1: 200, [MS] ms
    EC2 CreateSecurityGroup in us-east-1: 200, [MS] ms
    EC2 DescribeCapacityReservations in us-east-1: 200, [MS] ms
    EC2 DescribeImages in us-east-1: 200, [MS] ms
    EC2 DescribeInstanceTypeOfferings in us-east-1: 200, [MS] ms
    EC2 DescribeInstances in us-east-1: 200, [MS] ms
    EC2 DescribeRouteTables in us-east-1: 200, [MS] ms
    EC2 DescribeSubnets in us-east-1: 200, [MS] ms
    EC2 DescribeVpcs in us-east-1: 200, [MS] ms
    EC2 RunInstances in us-east-1: 200, [MS] ms
    S3 CreateBucket in us-east-1: 200, [MS] ms
    S3 HeadBucket in us-east-1: 404, [MS] ms
    S3 HeadObject in us-east-1: 404, [MS] ms
    S3 PutBucketEncryption in us-east-1: 200, [MS] ms
    S3 PutObject in us-east-1: 200, [MS] ms
    S3 PutPublicAccessBlock in us-east-1: 200, [MS] ms
    SSM GetParameters in us-east-1: 200, [MS] ms
    STS GetCallerIdentity in us-east-1: 200, [MS] ms
    Service Quotas GetAWSDefaultServiceQuota in us-east-1: 200, [MS] ms
    Service Quotas GetServiceQuota in us-east-1: 200, [MS] ms
    ");
    assert_eq!(calls.len(), lab.requests().len(), "every call, and nothing else");
}
