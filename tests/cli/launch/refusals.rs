//! What AWS refuses: the next candidate where that helps, else the documented code, and nothing left in the account.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h";

fn no_capacity(instance_type: &str) -> Value {
    json!({"kind": "error", "action": "RunInstances", "params": {"InstanceType": instance_type}, "status": 500,
        "code": "InsufficientInstanceCapacity", "message": "We currently do not have sufficient capacity."})
}

#[cfg(unix)]
#[test]
fn the_first_candidate_that_can_be_had_is_launched() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(no_capacity("g6.xlarge"));
    let line = "cloudkit find search g6.xlarge m7i.large -r us-east-1 --sort=-price \
        | cloudkit launch --ttl 1h --wait accepted -o json";
    let screen = home.run(line).ok();
    assert_snapshot!(screen.stderr.lines().filter(|line| line.starts_with("warning")).collect::<String>(), @"warning: g6.xlarge in us-east-1: RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient capacity.");
    assert_eq!(screen.json()["instance_type"], "m7i.large");
    lab.only_machine();
    assert_eq!(lab.changes().iter().filter(|action| *action == "CreateSecurityGroup").count(), 1);
}

#[test]
fn no_candidate_to_be_had_is_4_and_leaves_nothing() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(no_capacity("m7i.large"));
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch [LAUNCH] in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     [TIME], by the machine itself (tag cloudkit:deadline)
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB)
        step     make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB): done
    make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32): done
    warning: m7i.large in us-east-1: RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient capacity.
    removed again: security group cloudkit-[LAUNCH]
    removed again: object agent/[SHA256]/cloudkit in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    error: AWS can give none of the machines of the plan
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 4
    ");
    assert_eq!(lab.requests_of("RunInstances").len(), 1, "capacity does not come from asking again");
    lab.nothing_is_left();
}

#[test]
fn a_quota_is_4_too() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(json!({"kind": "error", "action": "RunInstances", "status": 400, "code": "VcpuLimitExceeded",
        "message": "You have requested more vCPU capacity than your current vCPU limit of 0 allows."}));
    home.run(LAUNCH).exits(4);
    lab.nothing_is_left();
}

#[test]
fn what_no_other_candidate_would_change_ends_it() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(
        json!({"kind": "error", "action": "RunInstances", "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation."}),
    );
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch [LAUNCH] in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     [TIME], by the machine itself (tag cloudkit:deadline)
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB)
        step     make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB): done
    make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32): done
    removed again: security group cloudkit-[LAUNCH]
    removed again: object agent/[SHA256]/cloudkit in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    error: cannot launch m7i.large in us-east-1
    caused by: RunInstances refused: UnauthorizedOperation: You are not authorized to perform this operation.
    hint: see who you are: aws sts get-caller-identity; another profile: --profile NAME
    --- exit 3
    ");
    lab.nothing_is_left();
}

#[test]
fn somebody_who_may_do_nothing_is_told_so() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("AWS_ACCESS_KEY_ID", "DENIED");
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: cannot look at the networks of us-east-1
    caused by: DescribeVpcs refused: UnauthorizedOperation: You are not authorized to perform this operation.
    hint: see who you are: aws sts get-caller-identity; another profile: --profile NAME
    --- exit 3
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn expired_credentials_are_told_apart() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("AWS_ACCESS_KEY_ID", "EXPIRED");
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: cannot look at the networks of us-east-1
    caused by: DescribeVpcs refused: RequestExpired: Request has expired.
    hint: sign in again: aws sso login, or fetch new keys
    --- exit 3
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn without_credentials_nothing_is_asked() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.unset("AWS_ACCESS_KEY_ID");
    home.unset("AWS_SECRET_ACCESS_KEY");
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: no AWS credentials were found
    caused by: the credential provider was not enabled
    caused by: no credentials found in chain. Attempted:
        Environment: the credential provider was not enabled: environment variable not set
        Profile: the credential provider was not enabled
        WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set
        EcsContainer: the credential provider was not enabled: ECS provider not configured
        Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
    hint: sign in: aws configure, or aws sso login, and name the profile with --profile if it is not the default
    --- exit 3
    ");
    home.run("cloudkit launch list").exits(3);
    assert_eq!(lab.requests().len(), 0);
}

#[test]
fn credentials_that_end_too_soon_are_refused() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.unset("AWS_ACCESS_KEY_ID");
    home.unset("AWS_SECRET_ACCESS_KEY");
    let soon = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + 10 * 60).unwrap();
    let keys = json!({"Version": 1, "AccessKeyId": "lab", "SecretAccessKey": "lab", "SessionToken": "t",
        "Expiration": soon.to_string()});
    let keys = home.write("keys.json", keys.to_string());
    home.write(".aws/config", format!("[default]\ncredential_process = /bin/cat {}\n", keys.display()));
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: loading credentials refused: UnexpectedAnswer: they end before [TIME], too soon for a machine to fetch its agent with them
    hint: sign in again: aws sso login, or fetch new keys
    --- exit 3
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn an_endpoint_that_does_not_answer_is_5() {
    let mut home = Home::new();
    for (variable, value) in [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "lab"),
        ("AWS_SECRET_ACCESS_KEY", "lab"),
        ("CLOUDKIT_CHECK_IP_URL", "http://127.0.0.1:1"),
    ] {
        home.set(variable, value);
    }
    home.write(
        ".ssh/id_ed25519.pub",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk\n",
    );
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h --ssh-from 203.0.113.7"), @"
    --- stderr
    region us-east-1 (no setting, so the default)
    error: cannot look at the account
    caused by: GetCallerIdentity got no answer
    caused by: dispatch failure
    caused by: io error
    caused by: client error (Connect)
    caused by: tcp connect error
    caused by: Connection refused (os error 111)
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    --- exit 5
    ");
    assert!(home.run(LAUNCH).exits(5).stderr.contains("hint: "));
}

#[test]
fn an_address_that_nobody_knows_is_5_and_the_flag_helps() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/check-ip", &json!({"address": "<html>", "status": 200}));
    assert_snapshot!(home.run(LAUNCH), @r#"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: http://127.0.0.1:[PORT] answers "<html>\n", which is not an address
    hint: say who may reach the machine's SSH port: --ssh-from 203.0.113.7
    --- exit 5
    "#);
    home.run(&format!("{LAUNCH} --ssh-from 203.0.113.7 --wait accepted")).ok();
}

#[test]
fn what_could_not_be_undone_is_6_with_the_command_that_removes_it() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(no_capacity("m7i.large"));
    lab.fault(json!({"kind": "error", "action": "DeleteSecurityGroup", "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation."}));
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch [LAUNCH] in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     [TIME], by the machine itself (tag cloudkit:deadline)
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB)
        step     make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB): done
    make security group cloudkit-[LAUNCH] (port [PORT] from 203.0.113.7/32): done
    warning: m7i.large in us-east-1: RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient capacity.
    removed again: object agent/[SHA256]/cloudkit in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    error: AWS can give none of the machines of the plan
    hint: still there: security group cloudkit-[LAUNCH] (DeleteSecurityGroup refused: UnauthorizedOperation: You are not authorized to perform this operation.); cloudkit launch cleanup --region us-east-1
    --- exit 6
    ");
    lab.clear_faults();
    // The group is that of a launch that may still be under way: it is removed once that is a quarter of an hour ago.
    assert_eq!(lab.left()["us-east-1"]["security_groups"].as_array().unwrap().len(), 1);
}
