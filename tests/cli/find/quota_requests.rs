//! `find quotas --request` and `--submit`: which requests are worth filing, the commands for them, and filing them.

use insta::assert_snapshot;
use serde_json::json;

#[cfg(unix)]
use crate::support::Terminal;
use crate::support::{Home, Lab};

/// An account whose machines of G and VT have a limit of 8 vCPUs, of which a reservation holds 4.
fn lab_with_little() -> Lab {
    let lab = Lab::start();
    for code in ["L-DB2E81BA", "L-3819A6DF"] {
        lab.post("/quotas", &json!({"region": "us-east-1", "code": code, "value": 8}));
    }
    lab.post(
        "/capacity-reservations",
        &json!({"region": "us-east-1", "AvailabilityZone": "us-east-1a",
        "TotalInstanceCount": 1, "InstanceType": "g6.xlarge"}),
    );
    lab
}

#[test]
fn the_commands_are_printed_as_they_are_to_be_run() {
    let lab = lab_with_little();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find quotas --family g --request --target 64"), @"
    aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --desired-value 64 --region us-east-1
    aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-3819A6DF --desired-value 64 --region us-east-1
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    ");
    assert_snapshot!(home.run("cloudkit find quotas --type g6.xlarge --count 2 --request"), @"
    aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-DB2E81BA --desired-value 12 --region us-east-1
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    g spot in us-east-1: there is room for 8 vCPUs already
    ");
    assert_snapshot!(home.run("cloudkit find quotas --family p6-b200 --market spot --request --target 192"), @"
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    error: the code of p6 spot in us-east-1 is not known, so nothing can be asked for
    --- exit 1
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_target_that_is_not_above_the_limit_is_refused() {
    let lab = lab_with_little();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find quotas --family g --market spot --submit --yes --target 8"), @"
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    error: 8 is not above the limit of g spot in us-east-1, which is 8
    hint: leave out what has enough: --family, --market, --region
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_request_says_which_quotas_and_which_limit() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find quotas --request --target 64"), @"
    --- stderr
    error: a request has to say which quotas are meant
    hint: name them: --family g, or --instance-type g6.xlarge
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find quotas --family g --request"), @"
    --- stderr
    error: a request has to say which limit is to be asked for
    hint: name it: --target 64
    hint: or let it be derived from what is used: --instance-type g6.xlarge --count 4
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit find quotas --type g6.99xlarge --request"), @"
    --- stderr
    error: how many vCPUs g6.99xlarge has is not known
    hint: name the limit: --target 64
    --- exit 2
    ");
    home.run("cloudkit find quotas --family g --target 64").exits(2);
    home.run("cloudkit find quotas --family g --request --target 0").exits(2);
    home.run("cloudkit find quotas --family g --request --count 2").exits(2);
}

#[test]
fn usage_that_is_not_known_makes_no_target() {
    let lab = lab_with_little();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "DescribeInstances", "status": 403, "code": "UnauthorizedOperation",
        "message": "not authorized"}));
    let screen = home.run("cloudkit find quotas --type g6.xlarge --request").exits(2);
    assert!(screen.stderr.contains("what is used of g on-demand in us-east-1 is not known"), "{screen}");
}

#[test]
fn without_a_terminal_nothing_is_filed_unless_confirmed_beforehand() {
    let lab = lab_with_little();
    let home = lab.home();
    let line = "cloudkit find quotas --family g --market on-demand --target 64 --submit -o json";
    assert_snapshot!(home.run(line), @r#"
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    {"schema":"cloudkit.error/v1","error":"this has to be confirmed, and there is no terminal to ask on: Ask AWS, for account 123456789012, to raise g on-demand in us-east-1 from 8 to 64 vCPUs?","caused_by":[],"hints":["confirm it beforehand: --yes"],"exit_code":2}
    --- exit 2
    "#);
    assert_eq!(lab.changes(), [""; 0]);
    let filed = home.run(&format!("{line} --yes")).ok().json();
    assert_eq!(filed.as_array().unwrap().len(), 1);
    let row = &filed[0];
    assert_eq!(row["schema"], "cloudkit.quota-request/v1");
    assert_eq!(
        (&row["code"], &row["limit_vcpus"], &row["desired"]),
        (&json!("L-DB2E81BA"), &json!(8), &json!(64))
    );
    assert_eq!((&row["region"], &row["status"]), (&json!("us-east-1"), &json!("pending")));
    let asked = lab.requests_of("RequestServiceQuotaIncrease").pop().unwrap();
    assert_eq!(
        (&asked.params["QuotaCode"], &asked.params["DesiredValue"]),
        (&json!("L-DB2E81BA"), &json!(64.0))
    );
}

#[test]
fn an_open_request_is_shown_and_not_made_twice() {
    let lab = lab_with_little();
    let home = lab.home();
    home.run("cloudkit find quotas --family g").ok();
    let line = "cloudkit find quotas --family g --market on-demand --target 64";
    let filed = home.run(&format!("{line} --submit --yes")).ok().lines_of_json();
    let id = filed[0]["id"].as_str().unwrap();
    // What was kept before is not shown any more.
    let rows = home.run("cloudkit find quotas --family g").ok().lines_of_json();
    let open = &rows[0]["pending_request"];
    assert_eq!((&open["id"], &open["desired"], &open["status"]), (&json!(id), &json!(64), &json!("pending")));
    assert!(open["created"].is_string() && rows[1]["pending_request"].is_null());
    lab.post("/quota-requests", &json!({"id": id, "status": "CASE_OPENED"}));
    let screen = home.run("cloudkit find quotas --family g --market on-demand --fresh -o table").ok();
    assert_snapshot!(screen, @"
    REGION     CLASS  MARKET     LIMIT  USED  FREE  STATUS  REQUESTED         CODE
    us-east-1  g      on-demand      8     4     4  ok      64 (case-opened)  L-DB2E81BA
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    ");
    for how in ["--request", "--submit --yes"] {
        let screen = home.run(&format!("{line} {how}")).ok();
        assert_eq!(screen.stdout, "");
        assert!(
            screen.stderr.contains(&format!("a request for 64 is open already ({id}, case-opened)")),
            "{screen}"
        );
    }
    assert_eq!(lab.requests_of("RequestServiceQuotaIncrease").len(), 1);
    lab.post("/quota-requests", &json!({"id": id, "status": "APPROVED"}));
    let rows = home.run("cloudkit find quotas --family g --fresh").ok().lines_of_json();
    assert_eq!((&rows[0]["limit_vcpus"], &rows[0]["pending_request"]), (&json!(64), &json!(null)));
}

#[test]
fn one_that_aws_refuses_does_not_keep_the_others_from_being_filed() {
    let lab = lab_with_little();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "RequestServiceQuotaIncrease", "params": {"QuotaCode": "L-DB2E81BA"},
        "status": 400, "code": "QuotaExceededException", "message": "too many requests are open"}));
    let screen = home.run("cloudkit find quotas --family g --target 64 --submit --yes").exits(4);
    assert_eq!(screen.lines_of_json()[0]["code"], "L-3819A6DF");
    assert!(screen.stderr.contains("too many requests are open"), "{screen}");
}

#[cfg(unix)]
#[test]
fn a_person_is_asked_with_account_and_region() {
    let lab = lab_with_little();
    let home = lab.home();
    let line = "cloudkit find quotas --family g --market on-demand --target 64 --submit -o json";
    let question = "Ask AWS, for account 123456789012, to raise g on-demand in us-east-1 from 8 to 64 vCPUs?";
    for answer in ["n\r", "\r"] {
        Terminal::typed(&home, line).sees(question).answers(answer).sees("nothing was asked for").ends(1);
    }
    assert_eq!(lab.changes(), [""; 0]);
    Terminal::typed(&home, line).sees(question).answers("y\r").sees("\"status\": \"pending\"").ends(0);
    assert_eq!(lab.changes(), ["RequestServiceQuotaIncrease"]);
}
