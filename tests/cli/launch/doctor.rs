//! `launch doctor`: each finding fine, to be mended, and not known; and that nothing is made.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab, Screen};

/// The findings of one kind: state, subject, detail, and the commands that mend it.
fn of(screen: &Screen, check: &str) -> Vec<String> {
    let all: Vec<Value> = serde_json::from_str(&screen.stdout).unwrap_or_else(|_| panic!("{screen}"));
    let mine = all.iter().filter(|finding| finding["check"] == check);
    let line = |finding: &Value| {
        let word = |field: &str| finding[field].as_str().unwrap_or("-").to_owned();
        let fixes = finding["fix"].as_array().into_iter().flatten();
        let fixes: Vec<String> = fixes
            .map(|fix| format!("\n  {}", fix["command"].as_str().or(fix["what"].as_str()).unwrap()))
            .collect();
        format!("{} | {} | {}{}", word("state"), word("subject"), word("detail"), fixes.concat())
    };
    mine.map(line).collect()
}

fn doctor(home: &Home, flags: &str) -> Screen {
    home.run(&format!("cloudkit launch doctor {flags} -o json"))
}

#[track_caller]
fn nothing_was_made(lab: &Lab) {
    assert_eq!(lab.changes(), [""; 0]);
}

fn denied(action: &str) -> Value {
    let (code, message) = ("AccessDeniedException", "You are not authorized to perform this operation.");
    let code = if matches!(
        action,
        "DescribeSubnets"
            | "DescribeInstanceTypeOfferings"
            | "RunInstances"
            | "DescribeRegions"
            | "DescribeVpcs"
    ) {
        "UnauthorizedOperation"
    } else {
        code
    };
    json!({"kind": "error", "action": action, "status": 403, "code": code, "message": message})
}

#[test]
fn a_sound_account_has_nothing_to_fix() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch doctor -t g6.xlarge --spot").ok(), @"
    ok       credentials  user/moto in account 123456789012
    ok       clock        within 60 s of AWS's
    ok       region       us-east-1: the account has it enabled
    ok       key          [HOME]/.ssh/id_ed25519 is let in
    ok       image        g6.xlarge in us-east-1, spot: deep-learning base image on Amazon Linux 2023: ami-017045eaa059a6a35 (since g6.xlarge has an NVIDIA GPU (L4))
    ok       agent        g6.xlarge in us-east-1, spot: a binary for it is on this computer
    ok       offering     g6.xlarge in us-east-1, spot: EC2 offers it in use1-az1, use1-az2, use1-az4, use1-az5, use1-az6
    ok       quota        g6.xlarge in us-east-1, spot: 4 vCPUs; 0 of the 4096 of g spot (L-3819A6DF) are used
    ok       spot-role    123456789012: AWSServiceRoleForEC2Spot is there
    ok       addresses    us-east-1, vpc-xxxxxxxxxxxxxxxxx: 24546 free addresses in 6 subnets
    ok       route        us-east-1, vpc-xxxxxxxxxxxxxxxxx: S3 is reached by an internet gateway
    ok       permission   ec2:RunInstances and ec2:CreateTags in us-east-1: EC2 would do it
    ok       permission   ec2:CreateSecurityGroup in us-east-1: EC2 would do it
    unknown  permission   s3:CreateBucket, s3:PutObject: S3 and IAM have no dry runs
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    looking at the account: done
    0 to fix, 1 not known, 13 ok
    ");
    nothing_was_made(&lab);
    let screen = home.run("cloudkit launch doctor -t g6.xlarge --spot -o jsonl").ok();
    let states: Vec<Value> =
        screen.lines_of_json().into_iter().map(|finding| finding["state"].clone()).collect();
    assert!(states.iter().all(|state| state == "ok" || state == "unknown"), "{screen}");
    assert_snapshot!(screen.stdout.lines().next().unwrap(), @r#"{"schema":"cloudkit.finding/v1","check":"credentials","state":"ok","detail":"user/moto in account 123456789012"}"#);
}

#[test]
fn a_quota_without_room_is_to_be_fixed_and_stops_the_launch() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/quotas", &json!({"region": "us-east-1", "code": "L-DB2E81BA", "value": 2}));
    let screen = doctor(&home, "-t g6.xlarge").exits(1);
    assert_snapshot!(of(&screen, "quota").join("\n"), @"
    fix | g6.xlarge in us-east-1, on-demand | it takes 4 vCPUs, and the limit of g on-demand (L-DB2E81BA) is 2
      cloudkit find quotas --instance-type g6.xlarge --market on-demand --region us-east-1 --request
    ");
    assert_snapshot!(home.run("cloudkit launch -t g6.xlarge --ttl 1h --quiet").exits(4), @"
    --- stderr
    error: g6.xlarge in us-east-1 cannot be launched: it takes 4 vCPUs, and the limit of g on-demand (L-DB2E81BA) is 2
    hint: ask AWS for more: cloudkit find quotas --instance-type g6.xlarge --market on-demand --region us-east-1 --request
    --- exit 4
    ");
    nothing_was_made(&lab);
    lab.fault(&denied("GetServiceQuota"));
    let screen = doctor(&home, "-t g6.xlarge").ok();
    assert_snapshot!(of(&screen, "quota").join("\n"), @"unknown | g6.xlarge in us-east-1, on-demand | GetServiceQuota refused: AccessDeniedException: You are not authorized to perform this operation.");
}

#[test]
fn a_candidate_without_room_is_left_out_while_another_has_some() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/quotas", &json!({"region": "us-east-1", "code": "L-DB2E81BA", "value": 0}));
    let screen = home.run("cloudkit launch -t g6.xlarge,m7i.large --ttl 1h --wait accepted -o json").ok();
    assert_eq!(screen.json()["instance_type"], "m7i.large");
    assert_snapshot!(screen.json()["refused"][0]["reason"], @r#""it takes 4 vCPUs, and the limit of g on-demand (L-DB2E81BA) is 0""#);
    assert_eq!(lab.requests_of("RunInstances").len(), 1);
}

#[test]
fn what_is_used_counts_and_what_has_ended_does_not() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/quotas", &json!({"region": "us-east-1", "code": "L-1216C47A", "value": 3}));
    let launch = || home.run("cloudkit launch -t m7i.large --name a --ttl 1h --wait running --quiet");
    launch().ok();
    assert_snapshot!(of(&doctor(&home, "-t m7i.large").exits(1), "quota").join("\n"), @"
    fix | m7i.large in us-east-1, on-demand | it takes 2 vCPUs, and 2 of the 3 of standard on-demand (L-1216C47A) are used
      cloudkit launch list --region us-east-1
      cloudkit find quotas --instance-type m7i.large --market on-demand --region us-east-1 --request
    ");
    let refused = launch().exits(4);
    assert!(refused.stderr.contains("2 of the 3 of standard on-demand (L-1216C47A) are used"), "{refused}");
    assert_eq!(lab.requests_of("RunInstances").iter().filter(|one| one.mutating).count(), 1);
    lab.post("/timing", &json!({"ending_ms": 0}));
    home.run("cloudkit launch terminate a --yes -r us-east-1").ok();
    lab.until_it_is(lab.only_machine()["id"].as_str().unwrap(), "terminated");
    assert_snapshot!(of(&doctor(&home, "-t m7i.large").ok(), "quota").join("\n"), @"ok | m7i.large in us-east-1, on-demand | 2 vCPUs; 0 of the 3 of standard on-demand (L-1216C47A) are used");
    launch().ok();
}

#[test]
fn that_there_is_no_room_is_never_told_from_memory() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/quotas", &json!({"region": "us-east-1", "code": "L-1216C47A", "value": 1}));
    home.run("cloudkit find quotas").ok();
    home.run("cloudkit launch -t m7i.large --ttl 1h --quiet").exits(4);
    lab.post("/quotas", &json!({"region": "us-east-1", "code": "L-1216C47A", "value": 8}));
    home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted").ok();
}

#[test]
fn a_launch_does_without_what_could_not_be_looked_at() {
    let lab = Lab::start();
    let home = lab.home();
    for action in ["GetServiceQuota", "DescribeInstanceTypeOfferings", "DescribeSubnets", "GetRole"] {
        lab.fault(&denied(action));
    }
    lab.fault(&json!({"kind": "hang", "action": "DescribeCapacityReservations", "ms": 8000}));
    let line = "cloudkit launch -t m7i.large --ttl 1h --wait accepted --timeout 7s -o json";
    let screen = home.run(line).ok();
    assert!(!screen.stderr.contains("refused"), "{screen}");
}

#[test]
fn the_role_for_spot_machines() {
    let lab = Lab::start();
    let home = lab.home();
    let role = |home: &Home| of(&doctor(home, "-t g6.xlarge --spot"), "spot-role").join("\n");
    assert_snapshot!(role(&home), @"ok | 123456789012 | AWSServiceRoleForEC2Spot is there");
    lab.post("/spot-role", &json!({"present": false}));
    assert_snapshot!(role(&home), @"
    fix | 123456789012 | the account has no role for spot machines (AWSServiceRoleForEC2Spot) yet: EC2 makes it at the first one, where the caller may do that (iam:CreateServiceLinkedRole)
      aws iam create-service-linked-role --aws-service-name spot.amazonaws.com
    ");
    let said = home.run("cloudkit launch -t g6.xlarge --spot --ttl 1h --dry-run").ok();
    assert!(said.stdout.contains("aws iam create-service-linked-role"), "{said}");
    home.run("cloudkit launch -t g6.xlarge --spot --ttl 1h --wait accepted --yes").ok();
    assert_snapshot!(role(&home), @"ok | 123456789012 | AWSServiceRoleForEC2Spot is there");
    lab.fault(&denied("GetRole"));
    assert_snapshot!(role(&home), @"unknown | 123456789012 | GetRole refused: AccessDeniedException: You are not authorized to perform this operation.");
}

#[test]
fn addresses_and_the_way_to_s3() {
    let lab = Lab::start();
    let home = lab.home();
    let network = |home: &Home, flags: &str| {
        let screen = doctor(home, &format!("-t m7i.large {flags}"));
        let mut lines = of(&screen, "addresses");
        lines.extend(of(&screen, "route"));
        lines.extend(of(&screen, "machine"));
        lines.join("\n")
    };
    assert_snapshot!(network(&home, ""), @"
    ok | us-east-1, vpc-xxxxxxxxxxxxxxxxx | 24546 free addresses in 6 subnets
    ok | us-east-1, vpc-xxxxxxxxxxxxxxxxx | S3 is reached by an internet gateway
    ");
    let subnets = lab.boto("answer = [s['SubnetId'] for s in ec2.describe_subnets()['Subnets']]");
    for subnet in subnets.as_array().unwrap() {
        lab.post("/subnets", &json!({"id": subnet, "free_addresses": 0}));
    }
    assert_snapshot!(network(&home, ""), @"
    fix | us-east-1, vpc-xxxxxxxxxxxxxxxxx | no subnet for it has a free address: subnet-xxxxxxxxxxxxxxxxx, subnet-xxxxxxxxxxxxxxxxx, subnet-xxxxxxxxxxxxxxxxx, subnet-xxxxxxxxxxxxxxxxx, subnet-xxxxxxxxxxxxxxxxx
      aws ec2 describe-network-interfaces --region us-east-1 --filters Name=status,Values=available Name=subnet-id,Values=subnet-xxxxxxxxxxxxxxxxx,subnet-xxxxxxxxxxxxxxxxx,subnet-xxxxxxxxxxxxxxxxx,subnet-xxxxxxxxxxxxxxxxx,subnet-xxxxxxxxxxxxxxxxx
    ");
    let screen = home.run("cloudkit launch -t m7i.large --ttl 1h --quiet").exits(4);
    assert!(screen.stderr.contains("no subnet for it has a free address"), "{screen}");
    nothing_was_made(&lab);
    lab.reset();
    lab.boto(
        "table = ec2.describe_route_tables()['RouteTables'][0]['RouteTableId']\n\
         ec2.delete_route(RouteTableId=table, DestinationCidrBlock='0.0.0.0/0')\nanswer = table",
    );
    assert_snapshot!(network(&home, ""), @"
    fix | us-east-1, vpc-xxxxxxxxxxxxxxxxx | no subnet of network vpc-xxxxxxxxxxxxxxxxx has a route to an internet gateway: the machine could neither be reached nor fetch its agent from S3
      aws ec2 create-route --region us-east-1 --route-table-id rtb-xxxxxxxxxxxxxxxxx --destination-cidr-block 0.0.0.0/0 --gateway-id $(aws ec2 describe-internet-gateways --region us-east-1 --filters Name=attachment.vpc-id,Values=vpc-xxxxxxxxxxxxxxxxx --query 'InternetGateways[0].InternetGatewayId' --output text)
    ");
    assert_snapshot!(network(&home, "--no-public-ip"), @"
    fix | m7i.large in us-east-1 | no way to S3 without a public address, and the machine fetches from there: subnet-xxxxxxxxxxxxxxxxx (use1-az6), subnet-xxxxxxxxxxxxxxxxx (use1-az1), subnet-xxxxxxxxxxxxxxxxx (use1-az2), subnet-xxxxxxxxxxxxxxxxx (use1-az4), subnet-xxxxxxxxxxxxxxxxx (use1-az3), subnet-xxxxxxxxxxxxxxxxx (use1-az5)
      aws ec2 create-vpc-endpoint --region us-east-1 --vpc-id vpc-xxxxxxxxxxxxxxxxx --service-name com.amazonaws.us-east-1.s3 --route-table-ids rtb-xxxxxxxxxxxxxxxxx
    ");
    lab.fault(&denied("DescribeSubnets"));
    assert_snapshot!(network(&home, ""), @"
    unknown | us-east-1 | DescribeSubnets refused: UnauthorizedOperation: You are not authorized to perform this operation.
    unknown | us-east-1 | DescribeSubnets refused: UnauthorizedOperation: You are not authorized to perform this operation.
    ");
}

#[test]
fn an_offering_is_looked_up_at_ec2() {
    let lab = Lab::start();
    let home = lab.home();
    let offering = |home: &Home, flags: &str| of(&doctor(home, flags), "offering").join("\n");
    assert_snapshot!(offering(&home, "-t m7i.large"), @"ok | m7i.large in us-east-1, on-demand | EC2 offers it in use1-az1, use1-az2, use1-az4, use1-az5, use1-az6");
    assert_snapshot!(offering(&home, "-t p5.48xlarge -z use1-az1"), @"ok | p5.48xlarge in us-east-1, on-demand | EC2 offers it in use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6");
    lab.fault(&denied("DescribeInstanceTypeOfferings"));
    assert_snapshot!(offering(&home, "-t m7i.large"), @"unknown | m7i.large in us-east-1, on-demand | DescribeInstanceTypeOfferings refused: UnauthorizedOperation: You are not authorized to perform this operation.");
    nothing_was_made(&lab);
}

#[test]
fn permissions_are_ec2s_own_dry_runs() {
    let lab = Lab::start();
    let home = lab.home();
    let permissions = |home: &Home, flags: &str| of(&doctor(home, flags), "permission").join("\n");
    assert_snapshot!(permissions(&home, "-t m7i.large"), @"
    ok | ec2:RunInstances and ec2:CreateTags in us-east-1 | EC2 would do it
    ok | ec2:CreateSecurityGroup in us-east-1 | EC2 would do it
    unknown | s3:CreateBucket, s3:PutObject | S3 and IAM have no dry runs
    ");
    lab.fault(&denied("RunInstances"));
    assert_snapshot!(permissions(&home, "-t m7i.large"), @"
    fix | ec2:RunInstances and ec2:CreateTags in us-east-1 | RunInstances refused: UnauthorizedOperation: You are not authorized to perform this operation.
      aws sts get-caller-identity
      aws sts decode-authorization-message --encoded-message …
    ok | ec2:CreateSecurityGroup in us-east-1 | EC2 would do it
    unknown | s3:CreateBucket, s3:PutObject | S3 and IAM have no dry runs
    ");
    lab.clear_faults();
    lab.fault(
        &json!({"kind": "error", "action": "RunInstances", "status": 400, "code": "InvalidParameterValue",
        "message": "AWS says why."}),
    );
    assert_snapshot!(permissions(&home, "-t m7i.large --on-idle stop"), @"
    unknown | ec2:RunInstances and ec2:CreateTags in us-east-1 | RunInstances refused: InvalidParameterValue: AWS says why.
    ok | ec2:CreateSecurityGroup in us-east-1 | EC2 would do it
    unknown | iam:AddRoleToInstanceProfile, iam:CreateInstanceProfile, iam:CreateRole, iam:PassRole, iam:PutRolePolicy, s3:CreateBucket, s3:PutObject | S3 and IAM have no dry runs
    ");
    nothing_was_made(&lab);
}

#[test]
fn who_is_asking_when_and_where() {
    let lab = Lab::start();
    let mut home = lab.home();
    let about = |home: &Home, flags: &str| {
        let screen = doctor(home, flags);
        ["credentials", "clock", "region", "key", "agent", "account"]
            .map(|check| of(&screen, check).join("\n"))
            .join("\n")
    };
    assert_snapshot!(about(&home, "-t m7i.large"), @"
    ok | - | user/moto in account 123456789012
    ok | - | within 60 s of AWS's
    ok | us-east-1 | the account has it enabled
    ok | - | [HOME]/.ssh/id_ed25519 is let in
    ok | m7i.large in us-east-1, on-demand | a binary for it is on this computer
    ");
    lab.post("/clock", &json!({"ahead_s": 1200}));
    lab.fault(&denied("DescribeRegions"));
    assert_snapshot!(of(&doctor(&home, "-t m7i.large").exits(1), "clock").join("\n"), @"
    fix | - | this computer's clock is 20m behind AWS's, and so would every deadline be
      timedatectl set-ntp true
    ");
    assert_snapshot!(about(&home, "-t m7g.large"), @"
    ok | - | user/moto in account 123456789012
    fix | - | this computer's clock is 20m behind AWS's, and so would every deadline be
      timedatectl set-ntp true
    unknown | us-east-1 | DescribeRegions refused: UnauthorizedOperation: You are not authorized to perform this operation.
    ok | - | [HOME]/.ssh/id_ed25519 is let in
    ");
    lab.reset();
    assert_snapshot!(about(&home, "-t m7i.large,t3.micro -r us-east-1,af-south-1"), @"
    ok | - | user/moto in account 123456789012
    ok | - | within 60 s of AWS's
    fix | af-south-1 | the account has not enabled it
      aws account enable-region --region-name af-south-1
    ok | us-east-1 | the account has it enabled


    fix | - | cannot look at the account: GetCallerIdentity refused: InvalidClientTokenId: The security token included in the request is invalid.; so nothing else could be checked
      aws sts get-caller-identity
      another profile: --profile NAME
    ");
    home.set("AWS_ACCESS_KEY_ID", "DENIED");
    assert_snapshot!(about(&home, "-t m7i.large"), @"
    ok | - | user/moto in account 123456789012
    ok | - | within 60 s of AWS's
    unknown | us-east-1 | DescribeRegions refused: UnauthorizedOperation: You are not authorized to perform this operation.


    fix | - | cannot look at bucket cloudkit-123456789012-us-east-1: HeadBucket refused: HTTP 403: it is another account's, or these credentials may not see it; so nothing else could be checked
      aws sts get-caller-identity
      another profile: --profile NAME
      or without agent and bucket, by the timer alone, and without --env: --no-agent
    ");
}

#[test]
fn without_credentials_it_says_how_to_get_some() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.unset("AWS_ACCESS_KEY_ID");
    home.unset("AWS_SECRET_ACCESS_KEY");
    assert_snapshot!(home.run("cloudkit launch doctor -t m7i.large").exits(1), @"
    fix      credentials  no AWS credentials were found; so nothing else could be checked
                          sign in:
                            aws configure, or aws sso login, and name the profile with --profile if it is not the default
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    1 to fix, 0 not known, 0 ok
    --- exit 1
    ");
}

#[test]
fn hibernation() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(of(&doctor(&home, "-t m7i.large --hibernate").ok(), "hibernation").join("\n"), @"ok | m7i.large in us-east-1, on-demand | type and image can hibernate: its root volume of 16 GiB holds the image and the memory");
    assert_snapshot!(of(&doctor(&home, "-t p5.48xlarge --hibernate").exits(1), "machine").join("\n"), @"
    fix | p5.48xlarge in us-east-1 | p5.48xlarge cannot hibernate
      leave out --hibernate
      cloudkit find search --hibernation --memory ..149
    ");
    nothing_was_made(&lab);
}

#[cfg(unix)]
#[test]
fn on_a_terminal_it_needs_no_flags() {
    let lab = Lab::start();
    let home = lab.home();
    let mut terminal = crate::support::Terminal::typed(&home, "cloudkit launch doctor");
    terminal.sees("so this is about t3.micro").sees("EC2 would do it").sees("0 to fix").ends(0);
}

#[test]
fn a_check_writes_no_launch_file() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit launch doctor -t m7i.large --save-file job.yaml"), @"
    --- stderr
    error: a check writes no file, so --save-file means nothing here
    hint: write it without launching: cloudkit launch … --save-file FILE --dry-run
    --- exit 2
    ");
}
