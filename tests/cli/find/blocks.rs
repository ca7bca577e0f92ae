//! `find capacity --blocks`: capacity blocks that can be bought, and what lies near where there is none.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Lab, Request};

fn put(lab: &Lab, region: &str, count: u32, hours: u32, fee: &str) {
    lab.post(
        "/capacity-block-offerings",
        &json!({"region": region, "InstanceType": "p5.48xlarge",
        "CapacityBlockOfferingId": format!("cbr-{count}-{hours}"), "InstanceCount": count,
        "CapacityBlockDurationHours": hours, "UpfrontFee": fee, "AvailabilityZone": format!("{region}a"),
        "StartDate": "2099-01-10T11:30:00Z"}),
    );
}

fn asked(lab: &Lab) -> Vec<(Value, Value)> {
    let requests = lab.requests_of("DescribeCapacityBlockOfferings");
    let pair = |name: &str, request: &Request| request.params[name].clone();
    requests.iter().map(|one| (pair("InstanceCount", one), pair("CapacityDurationHours", one))).collect()
}

#[test]
fn a_block_has_its_price_up_front() {
    let lab = Lab::start();
    let home = lab.home();
    put(&lab, "us-east-1", 2, 48, "3024.48");
    let line = "cloudkit find capacity p5.48xlarge --blocks --count 2 --duration 2d --limit 1";
    assert_snapshot!(home.run(&format!("{line} -o table")), @"
    TYPE         REGION     MARKET          COUNT  UP FRONT  STARTS                ENDS        ID
    p5.48xlarge  us-east-1  capacity-block      2   3024.48  YYYY-MM-DDThh:mm:ssZ  2099-01-12  cbr-2-48
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    columns that did not fit: VCPUS, MEMORY, DEVICES, ZONES (-o wide shows them)
    the first of them is bought by: cloudkit launch buy-block cbr-2-48 -t p5.48xlarge --count 2 --duration 2d -r us-east-1
    ");
    let row = &home.run(line).ok().lines_of_json()[0];
    assert_eq!(
        row["block"],
        json!({"offering_id": "cbr-2-48", "starts_at": "2099-01-10T11:30:00Z",
        "ends_at": "2099-01-12T11:30:00Z", "upfront_usd": "3024.48"})
    );
    assert_eq!(
        (&row["market"], &row["zones"], &row["available_count"]),
        (&json!("capacity-block"), &json!(["use1-az6"]), &json!(2))
    );
    assert!(row["price_usd_hour"].is_null(), "{row}");
    assert!(lab.changes().is_empty());
}

#[test]
fn an_empty_answer_repeats_the_question_and_proposes_the_nearest() {
    let lab = Lab::start();
    let home = lab.home();
    put(&lab, "us-east-1", 2, 48, "3024.48");
    put(&lab, "us-west-2", 8, 72, "12000.00");
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --blocks --count 8 --duration 2d -r us-east-1,us-west-2 -o name"), @"
    --- stderr
    AWS offers no capacity block at this moment for 8 x p5.48xlarge for 2d, in us-east-1, us-west-2
    with --count 2 there is: 1 block from 3024.48 USD up front in us-east-1
    with --duration 3d there is: 1 block from 12000.00 USD up front in us-west-2
    AWS was asked 8 further questions to find that
    --- exit 1
    ");
    let asked = asked(&lab);
    assert_eq!(asked[0], (json!("8"), json!("48")));
    assert!(asked.len() <= 2 + 24, "{asked:?}");
}

#[test]
fn where_fewer_or_shorter_alone_find_nothing_both_are_asked_for() {
    let lab = Lab::start();
    let home = lab.home();
    put(&lab, "us-east-1", 2, 48, "3024.48");
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --blocks --count 4 --duration 4d -r us-east-1 -o name"), @"
    --- stderr
    AWS offers no capacity block at this moment for 4 x p5.48xlarge for 4d, in us-east-1
    with --count 2 --duration 2d there is: 1 block from 3024.48 USD up front in us-east-1
    AWS was asked 8 further questions to find that
    --- exit 1
    ");
}

#[test]
fn nothing_near_is_said_without_none_exist() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --blocks --count 2 --duration 3w --start-after 2099-01-10 --end-by 2099-02-10T11:30:00Z -o name --limit 0"), @"
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    AWS offers no capacity block at this moment for 2 x p5.48xlarge for 3w, to start after YYYY-MM-DDThh:mm:ssZ, to end by YYYY-MM-DDThh:mm:ssZ, in us-east-1
    9 further questions about fewer machines, other durations, both or other dates found none either; offers come and go
    --- exit 1
    ");
    let bounds = &lab.requests_of("DescribeCapacityBlockOfferings")[0].params;
    assert_eq!(bounds["StartDateRange"], "2099-01-10T00:00:00Z");
    assert_eq!(bounds["EndDateRange"], "2099-02-10T11:30:00Z");
    let dated = |request: &Request| request.params.contains_key("StartDateRange");
    assert!(!lab.requests_of("DescribeCapacityBlockOfferings").iter().all(dated));
}

#[test]
fn a_question_that_can_not_be_asked_is_refused_before_any_call() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --blocks --duration 36h"), @"
    --- stderr
    error: invalid value '36h' for '--duration <SPAN>': capacity blocks are sold for whole days up to 14d and whole weeks up to 26w, not for 1d12h; nearest: 1d, 2d
    hint: every flag with its values: --help
    --- exit 2
    ");
    for flags in [
        "",
        "--duration 2d --count 65",
        "--duration 2d --start-after soon",
        "--duration 2d --check",
        "--duration 3d --start-after 2099-01-10 --end-by 2099-01-11",
    ] {
        home.run(&format!("cloudkit find capacity p5.48xlarge --blocks {flags}")).exits(2);
    }
    assert!(lab.requests().is_empty());
    let screen = home.run("cloudkit find capacity m7i.large --blocks --duration 1d").exits(1);
    assert!(screen.stderr.contains("not sold in capacity blocks, by the catalog: m7i.large"), "{screen}");
    assert!(asked(&lab).is_empty());
}

#[test]
fn a_region_that_fails_is_no_region_without_blocks() {
    let lab = Lab::start();
    let home = lab.home();
    put(&lab, "us-east-1", 2, 48, "3024.48");
    lab.fault(&json!({"kind": "error", "action": "DescribeCapacityBlockOfferings", "region": "us-west-2", "status": 503,
        "code": "Unavailable", "message": "The service is unavailable."}));
    let line = "cloudkit find capacity p5.48xlarge --blocks --count 2 --duration 2d -r us-east-1,us-west-2 --limit 1 -o name";
    assert_snapshot!(home.run(line), @"
    p5.48xlarge
    --- stderr
    the first of them is bought by: cloudkit launch buy-block cbr-2-48 -t p5.48xlarge --count 2 --duration 2d -r us-east-1
    warning: us-west-2 could not be asked for capacity blocks of p5.48xlarge, so what is there is not shown: DescribeCapacityBlockOfferings refused: Unavailable: The service is unavailable.
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    --- exit 5
    ");
    let screen = home.run(&line.replace("us-east-1,", "")).exits(5);
    assert!(!screen.stderr.contains("AWS offers no capacity block"), "{screen}");
}

#[test]
fn a_type_that_is_refused_does_not_hide_the_others() {
    let lab = Lab::start();
    let home = lab.home();
    put(&lab, "us-east-1", 2, 48, "3024.48");
    for name in ["p5en.48xlarge", "p4d.24xlarge"] {
        lab.fault(&json!({"kind": "error", "action": "DescribeCapacityBlockOfferings", "status": 400,
            "params": {"InstanceType": name}, "code": "Unsupported", "message": "It is not sold so here."}));
    }
    let types = "p5.48xlarge p5en.48xlarge p4d.24xlarge";
    let line = format!("cloudkit find capacity {types} --blocks --count 2 --duration 2d -r us-east-1");
    assert_snapshot!(home.run(&format!("{line} -o name --limit 1")), @"
    p5.48xlarge
    --- stderr
    the first of them is bought by: cloudkit launch buy-block cbr-2-48 -t p5.48xlarge --count 2 --duration 2d -r us-east-1
    warning: us-east-1 could not be asked for capacity blocks of p4d.24xlarge, p5en.48xlarge, so what is there is not shown: DescribeCapacityBlockOfferings refused: Unsupported: It is not sold so here.
    hint: give more candidates: cloudkit find search … | cloudkit launch
    --- exit 5
    ");
    // That there is none is said only of what was answered for.
    let screen = home.run(&line.replace("p5.48xlarge ", "p5.4xlarge ")).exits(5);
    let none = "AWS offers no capacity block at this moment for 2 x p5.4xlarge for 2d, in us-east-1";
    assert!(screen.stderr.contains(none), "{screen}");
}
