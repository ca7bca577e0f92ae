//! A region that gives no answer, and calls that AWS throttles: what the others answer is shown, and what is missing is
//! named.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

/// A lab whose `eu-west-1` takes every call and answers none; elsewhere it has answered before.
fn hanging() -> (Lab, Home) {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit find quotas").ok();
    lab.fault(&json!({"kind": "hang", "region": "eu-west-1", "ms": 20_000}));
    (lab, home)
}

#[test]
fn a_region_that_hangs_is_named_and_the_others_are_shown() {
    let (lab, mut home) = hanging();
    home.set("CLOUDKIT_ANSWER_LIMIT", "4s");
    lab.post(
        "/capacity-reservations",
        &json!({"region": "us-east-1", "InstanceType": "p5.48xlarge", "AvailabilityZone": "us-east-1a", "TotalInstanceCount": 4}),
    );
    assert_snapshot!(home.run("cloudkit find quotas --fresh -f hpc -r us-east-1,eu-west-1 -o table"), @"
    REGION     CLASS  MARKET     LIMIT  USED  FREE  STATUS  REQUESTED  CODE
    us-east-1  hpc    on-demand   4096     0  4096  ok      -          L-F7808C92
    --- stderr
    warning: eu-west-1 could not be asked: ListServiceQuotas got no answer in time
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    --- exit 5
    ");
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge -r us-east-1,eu-west-1 --reservations -o name"), @"
    p5.48xlarge
    --- stderr
    warning: eu-west-1 could not be asked, so what is there is not shown: DescribeCapacityReservations got no answer in time
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    --- exit 5
    ");
    assert_snapshot!(home.run("cloudkit launch list -r us-east-1,eu-west-1 -o table"), @"
    --- stderr
    warning: eu-west-1 could not be asked, so what is there is not shown: DescribeInstances got no answer in time
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    --- exit 5
    ");
    home.set("CLOUDKIT_ANSWER_LIMIT", "soon");
    assert_snapshot!(home.run("cloudkit find quotas -r us-east-1"), @r#"
    --- stderr
    error: CLOUDKIT_ANSWER_LIMIT: "soon" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
    --- exit 2
    "#);
}

#[test]
fn when_the_time_of_the_command_is_over_what_has_arrived_is_shown() {
    let (_lab, home) = hanging();
    assert_snapshot!(home.run("cloudkit find spot m7i.large -r us-east-1,eu-west-1 --per-zone -o name --timeout 4s"), @"
    m7i.large
    m7i.large
    m7i.large
    m7i.large
    m7i.large
    m7i.large
    --- stderr
    warning: eu-west-1 could not be asked, so prices there are those of AWS's list, where it has any: no answer within 4s
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    warning: no spot prices are known for linux in eu-west-1
    hint: read what AWS's public lists say: cloudkit find refresh
    --- exit 5
    ");
    let fits = "cloudkit find search m7i.large -r us-east-1,eu-west-1 --fits -o name --timeout 4s";
    assert_snapshot!(home.run(fits), @"
    m7i.large
    --- stderr
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    warning: eu-west-1 could not be asked: no answer within 4s
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    warning: 1 offer left out, because it is not known whether the quotas have room; --check-quotas shows them
    --- exit 5
    ");
    assert_snapshot!(home.run("cloudkit find quotas -f hpc -r us-east-1,eu-west-1 -o table --timeout 4s"), @"
    REGION     CLASS  MARKET     LIMIT  USED  FREE  STATUS  REQUESTED  CODE
    us-east-1  hpc    on-demand   4096     0  4096  ok      -          L-F7808C92
    --- stderr
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    warning: eu-west-1 could not be asked: no answer within 4s
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    --- exit 5
    ");
}

#[test]
fn ordinary_throttling_is_outlasted() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "throttle", "of_ten": 3}));
    let screen = home.run("cloudkit find quotas -f hpc -r us-east-1,eu-west-1,ap-northeast-1").ok();
    assert_eq!(screen.lines_of_json().len(), 3, "{screen}");
    home.run("cloudkit find spot m7i.large --per-zone -r us-west-2").ok();
    home.run("cloudkit find capacity p5.48xlarge --reservations -r us-west-2").exits(1);
}
