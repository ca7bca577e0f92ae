//! `launch list`: every machine, wherever it is, and what could not be looked at.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Lab;

#[test]
fn machines_of_every_region_are_listed() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch list -o table"), @"
    --- stderr
    no machines
    ");
    assert_snapshot!(home.run("cloudkit launch list -o json"), @"
    []
    --- stderr
    no machines
    ");
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    home.run("cloudkit launch -t t3.small --ttl 2h --name tester --region eu-north-1 --wait running").ok();
    assert_snapshot!(home.run("cloudkit launch list -o table"), @"
    NAME     ID                   TYPE       REGION      STATE    ENDS                  ADDRESS
    tester   i-xxxxxxxxxxxxxxxxx  t3.small   eu-north-1  running  YYYY-MM-DDThh:mm:ssZ  127.0.0.1
    trainer  i-xxxxxxxxxxxxxxxxx  m7i.large  us-east-1   running  YYYY-MM-DDThh:mm:ssZ  127.0.0.1
    --- stderr
    columns that did not fit: OWNER (-o wide shows them)
    ");
    assert_snapshot!(home.run("cloudkit launch list -o wide"), @"
    NAME     ID                   TYPE       REGION      ZONE      MARKET     STATE    ENDS                  ADDRESS    OWNER      WHY
    tester   i-xxxxxxxxxxxxxxxxx  t3.small   eu-north-1  eun1-az1  on-demand  running  YYYY-MM-DDThh:mm:ssZ  127.0.0.1  user/moto  -
    trainer  i-xxxxxxxxxxxxxxxxx  m7i.large  us-east-1   use1-az6  on-demand  running  YYYY-MM-DDThh:mm:ssZ  127.0.0.1  user/moto  -
    ");
    let rows = home.run("cloudkit launch list").ok().lines_of_json();
    assert_snapshot!(format!("{:#}", rows[1]), @r#"
    {
      "address": "127.0.0.1",
      "deadline": "YYYY-MM-DDThh:mm:ssZ",
      "instance_id": "i-xxxxxxxxxxxxxxxxx",
      "instance_type": "m7i.large",
      "launch": "l-xxxxxxxxxxxxxxxx",
      "launched_at": "YYYY-MM-DDThh:mm:ssZ",
      "market": "on-demand",
      "name": "trainer",
      "owner": "user/moto",
      "region": "us-east-1",
      "schema": "cloudkit.machine/v1",
      "state": "running",
      "zone": "use1-az6"
    }
    "#);
    let of_region = home.run("cloudkit launch list --region 'eu-*' -o name").ok();
    assert_eq!(of_region.stdout.trim(), rows[0]["instance_id"]);
    home.run("cloudkit launch list --region mars-1").exits(2);
}

#[test]
fn a_region_that_fails_is_named_and_the_others_are_shown() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait accepted").ok();
    lab.fault(&json!({"kind": "error", "action": "DescribeInstances", "region": "eu-north-1", "status": 503,
        "code": "Unavailable", "message": "The service is unavailable."}));
    let screen = home.run("cloudkit launch list -r us-east-1,eu-north-1 --quiet").exits(5);
    assert_eq!(screen.lines_of_json().len(), 1);
    assert_snapshot!(screen.stderr, @"warning: eu-north-1 could not be asked, so what is there is not shown: DescribeInstances refused: Unavailable: The service is unavailable.");
    lab.fault(&json!({"kind": "error", "action": "DescribeInstances", "region": "eu-west-3", "status": 403,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    home.run("cloudkit launch list -r us-east-1,eu-north-1,eu-west-3").exits(3);
    home.run("cloudkit launch list -r us-east-1,eu-west-3,eu-north-1").exits(3);
}

#[test]
fn what_others_wrote_into_a_tag_does_not_reach_the_terminal() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted").ok();
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    lab.post(&format!("/machines/{id}/tags"), &json!({"Name": "\u{9b}2Jgone\nzzz"}));
    let screen = home.run("cloudkit launch list -r us-east-1 -o table").ok();
    assert!(!screen.stdout.contains('\u{9b}'), "{screen:?}");
    assert_eq!(screen.stdout.lines().count(), 2, "{screen}");
}

#[test]
fn machines_that_others_made_are_none_of_ours() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted").ok();
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    lab.post(&format!("/machines/{id}/tags"), &json!({"cloudkit:managed": "false"}));
    assert_eq!(home.run("cloudkit launch list -r us-east-1").ok().stdout, "");
    home.run(&format!("cloudkit launch terminate {id} --yes -r us-east-1")).exits(1);
}
