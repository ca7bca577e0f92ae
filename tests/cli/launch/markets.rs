//! How a machine is bought: spot and its highest price, reservations, capacity blocks, and on demand where these fail.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const RESERVATION: &str = "cr-0123456789abcdef0";

fn parameter(lab: &Lab, name: &str) -> Value {
    lab.only_machine()["launch_parameters"].get(name).cloned().unwrap_or_default()
}

#[test]
fn a_spot_machine_is_asked_for_once_and_at_most_at_the_highest_price() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large --ttl 1h --spot --max-price 0.25 --yes --wait accepted";
    let launched = home.run(&format!("{line} -o json")).ok();
    assert_eq!(launched.json()["market"], "spot");
    assert_eq!(launched.json().get("market_asked"), None, "it is what was asked for");
    let option = |name: &str| parameter(&lab, &format!("InstanceMarketOptions.{name}"));
    assert_eq!(option("MarketType"), "spot");
    assert_eq!(option("SpotOptions.SpotInstanceType"), "one-time");
    assert_eq!(option("SpotOptions.MaxPrice"), "0.25");
}

#[test]
fn a_spot_price_that_nobody_knows_wants_a_yes() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run("cloudkit launch -t m7i.large --ttl 1h --spot").exits(2);
    assert_snapshot!(screen.stderr.lines().filter(|line| line.starts_with("error")).collect::<String>(), @"error: this has to be confirmed, and there is no terminal to ask on: the price of m7i.large in us-east-1 is not known. Launch in account 123456789012, us-east-1?");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_highest_price_is_refused_where_it_is_typed() {
    let home = Home::new();
    let error = |line: &str| home.run(&format!("cloudkit launch -r us-east-1 {line}")).exits(2).stderr;
    assert_snapshot!(error("-t m7i.large --spot --max-price 0.001"), @r#"
    error: invalid value '0.001' for '--max-price <USD>': "0.001" is not a price of more than 0.001 US dollars an hour, such as 0.25
    hint: every flag with its values: --help
    "#);
    assert_snapshot!(error("-t m7i.large --spot --max-price ten"), @r#"
    error: invalid value 'ten' for '--max-price <USD>': "ten" is not an amount of US dollars such as 0.5, 2 or 12.34
    hint: every flag with its values: --help
    "#);
    assert_snapshot!(error("-t m7i.large --max-price 0.2"), @"
    error: --max-price is for spot machines, and none is asked for
    hint: ask for one: --spot
    ");
    assert_snapshot!(error("-t m7i.large --spot --use-reservation"), @"
    error: the argument '--spot' cannot be used with '--use-reservation [<ID>]'
    hint: every flag with its values: --help
    ");
    assert_snapshot!(error("-t m7i.large --capacity-block p5"), @r#"
    error: invalid value 'p5' for '--capacity-block <ID>': "p5" is not the id of a reservation such as cr-0123456789abcdef0; see cloudkit find capacity --reservations
    hint: every flag with its values: --help
    "#);
    assert_snapshot!(error("-t m7i.large --fallback on-demand"), @"
    error: --fallback on-demand changes nothing: all is asked for on demand
    hint: ask for a spot machine first: --spot --fallback on-demand
    ");
}

#[test]
fn a_highest_price_that_is_too_low_is_said_by_the_plan_and_by_ec2() {
    let lab = Lab::start();
    let home = lab.home();
    for zone in ["a", "b", "c", "d", "e", "f"] {
        lab.post(
            "/spot-prices",
            &json!({"region": "us-east-1", "type": "m7i.large", "zone": format!("us-east-1{zone}"),
                "series": [{"hours_ago": 1, "price": "0.0421"}]}),
        );
    }
    let offer = r#"{"schema":"cloudkit.offer/v1","instance_type":"m7i.large","region":"us-east-1","market":"spot","os":"linux","price_usd_hour":"0.0421","price_source":"feed","price_as_of":"2026-11-20"}"#;
    assert_snapshot!(home.run_with(offer, "cloudkit launch --ttl 1h --max-price 0.03 --wait accepted"), @"
    --- stderr
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        machine  m7i.large in us-east-1, spot at most 0.03 USD an hour, 2 vCPUs, 8 GiB
        note     m7i.large in us-east-1 was last 0.0421 USD an hour (feed 2026-11-20), which is more than the 0.03 of --max-price
        image    Amazon Linux 2023, the usual image
                 ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.047977 USD an hour, 0.05 USD until the deadline
                 m7i.large: 0.0421 USD an hour (feed 2026-11-20)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
                 or after 1h without work
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
        step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression): done
    make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32): done
    warning: m7i.large in us-east-1, spot: RunInstances refused: SpotMaxPriceTooLow: Your Spot request price of 0.03 is lower than the minimum required Spot request fulfillment price of 0.0421.
    removed again: security group cloudkit-l-xxxxxxxxxxxxxxxx
    removed again: object agent/[SHA256]/cloudkit.gz in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1, spot: RunInstances refused: SpotMaxPriceTooLow: Your Spot request price of 0.03 is lower than the minimum required Spot request fulfillment price of 0.0421.
    hint: give a higher --max-price, or none
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 4
    ");
    lab.nothing_is_left();
}

#[test]
fn on_demand_comes_after_spot_where_that_is_allowed_and_is_said_loudly() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/room", &json!({"region": "us-east-1", "type": "m7i.large", "market": "spot"}));
    let line = "cloudkit launch -t m7i.large --ttl 1h --spot --yes --wait running";
    let screen = home.run(&format!("{line} --fallback on-demand -o table")).ok();
    let plan = screen.stderr.lines().take_while(|line| !line.contains("image"));
    assert_snapshot!(plan.collect::<Vec<_>>().join("\n"), @"
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        machine  m7i.large in us-east-1, spot, 2 vCPUs, 8 GiB
        or else  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
                 0.106677 USD an hour, 0.11 USD until the deadline
    ");
    assert_snapshot!(screen.stdout, @"
    i-xxxxxxxxxxxxxxxxx m7i.large in us-east-1, on-demand
      name     l-xxxxxxxxxxxxxxxx
      address  127.0.0.1
      ssh      ssh -p [PORT] ec2-user@127.0.0.1
      ends     YYYY-MM-DDThh:mm:ssZ
      cost     0.106677 USD an hour, 0.11 USD until the deadline
      refused  m7i.large in us-east-1, spot: RunInstances refused: InsufficientInstanceCapacity: There is no Spot capacity available that matches your request.
      end it   cloudkit launch terminate i-xxxxxxxxxxxxxxxxx --region us-east-1
    ");
    // Another home, which remembers no refusal.
    let quiet = lab.home().run(&format!("{line} --fallback on-demand --quiet -o json")).ok();
    assert_snapshot!(quiet.stderr, @"warning: spot was asked for and on-demand was launched, at its own price: 0.106677 USD an hour, 0.11 USD until the deadline");
    assert_eq!(
        (&quiet.json()["market"], &quiet.json()["market_asked"]),
        (&json!("on-demand"), &json!("spot"))
    );
    assert_snapshot!(format!("{:#}", quiet.json()["refused"]), @r#"
    [
      {
        "code": "InsufficientInstanceCapacity",
        "instance_type": "m7i.large",
        "market": "spot",
        "reason": "RunInstances refused: InsufficientInstanceCapacity: There is no Spot capacity available that matches your request.",
        "region": "us-east-1"
      }
    ]
    "#);
    assert_eq!(parameter_of_last(&lab, "InstanceMarketOptions.MarketType"), Value::Null);
}

fn parameter_of_last(lab: &Lab, name: &str) -> Value {
    let last = lab.requests_of("RunInstances").pop().unwrap();
    last.params.get(name).cloned().unwrap_or_default()
}

#[test]
fn a_new_account_without_the_role_for_spot_is_told_how_to_make_it() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "CreateFleet", "status": 403,
        "code": "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
        "message": "The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances."}));
    let line = "cloudkit launch -t m7i.large,m7i.xlarge --ttl 1h --spot --yes --wait accepted";
    assert_snapshot!(home.run(&format!("{line} --quiet")), @"
    --- stderr
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.
      m7i.xlarge in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: AuthFailure.ServiceLinkedRoleCreationNotPermitted: The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.
    hint: make the role for spot machines, once for the account: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 3
    ");
    assert_eq!(lab.requests_of("CreateFleet").len(), 1);
    lab.nothing_is_left();
    home.run(&format!("{line} --fallback on-demand")).ok();
    assert_eq!((lab.requests_of("CreateFleet").len(), lab.requests_of("RunInstances").len()), (2, 1));
}

fn reservation(more: &Value) -> Value {
    let mut members = json!({"region": "us-east-1", "CapacityReservationId": RESERVATION, "InstanceType": "m7i.large",
        "AvailabilityZone": "us-east-1b", "TotalInstanceCount": 1, "InstanceMatchCriteria": "targeted"});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    members
}

#[test]
fn a_reservation_is_launched_into_by_its_id_or_found() {
    let lab = Lab::start();
    let home = lab.home();
    for flag in [format!("--use-reservation {RESERVATION}"), "--use-reservation".to_owned()] {
        lab.reset();
        lab.post("/capacity-reservations", &reservation(&json!({})));
        let line = format!("cloudkit launch -t m7i.large --ttl 1h --wait accepted -o json {flag}");
        let launched = home.run(&line).ok().json();
        assert_eq!((&launched["market"], &launched["zone"]), (&json!("reservation"), &json!("use1-az1")));
        let target = "CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationId";
        assert_eq!(parameter(&lab, target), RESERVATION);
        assert_eq!(parameter(&lab, "Placement.AvailabilityZoneId"), "use1-az1");
        let full = home.run(&line).exits(2);
        assert!(full.stderr.contains("has no room: 0 of 1 places are free"), "{full}");
    }
    let or_on_demand = format!("--use-reservation {RESERVATION} --fallback on-demand");
    let launched =
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --wait accepted -o json {or_on_demand}"));
    assert_snapshot!(warnings(&launched.ok().stderr), @"
        not      m7i.large in us-east-1, reservation: cr-0123456789abcdef0 has no room: 0 of 1 places are free
    warning: reservation was asked for and on-demand was launched, at its own price: 0.106677 USD an hour, 0.11 USD until the deadline
    ");
}

fn warnings(stderr: &str) -> String {
    stderr
        .lines()
        .filter(|line| line.starts_with("warning") || line.trim().starts_with("not "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn what_does_not_fit_a_reservation_is_refused_before_anything_is_made() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/capacity-reservations", &reservation(&json!({"InstanceType": "m7i.xlarge"})));
    let line = format!("cloudkit launch -t m7i.large --ttl 1h --use-reservation {RESERVATION} --quiet");
    assert_snapshot!(home.run(&line), @"
    --- stderr
    error: m7i.large in us-east-1, reservation cannot be launched: cr-0123456789abcdef0 is for m7i.xlarge, not for m7i.large
    hint: launch that: --instance-type m7i.xlarge
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 1h --use-reservation --quiet"), @"
    --- stderr
    error: m7i.large in us-east-1, reservation cannot be launched: no reservation of the account has room for it
    hint: see what is held: cloudkit find capacity --reservations --region all
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_reservation_that_fills_up_meanwhile_leaves_the_others_their_turn() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/capacity-reservations", &reservation(&json!({})));
    lab.post(
        "/capacity-reservations",
        &reservation(
            &json!({"CapacityReservationId": "cr-0123456789abcdef1", "AvailabilityZone": "us-east-1c"}),
        ),
    );
    lab.fault(&json!({"kind": "error", "action": "RunInstances", "status": 400, "code": "ReservationCapacityExceeded",
        "message": "The requested reservation does not have sufficient compatible and available capacity for this request.",
        "times": 1}));
    let launched =
        home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted --use-reservation -o json").ok();
    assert_eq!(launched.json()["zone"], "use1-az2");
    assert_snapshot!(warnings(&launched.stderr), @"warning: m7i.large in us-east-1 (use1-az1), reservation: RunInstances refused: ReservationCapacityExceeded: The requested reservation does not have sufficient compatible and available capacity for this request.");
}

#[test]
fn a_capacity_block_is_launched_into_and_ends_the_machine() {
    let lab = Lab::start();
    let home = lab.home();
    let now = jiff::Timestamp::now();
    let hours = |hours: i64| {
        (now + jiff::SignedDuration::from_hours(hours)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let block = |start: i64, end: i64| {
        reservation(&json!({"InstanceType": "p5.48xlarge", "ReservationType": "capacity-block",
            "StartDate": hours(start), "EndDate": hours(end)}))
    };
    let line =
        format!("cloudkit launch -t p5.48xlarge --capacity-block {RESERVATION} --ttl 2d --wait accepted");
    lab.post("/capacity-reservations", &block(3, 27));
    let screen = home.run(&format!("{line} --quiet"));
    assert_snapshot!(screen.exits(2).stderr, @"
    error: p5.48xlarge in us-east-1, capacity-block cannot be launched: cr-0123456789abcdef0 is scheduled: it starts at YYYY-MM-DDThh:mm:ssZ
    hint: see what is held: cloudkit find capacity --reservations --region all
    ");
    lab.post("/capacity-reservations", &block(-3, 21));
    // What it costs was paid: nothing has to be confirmed.
    let launched = home.run(&format!("{line} -o json")).ok();
    assert_snapshot!(note_and_cost(&launched.stderr), @"
    machine  p5.48xlarge in us-east-1 (use1-az1), capacity-block cr-0123456789abcdef0, 192 vCPUs, 2048 GiB
    note     EC2 ends the machines of cr-0123456789abcdef0 at YYYY-MM-DDThh:mm:ssZ, half an hour before the block ends
    cost     0.01322 USD an hour, 0.27 USD until the deadline
             p5.48xlarge: 0.00 USD an hour (paid with the capacity block)
    ");
    let end: jiff::Timestamp = hours(21).parse().unwrap();
    let deadline: jiff::Timestamp = launched.json()["deadline"].as_str().unwrap().parse().unwrap();
    assert_eq!(end.as_second() - deadline.as_second(), 30 * 60);
    assert_eq!(parameter(&lab, "InstanceMarketOptions.MarketType"), "capacity-block");
}

fn note_and_cost(stderr: &str) -> String {
    let wanted =
        |line: &&str| ["machine", "note", "cost", "p5.48"].iter().any(|word| line.trim().starts_with(word));
    stderr.lines().filter(wanted).collect::<Vec<_>>().join("\n")
}

#[cfg(unix)]
#[test]
fn reservations_and_blocks_of_the_pipe_are_kept() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/capacity-reservations", &reservation(&json!({})));
    let plan = home
        .run("cloudkit find capacity m7i.large --reservations -r us-east-1 -o jsonl | cloudkit launch --ttl 1h --dry-run -o json")
        .ok()
        .json();
    let candidate = &plan["candidates"][0];
    assert_eq!(
        json!([candidate["market"], candidate["zone"], candidate["reservation"]]),
        json!(["reservation", "use1-az1", RESERVATION])
    );
}
