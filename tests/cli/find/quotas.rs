//! `find quotas`: limit, used and free of each quota, what it asks of AWS for it, and what is said where a part is missing.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab, Screen};

const STANDARD: &str = "L-1216C47A";
const G: &str = "L-DB2E81BA";

impl Lab {
    fn quota(&self, region: &str, code: &str, value: u32) {
        self.post("/quotas", &json!({"region": region, "code": code, "value": value}));
    }

    /// The calls since a number, by operation; those of a region are made side by side.
    fn operations_since(&self, number: usize) -> Vec<String> {
        let mut names: Vec<String> =
            self.requests_since(number).into_iter().map(|request| request.action).collect();
        names.sort_unstable();
        names
    }
}

/// Launches a machine of an offer.
fn launch(home: &Home, offer: &Value) {
    let mut offer = offer.clone();
    for (name, value) in [("schema", "cloudkit.offer/v1"), ("region", "us-east-1"), ("os", "linux")] {
        offer[name] = value.into();
    }
    home.run_with(&offer.to_string(), "cloudkit launch --ttl 1h --yes --wait accepted").ok();
}

/// Makes a reservation of one machine, unless told otherwise, and returns its id.
fn reserve(lab: &Lab, members: &Value) -> String {
    let mut reservation =
        json!({"region": "us-east-1", "AvailabilityZone": "us-east-1a", "TotalInstanceCount": 1});
    reservation.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    lab.post("/capacity-reservations", &reservation)["CapacityReservationId"].as_str().unwrap().to_owned()
}

/// The rows as `class market limit/used/free status`, unknown ones as `-`.
fn rows(screen: &Screen) -> Vec<String> {
    let number = |value: &Value| value.as_u64().map_or("-".to_owned(), |value| value.to_string());
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let row = |row: Value| {
        let figures = [&row["limit_vcpus"], &row["used_vcpus"], &row["free_vcpus"]].map(number).join("/");
        format!("{} {} {figures} {}", text(&row["class"]), text(&row["market"]), text(&row["status"]))
    };
    screen.lines_of_json().into_iter().map(row).collect()
}

#[test]
fn the_quotas_of_a_region_with_their_codes() {
    let lab = Lab::start();
    let home = lab.home();
    lab.quota("us-east-1", STANDARD, 5);
    lab.quota("us-east-1", G, 0);
    launch(&home, &json!({"instance_type": "m7i.xlarge", "market": "on-demand"}));
    assert_snapshot!(home.run("cloudkit find quotas -o table"), @"
    REGION     CLASS        MARKET     LIMIT  USED  FREE  STATUS   REQUESTED  CODE
    us-east-1  standard     on-demand      5     4     1  tight    -          L-1216C47A
    us-east-1  standard     spot        4096     0  4096  ok       -          L-34B43A08
    us-east-1  g            on-demand      0     0     0  none     -          L-DB2E81BA
    us-east-1  g            spot        4096     0  4096  ok       -          L-3819A6DF
    us-east-1  p            on-demand   4096     0  4096  ok       -          L-417A185B
    us-east-1  p2-p4        spot        4096     0  4096  ok       -          L-7212CCBC
    us-east-1  p5           spot        4096     0  4096  ok       -          L-C4BD4855
    us-east-1  p6           spot           -     0     -  unknown  -          -
    us-east-1  x            on-demand   4096     0  4096  ok       -          L-7295265B
    us-east-1  x            spot        4096     0  4096  ok       -          L-E3A00192
    us-east-1  f            on-demand   4096     0  4096  ok       -          L-74FC7D96
    us-east-1  f            spot        4096     0  4096  ok       -          L-88CF9481
    us-east-1  inf          on-demand   4096     0  4096  ok       -          L-1945791B
    us-east-1  inf          spot        4096     0  4096  ok       -          L-B5D1601B
    us-east-1  trn          on-demand   4096     0  4096  ok       -          L-2C3B7624
    us-east-1  trn          spot        4096     0  4096  ok       -          L-6B0D517C
    us-east-1  dl           on-demand   4096     0  4096  ok       -          L-6E869C2A
    us-east-1  dl           spot        4096     0  4096  ok       -          L-85EED4F7
    us-east-1  hpc          on-demand   4096     0  4096  ok       -          L-F7808C92
    us-east-1  high-memory  on-demand   4096     0  4096  ok       -          L-43DA4232
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    ");
    assert_snapshot!(home.run("cloudkit find quotas --family standard -o json"), @r#"
    [
      {
        "schema": "cloudkit.quota/v1",
        "region": "us-east-1",
        "class": "standard",
        "market": "on-demand",
        "code": "L-1216C47A",
        "name": "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        "limit_vcpus": 5,
        "used_vcpus": 4,
        "free_vcpus": 1,
        "status": "tight"
      },
      {
        "schema": "cloudkit.quota/v1",
        "region": "us-east-1",
        "class": "standard",
        "market": "spot",
        "code": "L-34B43A08",
        "name": "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
        "limit_vcpus": 4096,
        "used_vcpus": 0,
        "free_vcpus": 4096,
        "status": "ok"
      }
    ]
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    "#);
    assert_snapshot!(home.run("cloudkit find quotas --family p5 --market spot -o wide"), @"
    REGION     CLASS  MARKET  LIMIT  USED  FREE  STATUS  REQUESTED  CODE        NAME
    us-east-1  p5     spot     4096     0  4096  ok      -          L-C4BD4855  All P5 Spot Instance Requests
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    ");
}

#[test]
fn each_machine_is_charged_to_the_quota_of_its_market_and_family() {
    let lab = Lab::start();
    let home = lab.home();
    for (instance_type, market) in [
        ("m7i.large", "on-demand"),
        ("m7i.xlarge", "spot"),
        ("p5.48xlarge", "spot"),
        ("p4d.24xlarge", "spot"),
    ] {
        launch(&home, &json!({"instance_type": instance_type, "market": market}));
    }
    assert_eq!(
        rows(&home.run("cloudkit find quotas --family standard,p").ok()),
        [
            "standard on-demand 4096/2/4094 ok",
            "standard spot 4096/4/4092 ok",
            "p on-demand 4096/0/4096 ok",
            "p2-p4 spot 4096/96/4000 ok",
            "p5 spot 4096/192/3904 ok",
            "p6 spot -/0/- unknown",
        ]
    );
    let asked = lab.requests_of("DescribeInstances").pop().unwrap();
    assert_eq!(asked.params["Filter.1.Name"], "instance-state-name");
    assert_eq!(
        (&asked.params["Filter.1.Value.1"], &asked.params["Filter.1.Value.2"]),
        (&json!("pending"), &json!("running"))
    );
    assert_eq!(asked.params["MaxResults"], "1000");
}

#[test]
fn unused_reservations_of_the_account_count_and_blocks_do_not() {
    let lab = Lab::start();
    let home = lab.home();
    reserve(
        &lab,
        &json!({"InstanceType": "g6.xlarge", "TotalInstanceCount": 4, "AvailableInstanceCount": 3}),
    );
    reserve(&lab, &json!({"InstanceType": "g6.xlarge", "State": "scheduled"}));
    reserve(&lab, &json!({"InstanceType": "g6.xlarge", "State": "expired"}));
    reserve(&lab, &json!({"InstanceType": "g6.xlarge", "OwnerId": "210987654321"}));
    let block = reserve(&lab, &json!({"InstanceType": "p5.48xlarge", "ReservationType": "capacity-block"}));
    let into_block = json!({"instance_type": "p5.48xlarge", "market": "capacity-block", "reservation_id": block,
        "zones": ["use1-az6"]});
    launch(&home, &into_block);
    assert_eq!(lab.only_machine()["lifecycle"], "capacity-block");
    let screen = home.run("cloudkit find quotas --family g,p --market on-demand").ok();
    assert_eq!(rows(&screen), ["g on-demand 4096/12/4084 ok", "p on-demand 4096/0/4096 ok"]);
}

#[test]
fn what_can_not_be_counted_is_unknown_and_named() {
    let lab = Lab::start();
    let home = lab.home();
    reserve(&lab, &json!({"InstanceType": "g6.99xlarge"}));
    assert_snapshot!(home.run("cloudkit find quotas --family g,hpc -o table"), @"
    REGION     CLASS  MARKET     LIMIT  USED  FREE  STATUS   REQUESTED  CODE
    us-east-1  g      on-demand   4096     -     -  unknown  -          L-DB2E81BA
    us-east-1  g      spot        4096     0  4096  ok       -          L-3819A6DF
    us-east-1  hpc    on-demand   4096     0  4096  ok       -          L-F7808C92
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    warning: the vCPUs or the quota of g6.99xlarge in us-east-1 are not known, so what they use is not known either
    ");
    reserve(&lab, &json!({"InstanceType": "m99.large"}));
    let screen = home.run("cloudkit find quotas --family g,hpc --fresh").ok();
    assert_eq!(
        rows(&screen),
        ["g on-demand 4096/-/- unknown", "g spot 4096/0/4096 ok", "hpc on-demand 4096/-/- unknown"]
    );
    // What is kept says so too.
    assert!(home.run("cloudkit find quotas").ok().stderr.contains("g6.99xlarge, m99.large in us-east-1"));
}

#[test]
fn lists_in_many_pages_are_read_to_their_end() {
    let lab = Lab::start();
    let home = lab.home();
    for _ in 0..3 {
        launch(&home, &json!({"instance_type": "m7i.large", "market": "on-demand"}));
        reserve(&lab, &json!({"InstanceType": "g6.xlarge"}));
    }
    let at_once = rows(&home.run("cloudkit find quotas").ok());
    assert_eq!(at_once[0], "standard on-demand 4096/6/4090 ok");
    assert_eq!(at_once[2], "g on-demand 4096/12/4084 ok");
    let before = lab.requests().len();
    lab.post("/paging", &json!({"largest": 1}));
    assert_eq!(rows(&home.run("cloudkit find quotas --fresh").ok()), at_once);
    let paged = lab.operations_since(before);
    let pages = |operation: &str| paged.iter().filter(|name| *name == operation).count();
    assert_eq!((pages("DescribeInstances"), pages("DescribeCapacityReservations")), (3, 3));
    assert!(pages("ListServiceQuotas") > 20);
}

#[test]
fn where_no_limit_was_ever_applied_the_default_of_aws_holds() {
    let lab = Lab::start();
    let home = lab.home();
    for code in [STANDARD, G] {
        let never = json!({"region": "us-east-1", "code": code, "value": null, "applied": false});
        lab.post("/quotas", &never);
    }
    lab.fault(&json!({"kind": "error", "action": "ListAWSDefaultServiceQuotas", "status": 400, "times": 1,
        "code": "AccessDeniedException", "message": "not authorized"}));
    let line = "cloudkit find quotas --family standard,g";
    let refused = home.run(line).exits(3);
    assert_eq!(
        rows(&refused),
        [
            "standard on-demand -/0/- unknown",
            "standard spot 4096/0/4096 ok",
            "g on-demand -/0/- unknown",
            "g spot 4096/0/4096 ok"
        ]
    );
    assert!(refused.stderr.contains("the default limits of us-east-1 could not be read"), "{refused}");
    let before = lab.requests().len();
    let known = rows(&home.run(line).ok());
    assert_eq!(
        (known[0].as_str(), known[2].as_str()),
        ("standard on-demand 5/0/5 ok", "g on-demand 0/0/0 none")
    );
    assert_eq!(known[1], "standard spot 4096/0/4096 ok", "what was applied is not overruled by the default");
    assert_eq!(lab.requests().len(), before + 8);
}

#[test]
fn a_cold_answer_takes_seven_calls_and_a_warm_one_one() {
    let lab = Lab::start();
    let home = lab.home();
    let cold = home.run("cloudkit find quotas").ok();
    assert_eq!(
        lab.operations_since(0),
        [
            "DescribeCapacityReservations",
            "DescribeInstances",
            "DescribeSpotInstanceRequests",
            "GetCallerIdentity",
            "ListRequestedServiceQuotaChangeHistory",
            "ListRequestedServiceQuotaChangeHistory",
            "ListServiceQuotas",
        ]
    );
    let warm = home.run("cloudkit find quotas").ok();
    assert_eq!(lab.operations_since(7), ["GetCallerIdentity"]);
    assert_eq!(warm.stdout, cold.stdout);
    assert_snapshot!(warm.stderr, @"
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    quotas as of YYYY-MM-DDThh:mm:ssZ; --fresh asks AWS again
    ");
    home.run("cloudkit find quotas --fresh").ok();
    assert_eq!(lab.requests().len(), 7 + 1 + 7);
    home.run("cloudkit find quotas --region us-east-1,us-east-2").ok();
    assert_eq!(lab.requests().len(), 15 + 1 + 6);
}

#[test]
fn what_is_kept_is_private_dropped_when_damaged_and_not_used_when_old() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit find quotas").ok();
    let name = ".cache/cloudkit/quotas-123456789012-us-east-1.json";
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(home.path(name)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let mut kept: Value = serde_json::from_str(&home.read(name)).unwrap();
    kept["asked_at"] = "2020-01-01T00:00:00Z".into();
    home.write(name, kept.to_string());
    let screen = home.run("cloudkit find quotas").ok();
    assert!(!screen.stderr.contains("as of"), "{screen}");
    home.write(name, "{\"schema\":");
    let before = lab.requests().len();
    assert_snapshot!(home.run("cloudkit find quotas --family hpc -o table"), @"
    REGION     CLASS  MARKET     LIMIT  USED  FREE  STATUS  REQUESTED  CODE
    us-east-1  hpc    on-demand   4096     0  4096  ok      -          L-F7808C92
    --- stderr
    region us-east-1 (AWS_REGION); --region all asks every region of the account
    warning: [HOME]/.cache/cloudkit/quotas-123456789012-us-east-1.json was damaged and has been dropped
    ");
    assert_eq!(lab.requests().len(), before + 7);
    home.run("cloudkit find quotas").ok();
    assert_eq!(lab.requests().len(), before + 8);
}

#[test]
fn all_means_the_regions_that_the_account_has_enabled() {
    let lab = Lab::start();
    let home = lab.home();
    let regions = |line: &str| -> Vec<String> {
        let rows = home.run(line).ok().lines_of_json();
        rows.iter().map(|row| row["region"].as_str().unwrap().to_owned()).collect()
    };
    let all = regions("cloudkit find quotas -f hpc --region all");
    assert!(all.len() > 10 && !all.contains(&"af-south-1".to_owned()), "{all:?}");
    assert_eq!(regions("cloudkit find quotas -f hpc -r 'af-*,us-west-*'"), ["us-west-1", "us-west-2"]);
    let none = home.run("cloudkit find quotas -f hpc -r 'me-*'").exits(1);
    assert!(none.stderr.contains("none of the regions that are meant is enabled"), "{none}");
    lab.post("/regions", &json!({"region": "mx-central-1", "opt_in_status": "opted-in"}));
    assert!(regions("cloudkit find quotas -f hpc --region all").contains(&"mx-central-1".to_owned()));
    let before = lab.requests().len();
    let screen = home.run("cloudkit find quotas -r us-esat-1,us-east-1").exits(2);
    assert!(screen.stderr.contains("us-east-1"), "{screen}");
    home.run("cloudkit find quotas --family m99").exits(2);
    assert_snapshot!(home.run("cloudkit find quotas --family mac2.metal"), @"
    --- stderr
    error: there is no vCPU quota for mac2.metal: Mac machines run on dedicated hosts, whose number has quotas of its own
    --- exit 1
    ");
    assert_eq!(lab.requests().len(), before, "a word that is wrong is refused before any call");
}

#[test]
fn a_region_that_is_dead_is_named_and_the_others_are_shown() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "region": "eu-west-1", "status": 503, "code": "ServiceUnavailable", "message": "down"}));
    lab.fault(&json!({"kind": "error", "region": "eu-west-2", "status": 503, "code": "ServiceUnavailable", "message": "down"}));
    let screen = home.run("cloudkit find quotas -f hpc -r us-east-1,eu-west-1,eu-west-2 -o table");
    assert_snapshot!(screen, @"
    REGION     CLASS  MARKET     LIMIT  USED  FREE  STATUS  REQUESTED  CODE
    us-east-1  hpc    on-demand   4096     0  4096  ok      -          L-F7808C92
    --- stderr
    warning: eu-west-1, eu-west-2 could not be asked: ListServiceQuotas refused: ServiceUnavailable: down
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    --- exit 5
    ");
    lab.clear_faults();
    home.run("cloudkit find quotas -f hpc -r us-east-1,eu-west-1,eu-west-2").ok();
}

#[test]
fn a_part_that_can_not_be_read_is_unknown_and_nothing_is_kept() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(
        &json!({"kind": "error", "service": "servicequotas", "status": 400, "code": "AccessDeniedException",
        "message": "not authorized"}),
    );
    assert_snapshot!(home.run("cloudkit find quotas -f g -r us-east-1,us-east-2 -o table"), @"
    REGION     CLASS  MARKET     LIMIT  USED  FREE  STATUS   REQUESTED  CODE
    us-east-1  g      on-demand      -     0     -  unknown  -          L-DB2E81BA
    us-east-1  g      spot           -     0     -  unknown  -          L-3819A6DF
    us-east-2  g      on-demand      -     0     -  unknown  -          L-DB2E81BA
    us-east-2  g      spot           -     0     -  unknown  -          L-3819A6DF
    --- stderr
    warning: the limits of us-east-1, us-east-2 could not be read: ListServiceQuotas refused: AccessDeniedException: not authorized
    warning: the open requests of us-east-1, us-east-2 could not be read: ListRequestedServiceQuotaChangeHistory refused: AccessDeniedException: not authorized
    hint: see who you are: aws sts get-caller-identity; another profile: --profile NAME
    --- exit 3
    ");
    lab.clear_faults();
    lab.fault(&json!({"kind": "error", "action": "DescribeSpotInstanceRequests", "status": 403,
        "code": "UnauthorizedOperation", "message": "not authorized"}));
    let screen = home.run("cloudkit find quotas -f g").exits(3);
    assert_eq!(rows(&screen), ["g on-demand 4096/0/4096 ok", "g spot 4096/-/- unknown"]);
}

#[test]
fn credentials_that_do_not_do_end_it_with_3() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("AWS_ACCESS_KEY_ID", "EXPIRED");
    assert_snapshot!(home.run("cloudkit find quotas -r us-east-1,us-east-2"), @"
    --- stderr
    error: GetCallerIdentity refused: ExpiredToken: The security token included in the request is expired
    hint: sign in again: aws sso login, or fetch new keys
    --- exit 3
    ");
    assert_eq!(lab.requests().len(), 1);
    home.set("AWS_ACCESS_KEY_ID", "DENIED");
    let screen = home.run("cloudkit find quotas -r us-east-1,us-east-2").exits(3);
    assert_eq!((screen.stdout.as_str(), screen.stderr.matches("hint: ").count()), ("", 1), "{screen}");
    home.unset("AWS_ACCESS_KEY_ID");
    let screen = home.run("cloudkit find quotas").exits(3);
    assert!(screen.stderr.contains("error: no AWS credentials were found"), "{screen}");
    assert!(screen.stderr.contains("hint: sign in"), "{screen}");
}

#[test]
fn throttling_is_waited_out() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "throttle", "action": "ListServiceQuotas", "times": 2}));
    lab.fault(&json!({"kind": "throttle", "action": "DescribeInstances", "times": 1}));
    home.run("cloudkit find quotas").ok();
    assert_eq!(lab.requests_of("ListServiceQuotas").len(), 3);
    assert_eq!(lab.requests_of("DescribeInstances").len(), 2);
}
