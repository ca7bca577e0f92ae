//! What AWS refuses: the next candidate where that helps, else the documented code, and nothing left in the account.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Lab;

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --quiet";

fn refused(action: &str, status: u16, code: &str) -> Value {
    json!({"kind": "error", "action": action, "status": status, "code": code, "message": "AWS says why."})
}

#[cfg(unix)]
#[test]
fn the_first_candidate_that_can_be_had_is_launched() {
    let lab = Lab::start();
    let home = lab.home();
    let mut fault = refused("RunInstances", 500, "InsufficientInstanceCapacity");
    fault["params"] = json!({"InstanceType": "g6.xlarge"});
    lab.fault(&fault);
    let line = "cloudkit find search g6.xlarge m7i.large -r us-east-1 --sort=-price \
        | cloudkit launch --ttl 1h --wait accepted";
    let screen = home.run(line).ok();
    let since = screen.stderr.find("make bucket cloudkit-123456789012-us-east-1: done").unwrap();
    assert_snapshot!(&screen.stderr[since..], @"
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression): done
    make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32): done
    warning: g6.xlarge in us-east-1: RunInstances refused: InsufficientInstanceCapacity: AWS says why.
    i-xxxxxxxxxxxxxxxxx: accepted
    ");
    assert_eq!(lab.only_machine()["type"], "m7i.large");
}

#[test]
fn what_is_refused_leaves_nothing() {
    let lab = Lab::start();
    let home = lab.home();
    let launch = |code: &str, status: u16| {
        lab.reset();
        lab.fault(&refused("RunInstances", status, code));
        let screen = home.run(LAUNCH);
        lab.nothing_is_left();
        assert_eq!(lab.requests_of("RunInstances").len(), 1, "asking again would not help");
        screen
    };
    for (code, status) in [("InsufficientInstanceCapacity", 500), ("VcpuLimitExceeded", 400)] {
        let error = launch(code, status).exits(4).stderr;
        assert!(
            error.contains("\nhint: ") && error.contains(code),
            "an error says why, also a quiet one: {error}"
        );
    }
    assert_snapshot!(launch("UnauthorizedOperation", 403), @"
    --- stderr
    error: cannot launch m7i.large in us-east-1
    caused by: RunInstances refused: UnauthorizedOperation: AWS says why.
    hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …
    --- exit 3
    ");
    assert_snapshot!(launch("InvalidParameterValue", 400), @"
    --- stderr
    error: cannot launch m7i.large in us-east-1
    caused by: RunInstances refused: InvalidParameterValue: AWS says why.
    --- exit 2
    ");
}

#[test]
fn what_could_not_be_undone_is_6_with_the_command_that_removes_it() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&refused("RunInstances", 500, "InsufficientInstanceCapacity"));
    lab.fault(&refused("DeleteSecurityGroup", 403, "UnauthorizedOperation"));
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1: RunInstances refused: InsufficientInstanceCapacity: AWS says why.
    hint: still there: security group cloudkit-l-xxxxxxxxxxxxxxxx (DeleteSecurityGroup refused: UnauthorizedOperation: AWS says why.); cloudkit launch cleanup --launch l-xxxxxxxxxxxxxxxx --region us-east-1
    --- exit 6
    ");
    assert_eq!(lab.left()["us-east-1"]["security_groups"].as_array().unwrap().len(), 1);
}

#[test]
fn credentials_that_do_not_do_are_3() {
    let lab = Lab::start();
    let mut home = lab.home();
    // Several things are looked at at once; which of them is refused first is chance.
    let hints = |screen: crate::support::Screen| {
        let lines = screen.exits(3).stderr;
        lines.lines().filter(|line| line.starts_with("hint")).collect::<Vec<_>>().join("\n")
    };
    home.set("AWS_ACCESS_KEY_ID", "DENIED");
    assert_snapshot!(hints(home.run(LAUNCH)), @"
    hint: see who you are: aws sts get-caller-identity; another profile: --profile NAME
    hint: or without agent and bucket, by the timer alone, and without --env: --no-agent
    ");
    home.set("AWS_ACCESS_KEY_ID", "EXPIRED");
    assert_snapshot!(hints(home.run(LAUNCH)), @"hint: sign in again: aws sso login, or fetch new keys");
    assert_snapshot!(hints(home.run("cloudkit launch list")), @"hint: sign in again: aws sso login, or fetch new keys");
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
    for line in ["launch list", "launch terminate trainer --yes", "launch cleanup --yes"] {
        home.run(&format!("cloudkit {line}")).exits(3);
    }
    assert_eq!(lab.requests().len(), 0);
    let keys = json!({"Version": 1, "AccessKeyId": "lab", "SecretAccessKey": "lab", "SessionToken": "t",
        "Expiration": (jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10)).to_string()});
    let keys = home.write("keys.json", keys.to_string());
    home.write(".aws/config", format!("[default]\ncredential_process = /bin/cat {}\n", keys.display()));
    assert_snapshot!(home.run(LAUNCH), @"
    --- stderr
    error: the AWS credentials end before YYYY-MM-DDThh:mm:ssZ, too soon for a machine to fetch its agent
    hint: sign in again: aws sso login, or fetch new keys
    --- exit 3
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn an_endpoint_that_does_not_answer_is_5() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let screen = home.run(LAUNCH).exits(5);
    assert!(screen.stderr.contains("\ncaused by: Connection refused"), "{screen}");
    assert_snapshot!(screen.stderr.lines().last().unwrap(), @"hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again");
}

#[test]
fn an_address_that_nobody_knows_is_5_and_the_flag_helps() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/check-ip", &json!({"address": "<html>", "status": 200}));
    assert_snapshot!(home.run(LAUNCH), @r#"
    --- stderr
    error: http://127.0.0.1:[PORT] answers "<html>\n", which is not an address
    hint: say who may reach the machine's SSH port: --ssh-from 203.0.113.7
    --- exit 5
    "#);
    lab.post("/check-ip", &json!({"address": "", "status": 503}));
    home.run(LAUNCH).exits(5);
    home.run(&format!("{LAUNCH} --ssh-from 203.0.113.7 --wait accepted")).ok();
}
