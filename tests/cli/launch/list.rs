//! `launch list`: every machine, wherever it is, and what could not be looked at.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

/// A table without what differs from run to run: spans of time, sums, and the widths of their columns.
fn table(home: &Home, line: &str) -> String {
    let mut shown = home.run(line).ok().to_string();
    for (pattern, instead) in
        [(r"\b(\d+[wdhms]){1,2}\b", "[SPAN]"), (r"\b0\.00\d*\b", "[USD]"), (r" {2,}", "  ")]
    {
        shown = regex::Regex::new(pattern).unwrap().replace_all(&shown, instead).into_owned();
    }
    shown
}

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
    assert_snapshot!(table(&home, "cloudkit launch list -o table"), @"
    NAME  ID  TYPE  REGION  MARKET  STATE  AGE  ENDS IN  SPENT USD
    tester  i-xxxxxxxxxxxxxxxxx  t3.small  eu-north-1  on-demand  running  [SPAN]  [SPAN]  [USD]
    trainer  i-xxxxxxxxxxxxxxxxx  m7i.large  us-east-1  on-demand  running  [SPAN]  [SPAN]  [USD]
    --- stderr
    columns that did not fit: ADDRESS, OWNER (-o wide shows them)
    ");
    assert_snapshot!(table(&home, "cloudkit launch list -o wide"), @"
    NAME  ID  TYPE  REGION  ZONE  MARKET  STATE  AGE  ENDS IN  ENDS  AGENT SAYS  USD/HOUR  SPENT USD  ADDRESS  OWNER  LAUNCH  WHY
    tester  i-xxxxxxxxxxxxxxxxx  t3.small  eu-north-1  eun1-az1  on-demand  running  [SPAN]  [SPAN]  YYYY-MM-DDThh:mm:ssZ  -  0.0266  [USD]  127.0.0.1  user/moto  l-xxxxxxxxxxxxxxxx  -
    trainer  i-xxxxxxxxxxxxxxxxx  m7i.large  us-east-1  use1-az6  on-demand  running  [SPAN]  [SPAN]  YYYY-MM-DDThh:mm:ssZ  -  0.1058  [USD]  127.0.0.1  user/moto  l-xxxxxxxxxxxxxxxx  -
    ");
    let mut rows = home.run("cloudkit launch list").ok().lines_of_json();
    assert!(rows[1]["spent_usd"].as_str().unwrap().parse::<f64>().unwrap() < 0.1);
    rows[1]["spent_usd"] = json!("[USD]");
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
      "price_source": "embedded 2025-03-02",
      "region": "us-east-1",
      "schema": "cloudkit.machine/v1",
      "spent_usd": "[USD]",
      "state": "running",
      "usd_hour": "0.1058",
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
    for verb in ["list", "cost"] {
        let screen = home.run(&format!("cloudkit launch {verb} -r eu-west-3")).exits(3);
        assert!(!screen.stderr.contains("no machines"), "what could not be asked is not empty: {screen}");
    }
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
fn how_long_a_machine_has_no_work_is_shown_where_its_agent_says_so() {
    let lab = Lab::start();
    let home = lab.home();
    for name in ["trainer", "tester"] {
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name {name} --wait running")).ok();
    }
    let machines = lab.machines();
    let id = |name: &str| {
        let machine = machines.iter().find(|machine| machine["tags"]["Name"] == name).unwrap();
        machine["id"].as_str().unwrap().to_owned()
    };
    let says = |name: &str, text: &str| {
        lab.post(&format!("/machines/{}/tags", id(name)), &json!({"cloudkit:status": text}))
    };
    says("trainer", "idle 42m, no session");
    says("tester", "busy: cpu 97%");
    let idle = || {
        let rows = home.run("cloudkit launch list -r us-east-1").ok().lines_of_json();
        rows.iter().map(|row| row["idle_seconds"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(idle(), [json!(null), json!(2520)]);
    let table = home.run("cloudkit launch list -r us-east-1 -o table").ok().stdout;
    assert!(table.lines().next().unwrap().contains("IDLE FOR"), "{table}");
    assert!(table.lines().nth(2).unwrap().contains(" 42m "), "{table}");
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id("trainer"), "stopped");
    assert_eq!(idle(), [json!(null), json!(null)], "what it said before it stopped is old");
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

#[test]
fn only_those_that_are_asked_for_are_shown() {
    let lab = Lab::start();
    let home = lab.home();
    for name in ["trainer", "tester"] {
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name {name} --wait running")).ok();
    }
    let names = |flags: &str| {
        let screen = home.run(&format!("cloudkit launch list -r us-east-1 {flags}")).ok();
        let rows = screen.lines_of_json();
        let names: Vec<_> = rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect();
        (names.join(" "), screen.stderr)
    };
    let machines = lab.machines();
    let trainer = machines.iter().find(|machine| machine["tags"]["Name"] == "trainer").unwrap();
    let id = trainer["id"].as_str().unwrap();
    lab.post(&format!("/machines/{id}/tags"), &json!({"team": "vision", "cloudkit:owner": "user/grace"}));
    assert_eq!(names("--tag team=vision").0, "trainer");
    assert_eq!(names("--mine").0, "tester");
    assert_eq!(names("--market spot").0, "");
    assert_eq!(names("--state stopped,running").0, "tester trainer");
    assert_eq!(
        names(&format!("--launch {}", trainer["tags"]["cloudkit:launch"].as_str().unwrap())).0,
        "trainer"
    );
    home.run("cloudkit launch terminate trainer --yes -r us-east-1").ok();
    lab.until_it_is(id, "terminated");
    assert_eq!(names(""), ("tester".to_owned(), "1 ended ones left out (--all shows them)\n".to_owned()));
    assert_eq!(names("--all").0, "tester trainer");
    assert_eq!(names("--state terminated").0, "trainer");
    assert_snapshot!(home.run("cloudkit launch list --state dead"), @r#"
    --- stderr
    error: invalid value 'dead' for '--state <STATE>': "dead" is not a state: pending, running, stopping, stopped, shutting-down or terminated
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch list --market cheap"), @r#"
    --- stderr
    error: invalid value 'cheap' for '--market <MARKET>': "cheap" is not a market: on-demand, spot, capacity-block or reservation
    hint: every flag with its values: --help
    --- exit 2
    "#);
}
