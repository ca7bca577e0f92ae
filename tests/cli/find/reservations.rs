//! `find capacity --reservations`: what the account holds or may use.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Lab, Screen};

const ONE: &str = "cr-00000000000000001";
const FULL: &str = "cr-00000000000000002";
const SHARED: &str = "cr-00000000000000003";
const BLOCK: &str = "cr-00000000000000004";

fn put(lab: &Lab, id: &str, instance_type: &str, total: u32, free: u32, more: &Value) {
    let mut reservation = json!({"region": "us-east-1", "CapacityReservationId": id, "InstanceType": instance_type,
        "TotalInstanceCount": total, "AvailableInstanceCount": free, "AvailabilityZone": "us-east-1a"});
    let members = more.as_object().unwrap().clone();
    reservation.as_object_mut().unwrap().extend(members);
    lab.post("/capacity-reservations", &reservation);
}

fn lab() -> Lab {
    let lab = Lab::start();
    put(&lab, ONE, "p5.48xlarge", 8, 3, &json!({}));
    put(&lab, FULL, "m7i.large", 2, 0, &json!({"InstancePlatform": "Windows"}));
    put(
        &lab,
        SHARED,
        "p5.48xlarge",
        4,
        4,
        &json!({"OwnerId": "999999999999", "region": "eu-north-1",
        "AvailabilityZone": "eu-north-1b"}),
    );
    put(
        &lab,
        BLOCK,
        "p5.48xlarge",
        2,
        0,
        &json!({"ReservationType": "capacity-block",
        "StartDate": "2099-01-01T11:30:00Z", "EndDate": "2099-01-03T11:30:00Z"}),
    );
    lab
}

fn ids(screen: &Screen) -> Vec<String> {
    let rows = screen.lines_of_json();
    rows.iter().filter_map(|row| row["reservation_id"].as_str()).map(str::to_owned).collect()
}

#[test]
fn own_and_shared_reservations_are_offers() {
    let lab = lab();
    let home = lab.home();
    let line = "cloudkit find capacity --reservations -r us-east-1,eu-north-1";
    assert_snapshot!(home.run(&format!("{line} --instance-types 'p5.48*,m7i.large' --limit 4 -o table")), @"
    TYPE         REGION      MARKET          FREE  TOTAL  USD/HOUR  ENDS        ID
    p5.48xlarge  eu-north-1  reservation        4      4         -  none        cr-00000000000000003
    p5.48xlarge  us-east-1   reservation        3      8     55.04  none        cr-00000000000000001
    m7i.large    us-east-1   reservation        0      2         -  none        cr-00000000000000002
    p5.48xlarge  us-east-1   capacity-block     0      2         -  2099-01-03  cr-00000000000000004
    --- stderr
    columns that did not fit: AS OF, VCPUS, MEMORY, DEVICES, ZONES (-o wide shows them)
    cr-00000000000000004 can't be used yet: it is scheduled, to start at YYYY-MM-DDThh:mm:ssZ
    cr-00000000000000003 is shared by account 999999999999
    ");
    let screen = home.run(&format!("{line} --limit 4")).ok();
    let rows = screen.lines_of_json();
    assert_eq!(ids(&screen), [SHARED, ONE, FULL, BLOCK]);
    assert_eq!((&rows[0]["zones"], &rows[0]["available_count"]), (&json!(["eun1-az2"]), &json!(4)));
    assert_eq!((&rows[1]["total_count"], &rows[1]["ends_at"]), (&json!(8), &Value::Null));
    assert_eq!((&rows[3]["total_count"], &rows[3]["ends_at"]), (&json!(2), &json!("2099-01-03T11:30:00Z")));
    assert_eq!((&rows[2]["os"], &rows[2]["market"]), (&json!("windows"), &json!("reservation")));
    assert_eq!(rows[3]["market"], "capacity-block");
    assert!(rows[3]["price_usd_hour"].is_null());
}

#[test]
fn those_without_room_can_be_left_out() {
    let lab = lab();
    let home = lab.home();
    let screen = home.run("cloudkit find capacity --available-only -r us-east-1").ok();
    assert_eq!(ids(&screen), [ONE]);
    assert!(screen.stderr.contains("2 reservations left out, because there is no room for 1"), "{screen}");
    let screen = home.run("cloudkit find capacity p5.48xlarge --min-count 4 -r us-east-1,eu-north-1").ok();
    assert_eq!(ids(&screen), [SHARED]);
    let screen = home.run("cloudkit find capacity p5.48xlarge --min-count 9 -r us-east-1").exits(1);
    assert_eq!(screen.stdout, "");
    let said = "the account has no reservation with room for 9 for p5.48xlarge in us-east-1";
    assert!(screen.stderr.contains(said), "{screen}");
    home.run("cloudkit find capacity --min-count 0").exits(2);
}

#[test]
fn an_offer_of_a_reservation_is_launched_into_it() {
    let lab = lab();
    put(&lab, FULL, "m7i.large", 2, 2, &json!({"InstancePlatform": "Linux/UNIX"}));
    let home = lab.home();
    home.run("cloudkit find capacity m7i.large --available-only -r us-east-1 --limit 1 | cloudkit launch --ttl 1h --wait accepted")
        .ok();
    let request = &lab.requests_of("RunInstances")[0];
    let target = "CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationId";
    assert_eq!(request.params[target], FULL);
}

#[test]
fn every_page_is_read() {
    let lab = lab();
    let home = lab.home();
    lab.post("/paging", &json!({"largest": 1}));
    let screen = home.run("cloudkit find capacity --reservations -r us-east-1 --limit 3").ok();
    assert_eq!(ids(&screen).len(), 3);
    assert_eq!(lab.requests_of("DescribeCapacityReservations").len(), 3);
}

#[test]
fn a_region_that_fails_is_named_and_the_others_are_shown() {
    let lab = lab();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "DescribeCapacityReservations", "region": "eu-north-1", "status": 503,
        "code": "Unavailable", "message": "The service is unavailable."}));
    let line = "cloudkit find capacity p5.48xlarge --reservations -r us-east-1,eu-north-1";
    let screen = home.run(line).exits(5);
    assert_eq!(ids(&screen), [ONE, BLOCK]);
    let said = "eu-north-1 could not be asked, so what is there is not shown";
    assert!(screen.stderr.contains(said), "{screen}");
    lab.clear_faults();
    lab.fault(&json!({"kind": "throttle", "action": "DescribeCapacityReservations", "times": 2}));
    assert_eq!(ids(&home.run(line).ok()).len(), 3);
}

#[test]
fn expired_credentials_are_said_once_and_never_that_there_is_none() {
    let lab = lab();
    let mut home = lab.home();
    home.set("AWS_ACCESS_KEY_ID", "EXPIRED");
    assert_snapshot!(home.run("cloudkit find capacity p5.48xlarge --reservations -r us-east-1,us-west-2"), @"
    --- stderr
    warning: us-east-1, us-west-2 could not be asked, so what is there is not shown: DescribeCapacityReservations refused: RequestExpired: Request has expired.
    hint: sign in again: aws sso login, or fetch new keys
    --- exit 3
    ");
}
