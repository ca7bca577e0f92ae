//! The role of a machine: made, tagged, waited for, undone, cleaned up; and one of somebody's own.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Lab, Screen};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --on-idle stop --wait accepted";

/// The names of the calls that changed something in IAM.
fn changes(lab: &Lab) -> Vec<String> {
    let of_iam = lab.requests().into_iter().filter(|request| request.mutating && request.service == "iam");
    of_iam.map(|request| request.action).collect()
}

#[test]
fn the_role_is_made_tagged_and_given_to_the_machine() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(LAUNCH).ok();
    assert_eq!(
        changes(&lab),
        ["CreateRole", "PutRolePolicy", "CreateInstanceProfile", "AddRoleToInstanceProfile"]
    );
    assert_snapshot!(format!("{:#}", lab.left()["global"]), @r#"
    {
      "instance_profiles": [
        {
          "name": "cloudkit-l-xxxxxxxxxxxxxxxx",
          "path": "/cloudkit/",
          "tags": {
            "cloudkit:launch": "l-xxxxxxxxxxxxxxxx",
            "cloudkit:managed": "true",
            "cloudkit:parent": "launch:l-xxxxxxxxxxxxxxxx",
            "cloudkit:version": "0.1.0"
          }
        }
      ],
      "roles": [
        {
          "name": "cloudkit-l-xxxxxxxxxxxxxxxx",
          "path": "/cloudkit/",
          "tags": {
            "cloudkit:launch": "l-xxxxxxxxxxxxxxxx",
            "cloudkit:managed": "true",
            "cloudkit:parent": "launch:l-xxxxxxxxxxxxxxxx",
            "cloudkit:version": "0.1.0"
          }
        }
      ]
    }
    "#);
    let policy = lab.requests_of("PutRolePolicy")[0].params["PolicyDocument"].clone();
    let policy: Value = serde_json::from_str(policy.as_str().unwrap()).unwrap();
    assert_eq!(policy["Statement"][0]["Sid"], "EndItself");
    assert_snapshot!(lab.requests_of("CreateRole")[0].params["AssumeRolePolicyDocument"].as_str().unwrap(), @r#"{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"}}],"Version":"2012-10-17"}"#);
    let profile = lab.only_machine()["launch_parameters"]["IamInstanceProfile.Name"].clone();
    assert_eq!(profile, lab.left()["global"]["instance_profiles"][0]["name"]);
}

#[test]
fn a_profile_that_ec2_does_not_know_yet_is_asked_for_again() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/instance-profiles", &json!({"unknown_launches": 1}));
    let screen = home.run(LAUNCH).ok();
    assert!(screen.stderr.contains("does not know the instance profile yet"), "{}", screen.stderr);
    let requests = lab.requests_of("RunInstances");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body_sha256, requests[1].body_sha256, "the very same request");
    lab.only_machine();
}

#[test]
fn after_each_step_that_fails_nothing_is_left() {
    let lab = Lab::start();
    let home = lab.home();
    for action in [
        "CreateRole",
        "PutRolePolicy",
        "CreateInstanceProfile",
        "AddRoleToInstanceProfile",
        "CreateBucket",
        "CreateSecurityGroup",
        "RunInstances",
    ] {
        lab.reset();
        lab.fault(&json!({"kind": "error", "action": action, "status": 403, "code": "AccessDenied",
            "message": "You are not authorized."}));
        let screen = home.run(LAUNCH);
        assert_eq!(screen.code, 3, "{action}: {screen}");
        assert_eq!(lab.left(), json!({}), "{action}");
    }
    lab.reset();
    lab.fault(&json!({"kind": "error", "action": "PutRolePolicy", "status": 403, "code": "AccessDenied",
        "message": "You are not authorized."}));
    assert_snapshot!(errors(&home.run(LAUNCH)), @"
    removed again: role cloudkit-l-xxxxxxxxxxxxxxxx
    error: cannot make role cloudkit-l-xxxxxxxxxxxxxxxx
    caused by: PutRolePolicy refused: AccessDenied: You are not authorized.
    hint: give it a profile that somebody made for you: --iam-profile NAME
    hint: or leave out --on-idle, --on-deadline, --on-complete and --ssm: what is terminated needs no role
    ");
}

fn errors(screen: &Screen) -> String {
    let told = ["error", "caused", "hint", "removed"];
    let its = |line: &&str| told.iter().any(|word| line.starts_with(word));
    screen.stderr.lines().filter(its).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_answer_that_is_lost_costs_no_launch() {
    let lab = Lab::start();
    let home = lab.home();
    for kind in ["lost-answer", "drop"] {
        lab.reset();
        for action in ["CreateRole", "PutRolePolicy", "CreateInstanceProfile", "AddRoleToInstanceProfile"] {
            lab.fault(&json!({"kind": kind, "action": action, "times": 1}));
        }
        home.run(LAUNCH).ok();
        lab.only_machine();
        let left = &lab.left()["global"];
        assert_eq!(left["roles"].as_array().unwrap().len(), 1, "{kind}");
        assert_eq!(left["instance_profiles"].as_array().unwrap().len(), 1, "{kind}");
    }
}

#[test]
fn what_can_not_be_removed_again_is_named() {
    let lab = Lab::start();
    let home = lab.home();
    for action in ["CreateSecurityGroup", "DeleteInstanceProfile"] {
        lab.fault(&json!({"kind": "error", "action": action, "status": 403, "code": "AccessDenied",
            "message": "You are not authorized."}));
    }
    let screen = home.run(LAUNCH);
    assert_eq!(screen.code, 6);
    assert_snapshot!(errors(&screen), @"
    removed again: object agent/[SHA256]/cloudkit.gz in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    removed again: role cloudkit-l-xxxxxxxxxxxxxxxx
    error: cannot make security group cloudkit-l-xxxxxxxxxxxxxxxx
    caused by: CreateSecurityGroup refused: AccessDenied: You are not authorized.
    hint: still there: instance profile cloudkit-l-xxxxxxxxxxxxxxxx (DeleteInstanceProfile refused: AccessDenied: You are not authorized.); cloudkit launch cleanup --launch l-xxxxxxxxxxxxxxxx
    ");
}

#[test]
fn the_role_goes_when_the_machine_has_ended() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(&format!("{LAUNCH} -n trainer -r eu-north-1")).ok();
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    lab.until_it_is(&id, "running");
    // The machine is in a region that is not asked about, and serves it all the same.
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 --yes -o table"), @"
    --- stderr
    nothing is left over
    ");
    lab.post(&format!("/machines/{id}/power-off"), &json!({}));
    lab.until_it_is(&id, "stopped");
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 --yes -o table"), @"
    --- stderr
    nothing is left over
    ");
    home.run("cloudkit launch terminate trainer --yes -r eu-north-1").ok();
    lab.until_it_is(&id, "terminated");
    lab.fault(&json!({"kind": "drop", "action": "DescribeInstances", "region": "eu-west-1"}));
    assert_snapshot!(first_lines(&home.run("cloudkit launch cleanup -r us-east-1 --yes -o table")), @"
    --- stderr
    warning: roles could not be looked for, so none is shown: DescribeInstances got no answer
    nothing else is left over
    --- exit 5
    ");
    lab.clear_faults();
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 --bucket --yes -o table"), @"
    KIND            ID                                REGION      LAUNCH              REMOVED
    security group  sg-xxxxxxxxxxxxxxxxx              eu-north-1  l-xxxxxxxxxxxxxxxx  yes
    bucket          cloudkit-123456789012-eu-north-1  eu-north-1  -                   yes
    role            cloudkit-l-xxxxxxxxxxxxxxxx       global      l-xxxxxxxxxxxxxxxx  yes
    ");
    lab.nothing_is_left();
}

fn first_lines(screen: &Screen) -> String {
    screen.to_string().lines().take(4).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_may_not_see_roles_cleans_up_the_rest() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "ListRoles", "status": 403, "code": "AccessDenied",
        "message": "User ada is not authorized to perform: iam:ListRoles"}));
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 -o table"), @"
    --- stderr
    warning: roles could not be looked for: ListRoles refused: AccessDenied: User ada is not authorized to perform: iam:ListRoles
    nothing is left over
    ");
}

#[test]
fn session_manager_alone_needs_a_role_and_no_other_ending() {
    let lab = Lab::start();
    let home = lab.home();
    let plan = home.run("cloudkit launch -t m7i.large --ttl 1h --ssm --dry-run -o json").ok().json();
    assert_eq!(plan["ending"]["shutdown_behavior"], "terminate");
    let policy = &plan["candidates"][0]["preparation"][0]["policy"];
    assert_snapshot!(format!("{policy:#}"), @r#"
    {
      "Statement": [
        {
          "Action": [
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel"
          ],
          "Effect": "Allow",
          "Resource": [
            "*"
          ],
          "Sid": "SessionManager"
        }
      ],
      "Version": "2012-10-17"
    }
    "#);
    assert!(!policy.to_string().contains("GetParameter"), "no machine reads the account's secrets");
}

/// A call to IAM by somebody with another tool.
fn iam(lab: &Lab, action: &str, parameters: &[(&str, &str)]) {
    let signed = "AWS4-HMAC-SHA256 Credential=lab/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";
    let form = [("Action", action), ("Version", "2010-05-08")].into_iter().chain(parameters.iter().copied());
    ureq::post(&lab.addresses.aws).header("Authorization", signed).send_form(form).unwrap();
}

/// A profile `trainer` of somebody's own, whose role has this policy.
fn own_profile(lab: &Lab, policy: &Value) {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    .to_string();
    let policy = policy.to_string();
    iam(lab, "CreateInstanceProfile", &[("InstanceProfileName", "trainer"), ("Path", "/team/")]);
    iam(lab, "CreateRole", &[("RoleName", "train"), ("AssumeRolePolicyDocument", &trust)]);
    iam(lab, "AddRoleToInstanceProfile", &[("InstanceProfileName", "trainer"), ("RoleName", "train")]);
    iam(lab, "PutRolePolicy", &[("RoleName", "train"), ("PolicyName", "own"), ("PolicyDocument", &policy)]);
    let shared = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssmmessages:*",
        "Resource": "*"}]})
    .to_string();
    iam(lab, "CreatePolicy", &[("PolicyName", "shared"), ("PolicyDocument", &shared)]);
    let arn = "arn:aws:iam::123456789012:policy/shared";
    iam(lab, "AttachRolePolicy", &[("RoleName", "train"), ("PolicyArn", arn)]);
}

fn warnings(screen: &Screen) -> String {
    screen.stdout.lines().filter(|line| line.contains("role ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_profile_of_ones_own_is_used_as_it_is_and_what_it_lacks_is_told() {
    let lab = Lab::start();
    let home = lab.home();
    let statement = |action: &str, condition: &Value| {
        json!({"Version": "2012-10-17", "Statement":
        {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}})
    };
    own_profile(&lab, &statement("ec2:StopInstances", &json!({})));
    let made = changes(&lab).len();
    let plan = |flags: &str| {
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --iam-profile trainer {flags} --dry-run"))
            .ok()
    };
    assert_snapshot!(warnings(&plan("")), @"  role     that of instance profile trainer, as it is");
    assert_snapshot!(warnings(&plan("--ssm --on-idle hibernate")), @"
    role     that of instance profile trainer, as it is
    warning  the role of trainer does not allow ec2:TerminateInstances, ssm:UpdateInstanceInformation
    ");
    assert_snapshot!(warnings(&plan("--on-idle hibernate --on-deadline stop --on-complete stop")), @"  role     that of instance profile trainer, as it is");
    let policy = statement("ec2:*", &json!({"StringEquals": {"aws:ResourceTag/team": "a"}})).to_string();
    iam(&lab, "PutRolePolicy", &[("RoleName", "train"), ("PolicyName", "own"), ("PolicyDocument", &policy)]);
    assert_snapshot!(warnings(&plan("--on-idle hibernate")), @"
    role     that of instance profile trainer, as it is
    warning  whether the role of trainer allows ec2:StopInstances, ec2:TerminateInstances is not known: its policies hang on what is not known before the launch
    ");
    lab.fault(
        &json!({"kind": "error", "action": "GetInstanceProfile", "status": 403, "code": "AccessDenied",
        "message": "User ada is not authorized to perform: iam:GetInstanceProfile"}),
    );
    assert_snapshot!(warnings(&plan("--on-idle hibernate")), @"
    role     that of instance profile trainer, as it is
    warning  whether the role of trainer allows ec2:StopInstances, ec2:TerminateInstances is not known: GetInstanceProfile refused: AccessDenied: User ada is not authorized to perform: iam:GetInstanceProfile
    ");
    home.run("cloudkit launch -t m7i.large --ttl 1h --iam-profile trainer --on-idle stop --wait accepted")
        .ok();
    assert_eq!(lab.only_machine()["launch_parameters"]["IamInstanceProfile.Name"], "trainer");
    assert_eq!(changes(&lab).len(), made + 1, "nothing is made or changed");
}

#[test]
fn a_profile_that_can_not_be_used_is_refused() {
    let lab = Lab::start();
    let home = lab.home();
    let launch = |profile: &str| {
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --iam-profile {profile} --quiet"))
    };
    assert_snapshot!(launch("trainer"), @"
    --- stderr
    error: there is no instance profile trainer
    hint: see the profiles there are: aws iam list-instance-profiles
    --- exit 2
    ");
    assert_snapshot!(launch("arn:aws:iam::123456789012:role/x"), @r#"
    --- stderr
    error: invalid value 'arn:aws:iam::123456789012:role/x' for '--iam-profile <NAME|ARN>': "arn:aws:iam::123456789012:role/x" is not an instance profile's name, or its ARN such as arn:aws:iam::123456789012:instance-profile/trainer
    hint: every flag with its values: --help
    --- exit 2
    "#);
    iam(&lab, "CreateInstanceProfile", &[("InstanceProfileName", "trainer")]);
    assert_snapshot!(launch("trainer"), @"
    --- stderr
    error: instance profile trainer holds no role, so EC2 does not launch with it
    hint: give it one: aws iam add-role-to-instance-profile --instance-profile-name trainer --role-name ROLE
    --- exit 2
    ");
    assert_snapshot!(launch("arn:aws:iam::210987654321:instance-profile/trainer"), @"
    --- stderr
    error: instance profile trainer belongs to account 210987654321
    hint: name a profile of the account that you launch in
    --- exit 2
    ");
}
