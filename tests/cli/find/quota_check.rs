//! `--check-quotas` and `--fits`: whether the account's quotas have room for what is offered.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

/// A lab whose account may have 8 vCPUs of each class on demand, and 0 as spot.
fn lab_with_little_room() -> Lab {
    let lab = Lab::start();
    for (code, limit) in [("L-DB2E81BA", 8), ("L-3819A6DF", 0)] {
        lab.post("/quotas", &json!({"region": "us-east-1", "code": code, "value": limit}));
    }
    lab
}

#[test]
fn each_offer_is_held_against_the_quota_of_its_market() {
    let lab = lab_with_little_room();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find capacity g6.xlarge g6.4xlarge --check-quotas --count 2 -o table"), @"
    TYPE        REGION     MARKET     USD/HOUR  QUOTA                   VCPUS  DEVICES       ZONES
    g6.xlarge   us-east-1  on-demand    0.8048  fits: 0 of 8 used           4  1 x L4 (22 …  use1-az1 u…
    g6.4xlarge  us-east-1  on-demand    1.3232  too small: 0 of 8 used     16  1 x L4 (22 …  use1-az1 u…
    g6.4xlarge  us-east-1  spot              -  too small: 0 of 0 used     16  1 x L4 (22 …  use1-az1 u…
    g6.xlarge   us-east-1  spot              -  too small: 0 of 0 used      4  1 x L4 (22 …  use1-az1 u…
    --- stderr
    region us-east-1 (AWS_REGION); --region all searches the world
    columns that did not fit: AS OF, MEMORY (-o wide shows them)
    ");
    assert_snapshot!(home.run("cloudkit find capacity g6.xlarge g6.4xlarge --fits --count 2 -o name"), @"
    g6.xlarge
    --- stderr
    region us-east-1 (AWS_REGION); --region all searches the world
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    3 offers left out, because the quotas have no room; --check-quotas shows them
    ");
}

#[test]
fn blocks_are_charged_to_quotas_of_machines_which_are_not_checked() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge p6-b200.48xlarge --check-quotas -o jsonl -r us-west-2 --limit 0"), @"
    --- stderr
    quotas of capacity blocks count machines, not vCPUs, and are not checked; see Service Quotas: L-DA6814F2 (p5), p6-b200 (code not known)
    warning: of 3 offers it is not known whether the quotas have room
    6 offers left out; a higher --limit shows them
    ");
    let rows = home.run("cloudkit find capacity p5.48xlarge --check-quotas").ok().lines_of_json();
    let quota = |market: &str| rows.iter().find(|row| row["market"] == market).unwrap()["quota"].clone();
    assert_eq!(
        (quota("on-demand")["code"].as_str(), quota("capacity-block")),
        (Some("L-417A185B"), json!(null))
    );
    // What is not known to fit is not shown as fitting; what the account holds already is.
    lab.post(
        "/capacity-reservations",
        &json!({"region": "us-east-1", "CapacityReservationId": "cr-00000000000000001", "TotalInstanceCount": 1,
            "InstanceType": "p5.48xlarge", "AvailabilityZone": "us-east-1a", "ReservationType": "capacity-block"}),
    );
    let rows = home.run("cloudkit find capacity p5.48xlarge --reservations --fits").ok().lines_of_json();
    let blocks: Vec<_> = rows.iter().filter(|row| row["market"] == "capacity-block").collect();
    assert_eq!(blocks.len(), 1, "{blocks:?}");
    assert_eq!(blocks[0]["reservation_id"], "cr-00000000000000001");
}

#[test]
fn without_an_account_nothing_is_known_to_fit() {
    let home = Home::new();
    assert_snapshot!(home.run("cloudkit find search g6.xlarge -r us-east-1 --check-quotas -o name"), @"
    g6.xlarge
    --- stderr
    warning: the quotas could not be checked: no AWS credentials were found
    hint: sign in: aws configure, or aws sso login, and name the profile with --profile if it is not the default
    --- exit 3
    ");
    assert_snapshot!(home.run("cloudkit find search g6.xlarge -r us-east-1 --fits -o name"), @"
    --- stderr
    warning: the quotas could not be checked: no AWS credentials were found
    hint: sign in: aws configure, or aws sso login, and name the profile with --profile if it is not the default
    warning: 1 offer left out, because it is not known whether the quotas have room; --check-quotas shows them
    --- exit 3
    ");
}
