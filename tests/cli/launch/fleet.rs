//! Several machines, and several spot pools: one fleet request, and all of it or nothing in the end.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::interrupted::journal;
use crate::support::{Lab, Request, Screen};

const TWO_KINDS: &str = "cloudkit launch -t m7i.large,m7i.xlarge --ttl 1h --yes --wait accepted";

fn room(lab: &Lab, instance_type: &str, zone: Option<&str>, market: &str, room: u32) {
    lab.post(
        "/room",
        &json!({"region": "us-east-1", "type": instance_type, "zone": zone, "market": market, "room": room}),
    );
}

fn living(lab: &Lab) -> Vec<Value> {
    let ended = ["terminated", "shutting-down"];
    lab.machines().into_iter().filter(|one| !ended.contains(&one["state"].as_str().unwrap())).collect()
}

fn names(machines: &[Value]) -> Vec<String> {
    let mut names: Vec<String> =
        machines.iter().map(|one| one["tags"]["Name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn parameter<'r>(request: &'r Request, name: &str) -> &'r str {
    request.params.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn warnings(screen: &Screen) -> String {
    screen.stderr.lines().filter(|line| line.starts_with("warning")).collect::<Vec<_>>().join("\n")
}

/// How many machines each request of the journal has made.
fn journalled(home: &crate::support::Home) -> usize {
    let made = |(_, entry): (std::path::PathBuf, Value)| match &entry["outcome"] {
        Value::Object(outcome) if outcome.contains_key("made") => 1,
        Value::Object(outcome) if outcome.contains_key("made-several") => {
            outcome["made-several"].as_array().unwrap().len()
        }
        _ => 0,
    };
    journal(home).into_iter().map(made).sum()
}

/// What was said from the first word of the deeds on, without the plan.
fn deeds<'s>(screen: &'s Screen, from: &str) -> &'s str {
    &screen.stderr[screen.stderr.find(from).unwrap_or_else(|| panic!("{screen}"))..]
}

#[test]
fn several_machines_are_one_request_with_one_launch_and_names_of_their_own() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large --count 3 --name trainer-{index} --ttl 1h --wait running";
    let screen = home.run(&format!("{line} -o json")).ok();
    assert_snapshot!(screen.stderr, @"
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        count    3 machines, all of them or none
        names    trainer-1 to trainer-3
        machine  m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), on-demand, 2 vCPUs, 8 GiB
        image    Amazon Linux 2023, the usual image
                 ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     each 0.106677 USD an hour, 0.11 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        in all   0.320031 USD an hour, 0.32 USD until the deadline
        ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
                 or after 1h without work
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
        step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
        step     make launch template cloudkit-l-xxxxxxxxxxxxxxxx-f0-0
        step     launch 3 machines in us-east-1, by one request
        step     remove the launch templates again
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression): done
    make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32): done
    make launch template cloudkit-l-xxxxxxxxxxxxxxxx-f0-0: done
    accepted: i-xxxxxxxxxxxxxxxxx, i-xxxxxxxxxxxxxxxxx, i-xxxxxxxxxxxxxxxxx
    3 machines run
    ");
    let launched = screen.json();
    let launched = launched.as_array().unwrap();
    let living = living(&lab);
    assert_eq!(names(&living), ["trainer-1", "trainer-2", "trainer-3"]);
    for (number, one) in launched.iter().enumerate() {
        assert_eq!(one["name"], format!("trainer-{}", number + 1));
        assert_eq!(one["launch"], launched[0]["launch"]);
        assert_eq!(one["state"], "running");
        let machine = living.iter().find(|machine| machine["id"] == one["instance_id"]).unwrap();
        assert_eq!(machine["tags"]["Name"], one["name"]);
        assert_eq!(machine["shutdown_behavior"], "terminate");
        assert_eq!(machine["metadata_options"]["HttpTokens"], "required");
        assert_eq!(machine["metadata_options"]["InstanceMetadataTags"], "enabled");
    }
    assert_eq!(lab.requests_of("CreateFleet").len(), 1);
    assert_eq!(lab.requests_of("RunInstances").len(), 0);
    assert_eq!(lab.left()["us-east-1"]["launch_templates"], Value::Null, "removed as soon as they are there");
    assert_eq!(journalled(&home), 3);
    // A name without a place for the number gets it behind; without any name nothing has to be tagged later.
    home.run(&format!("{TWO_KINDS} --count 2 -n node")).ok();
    let nodes = || names(&self::living(&lab)).into_iter().filter(|name| name.starts_with("node"));
    assert_eq!(nodes().collect::<Vec<_>>(), ["node-1", "node-2"]);
    let tagged = lab.requests_of("CreateTags").len();
    assert_eq!(tagged, 5, "a call for each machine with a name");
    home.run(&format!("{TWO_KINDS} --count 2")).ok();
    assert_eq!(lab.requests_of("CreateTags").len(), tagged);
}

#[test]
fn what_is_no_number_of_machines_is_refused_where_it_is_typed() {
    let home = crate::support::Home::new();
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --count 0"), @"
    --- stderr
    error: invalid value '0' for '--count <N>': 0 is not in 1..=1000
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --count 2 --min-count 3"), @"
    --- stderr
    region us-east-1 (no setting, so the default)
    error: --min-count 3 is more than --count 2
    hint: launch as many: --count 3
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --min-count 3"), @"
    --- stderr
    error: the following required arguments were not provided: --count <N>
    hint: every flag with its values: --help
    --- exit 2
    ");
}

#[test]
fn several_spot_candidates_are_one_request_in_which_ec2_chooses() {
    let lab = Lab::start();
    let home = lab.home();
    let line = format!("{TWO_KINDS} --spot --max-price 0.3");
    let launched = home.run(&format!("{line} -o json")).ok().json();
    assert_eq!(launched["market"], "spot");
    assert_eq!(lab.requests_of("RunInstances").len(), 0);
    let request = lab.requests_of("CreateFleet").remove(0);
    let told = |name: &str| parameter(&request, name).to_owned();
    assert_eq!(told("Type"), "instant");
    assert_eq!(told("SpotOptions.AllocationStrategy"), "price-capacity-optimized");
    assert_eq!(told("TargetCapacitySpecification.TotalTargetCapacity"), "1");
    assert_eq!(told("TargetCapacitySpecification.DefaultTargetCapacityType"), "spot");
    assert_eq!(told("LaunchTemplateConfigs.1.Overrides.1.MaxPrice"), "0.30");
    assert_eq!(told("SpotOptions.MinTargetCapacity"), "");
    let pools = request.params.keys().filter(|name| name.ends_with(".SubnetId")).count();
    assert!(pools > 6, "each type in each zone: {:#?}", request.params);
    assert_eq!(lab.requests_of("CreateLaunchTemplate").len(), 1, "both start from the same");
    let template = lab.requests_of("CreateLaunchTemplate").remove(0);
    assert!(
        template.params.keys().all(|name| !name.contains("InstanceMarketOptions")),
        "a fleet refuses that"
    );
    let plan = home.run(&format!("{line} --count 5 --name node-{{index}} --dry-run")).ok();
    assert_snapshot!(plan.stdout, @"
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
      count    5 machines, all of them or none
      names    node-1 to node-5
      machine  m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot at most 0.30 USD an hour, 2 vCPUs, 8 GiB
      or       m7i.xlarge in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot at most 0.30 USD an hour, 4 vCPUs, 16 GiB
      image    Amazon Linux 2023, the usual image
               ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
      cost     each 0.005877 USD an hour and the unknown price of: m7i.large
               m7i.large: unknown
               8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
      in all   0.029385 USD an hour and the unknown price of: m7i.large
      ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
               or after 1h without work
      lets in  SSH (port [PORT]) from 203.0.113.7/32
      step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
      step     make launch template cloudkit-l-xxxxxxxxxxxxxxxx-f0-0
      step     launch 5 machines in us-east-1, by one request
      step     remove the launch templates again
    ");
    // One type in one zone is asked for as ever.
    home.run("cloudkit launch -t m7i.large -z use1-az1 --spot --ttl 1h --yes --wait accepted").ok();
    assert_eq!((lab.requests_of("RunInstances").len(), lab.requests_of("CreateFleet").len()), (1, 1));
}

#[test]
fn what_spot_can_not_give_on_demand_fills_up() {
    let lab = Lab::start();
    let home = lab.home();
    room(&lab, "m7i.large", None, "spot", 0);
    room(&lab, "m7i.xlarge", None, "spot", 0);
    room(&lab, "m7i.large", Some("us-east-1a"), "spot", 2);
    room(&lab, "m7i.xlarge", Some("us-east-1b"), "spot", 1);
    let line = format!("{TWO_KINDS} --spot --fallback on-demand --count 5 -n node -o table");
    let line = line.replace("--wait accepted", "--wait running");
    let screen = home.run(&line).ok();
    assert_snapshot!(screen.stdout, @"
    NAME    ID                   TYPE        REGION     ADDRESS    ENDS                  USD/HOUR
    node-1  i-xxxxxxxxxxxxxxxxx  m7i.large   us-east-1  127.0.0.1  YYYY-MM-DDThh:mm:ssZ         -
    node-2  i-xxxxxxxxxxxxxxxxx  m7i.large   us-east-1  127.0.0.1  YYYY-MM-DDThh:mm:ssZ         -
    node-3  i-xxxxxxxxxxxxxxxxx  m7i.xlarge  us-east-1  127.0.0.1  YYYY-MM-DDThh:mm:ssZ         -
    node-4  i-xxxxxxxxxxxxxxxxx  m7i.large   us-east-1  127.0.0.1  YYYY-MM-DDThh:mm:ssZ  0.106677
    node-5  i-xxxxxxxxxxxxxxxxx  m7i.large   us-east-1  127.0.0.1  YYYY-MM-DDThh:mm:ssZ  0.106677
    ");
    assert_snapshot!(deeds(&screen, "accepted"), @"
    accepted: i-xxxxxxxxxxxxxxxxx, i-xxxxxxxxxxxxxxxxx, i-xxxxxxxxxxxxxxxxx
    3 machines run
    warning: m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: InsufficientInstanceCapacity: There is no Spot capacity available that matches your request.
    warning: m7i.xlarge in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: InsufficientInstanceCapacity: There is no Spot capacity available that matches your request.
    make launch template cloudkit-l-xxxxxxxxxxxxxxxx-f1-0: done
    accepted: i-xxxxxxxxxxxxxxxxx, i-xxxxxxxxxxxxxxxxx
    2 machines run
    warning: spot was asked for, and 2 of 5 machines were launched on-demand, at its own price: each 0.106677 USD an hour, 0.11 USD until the deadline
    columns that did not fit: STATE (-o wide shows them)
    5 machines of launch l-xxxxxxxxxxxxxxxx: 2 m7i.large in us-east-1, spot; 1 m7i.xlarge in us-east-1, spot; 2 m7i.large in us-east-1
    in all: 0.230985 USD an hour and the unknown price of: m7i.large, m7i.xlarge
    refused: m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: InsufficientInstanceCapacity: There is no Spot capacity available that matches your request.
    refused: m7i.xlarge in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: InsufficientInstanceCapacity: There is no Spot capacity available that matches your request.
    end them: cloudkit launch terminate l-xxxxxxxxxxxxxxxx
    ");
    let count = |market: &str| living(&lab).iter().filter(|one| one["lifecycle"] == market).count();
    assert_eq!((count("spot"), count("on-demand")), (3, 2));
    assert_eq!(journalled(&home), 5);
    let wanted: Vec<String> = lab
        .requests_of("CreateFleet")
        .iter()
        .map(|one| parameter(one, "TargetCapacitySpecification.TotalTargetCapacity").to_owned())
        .collect();
    assert_eq!(wanted, ["5", "2"]);
    assert_eq!(lab.left()["us-east-1"]["launch_templates"], Value::Null);
    // The pools that were used up are not asked for again at once.
    let again = home.run(&format!("{TWO_KINDS} --spot --fallback on-demand")).ok();
    assert!(again.stderr.contains("not asked again until"), "{again}");
    assert_eq!(living(&lab).iter().filter(|one| one["lifecycle"] == "on-demand").count(), 3);
}

#[test]
fn fewer_than_will_do_are_none() {
    let lab = Lab::start();
    let home = lab.home();
    room(&lab, "m7i.large", None, "on-demand", 0);
    room(&lab, "m7i.xlarge", None, "on-demand", 0);
    room(&lab, "m7i.large", Some("us-east-1a"), "on-demand", 2);
    room(&lab, "m7i.xlarge", Some("us-east-1b"), "on-demand", 1);
    let screen = home.run(&format!("{TWO_KINDS} --count 5 --min-count 4 --quiet"));
    assert_snapshot!(screen, @"
    --- stderr
    error: AWS can give 3 of the 5 machines, and fewer than 4 are not wanted:
      m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6): CreateFleet refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity. Our system will be working on provisioning additional capacity.
      m7i.xlarge in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6): CreateFleet refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.xlarge capacity. Our system will be working on provisioning additional capacity.
    hint: let so many do: --min-count 3
    hint: see where there may be capacity: cloudkit find capacity m7i.large --region all --check
    hint: see where there may be capacity: cloudkit find capacity m7i.xlarge --region all --check
    hint: keep trying: --wait-for-capacity 2h
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 4
    ");
    assert_eq!(lab.machines().len(), 3, "there were some, of two types, for which EC2 takes no minimum");
    assert_eq!(journalled(&home), 3);
    lab.machines().iter().for_each(|one| lab.until_it_is(one["id"].as_str().unwrap(), "terminated"));
    lab.nothing_is_left();
    assert_eq!(lab.requests_of("TerminateInstances").len(), 1, "all of them by one call");
}

#[test]
fn as_many_as_will_do_are_enough() {
    let lab = Lab::start();
    let home = lab.home();
    room(&lab, "m7i.large", None, "on-demand", 0);
    room(&lab, "m7i.large", Some("us-east-1a"), "on-demand", 3);
    let line = "cloudkit launch -t m7i.large --count 5 --min-count 2 --ttl 1h --wait accepted -n node";
    let screen = home.run(&format!("{line} -o table")).ok();
    assert_snapshot!(deeds(&screen, "3 machines"), @"
    3 machines of launch l-xxxxxxxxxxxxxxxx, of 5 that were wanted: 3 m7i.large in us-east-1
    in all: 0.320031 USD an hour, 0.32 USD until the deadline
    refused: m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6): CreateFleet refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity. Our system will be working on provisioning additional capacity.
    end them: cloudkit launch terminate l-xxxxxxxxxxxxxxxx
    ");
    assert_eq!(names(&living(&lab)), ["node-1", "node-2", "node-3"]);
    let request = lab.requests_of("CreateFleet").remove(0);
    let told = |name: &str| parameter(&request, &format!("OnDemandOptions.{name}")).to_owned();
    assert_eq!((told("AllocationStrategy"), told("MinTargetCapacity")), ("prioritized".into(), "2".into()));
    assert_eq!(told("SingleInstanceType"), "true", "for one type EC2 keeps the minimum itself");
    // Where it can't be, nothing was ever there.
    room(&lab, "m7i.large", Some("us-east-1a"), "on-demand", 1);
    let before = lab.machines().len();
    home.run(line).exits(4);
    assert_eq!(lab.machines().len(), before);
}

#[test]
fn a_fleet_that_is_refused_as_a_whole_leaves_the_others_their_turn() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "CreateFleet", "status": 400, "times": 1,
        "code": "MaxSpotInstanceCountExceeded", "message": "Max spot instance count exceeded"}));
    let screen = home.run(&format!("{TWO_KINDS} --spot --fallback on-demand --count 2")).ok();
    assert_snapshot!(warnings(&screen), @"
    warning: m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: MaxSpotInstanceCountExceeded: Max spot instance count exceeded
    warning: m7i.xlarge in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6), spot: CreateFleet refused: MaxSpotInstanceCountExceeded: Max spot instance count exceeded
    warning: spot was asked for, and 2 of 2 machines were launched on-demand, at its own price: each 0.106677 USD an hour, 0.11 USD until the deadline
    ");
    let all = living(&lab);
    assert!(all.len() == 2 && all.iter().all(|one| one["lifecycle"] == "on-demand"), "{all:#?}");
}

#[test]
fn errors_of_single_pools_are_told_from_those_that_end_it() {
    let lab = Lab::start();
    let home = lab.home();
    let line = format!("{TWO_KINDS} --count 3");
    // Of one pool it is a refusal like any other; of all of them it ends it.
    lab.post("/fleet-errors", &json!({"code": "UnauthorizedOperation", "type": "m7i.large"}));
    let screen = home.run(&line).ok();
    assert_snapshot!(warnings(&screen), @"warning: m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6): CreateFleet refused: UnauthorizedOperation: AWS says why.");
    lab.reset();
    lab.post("/fleet-errors", &json!({"code": "UnauthorizedOperation"}));
    assert_snapshot!(home.run(&format!("{line} --quiet")), @"
    --- stderr
    error: cannot launch a fleet in us-east-1
    caused by: CreateFleet refused: UnauthorizedOperation: AWS says why.
    hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …
    hint: several machines, and several spot candidates, take ec2:CreateFleet, ec2:CreateLaunchTemplate and ec2:DeleteLaunchTemplate besides ec2:RunInstances; one machine on demand takes none of them
    --- exit 3
    ");
    lab.nothing_is_left();
    // A moment's trouble is asked past, by another request for the rest.
    lab.reset();
    lab.post("/fleet-errors", &json!({"code": "RequestLimitExceeded", "times": 10}));
    let screen = home.run(&line).ok();
    assert!(warnings(&screen).contains("asking for the rest by another request"), "{screen}");
    assert_eq!(living(&lab).len(), 3);
    // The quota that one is charged to is not asked again.
    lab.reset();
    lab.post("/fleet-errors", &json!({"code": "VcpuLimitExceeded"}));
    assert_snapshot!(home.run(&format!("{line} --quiet")), @"
    --- stderr
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6): CreateFleet refused: VcpuLimitExceeded: AWS says why.
      m7i.xlarge in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6): CreateFleet refused: VcpuLimitExceeded: AWS says why.
    hint: end a machine (cloudkit launch list), or ask for more: cloudkit find quotas --instance-type m7i.large --region us-east-1 --request
    hint: end a machine (cloudkit launch list), or ask for more: cloudkit find quotas --instance-type m7i.xlarge --region us-east-1 --request
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 4
    ");
    lab.nothing_is_left();
}

#[test]
fn a_role_that_ec2_does_not_know_yet_is_waited_for() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/instance-profiles", &json!({"unknown_launches": 1}));
    let screen =
        home.run("cloudkit launch -t m7i.large --count 2 --on-idle stop --ttl 1h --wait accepted").ok();
    assert!(screen.stderr.contains("2 machines"), "{screen}");
    assert_eq!(living(&lab).len(), 2);
}

#[test]
fn machines_that_ec2_can_not_keep_are_asked_for_elsewhere() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post(
        "/deaths",
        &json!({"code": "Server.InsufficientInstanceCapacity", "message": "No room", "times": 2}),
    );
    let line = "cloudkit launch -t m7i.large,m7i.xlarge --spot --fallback on-demand --count 3 --ttl 1h --yes \
        --wait running -o json";
    let launched = home.run(line).ok().json();
    let markets: Vec<&Value> = launched.as_array().unwrap().iter().map(|one| &one["market"]).collect();
    assert_eq!(markets, ["spot", "on-demand", "on-demand"]);
    assert_eq!(living(&lab).len(), 3);
}

#[test]
fn into_a_reservation_several_go_by_one_ordinary_request() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post(
        "/capacity-reservations",
        &json!({"region": "us-east-1", "InstanceType": "m7i.large", "AvailabilityZone": "us-east-1a",
        "TotalInstanceCount": 3, "CapacityReservationId": "cr-0123456789abcdef0", "InstanceMatchCriteria": "targeted"}),
    );
    let line = "cloudkit launch -t m7i.large --use-reservation cr-0123456789abcdef0 --ttl 1h --wait accepted";
    home.run(&format!("{line} --count 3 -n node")).ok();
    let request = lab.requests_of("RunInstances").remove(0);
    assert_eq!((parameter(&request, "MinCount"), parameter(&request, "MaxCount")), ("3", "3"));
    assert_eq!(names(&living(&lab)), ["node-1", "node-2", "node-3"]);
    assert_eq!((lab.requests_of("CreateFleet").len(), journalled(&home)), (0, 3));
    home.run(&format!("{line} --count 2 --fallback on-demand")).ok();
    assert_eq!(lab.requests_of("CreateFleet").len(), 1, "what the reservation has not, a fleet has");
}

#[test]
fn what_all_of_them_cost_is_asked_about() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --count 50 --ttl 1h --quiet"), @"
    --- stderr
    error: this has to be confirmed, and there is no terminal to ask on: this can cost 5.33385 USD an hour, more than 2.00. Launch in account 123456789012, us-east-1?
    hint: confirm it beforehand: --yes
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn every_verb_takes_the_launch_for_all_of_its_machines() {
    let lab = Lab::start();
    let home = lab.home();
    let line = format!("{TWO_KINDS} --count 3 -n node --tag team=vision -o json");
    let launched = home.run(&line.replace("--wait accepted", "--wait running")).ok().json();
    let launch = launched[0]["launch"].as_str().unwrap().to_owned();
    let listed =
        home.run(&format!("cloudkit launch list -r us-east-1 --launch {launch} -o json")).ok().json();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    assert_eq!(listed[0]["tags"], json!({"team": "vision"}), "EC2's own tags are not its user's");
    assert_eq!(
        home.run(&format!("cloudkit launch status {launch} -r us-east-1 -o json"))
            .ok()
            .json()
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        home.run(&format!("cloudkit launch cost {launch} -r us-east-1 -o json"))
            .ok()
            .json()
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let screen = home.run(&format!("cloudkit launch extend {launch} 2h -r us-east-1 --yes")).ok();
    assert_eq!(screen.stderr.matches("node-").count(), 3, "{screen}");
    let screen = home.run(&format!("cloudkit launch connect {launch} -r us-east-1"));
    assert_snapshot!(screen, @"
    --- stderr
    error: l-xxxxxxxxxxxxxxxx means 3 machines: node-1 (i-xxxxxxxxxxxxxxxxx), node-2 (i-xxxxxxxxxxxxxxxxx), node-3 (i-xxxxxxxxxxxxxxxxx)
    hint: name one of them
    --- exit 2
    ");
    let screen = home.run("cloudkit launch terminate --tag team=vision -r us-east-1 --yes").ok();
    assert_eq!(screen.stderr.matches("node-").count(), 3, "{screen}");
    for one in launched.as_array().unwrap() {
        lab.until_it_is(one["instance_id"].as_str().unwrap(), "terminated");
    }
    home.run("cloudkit launch cleanup -r us-east-1 --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn calls_do_not_grow_with_the_machines() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted").ok();
    let calls = |count: u32| {
        let before = lab.requests().len();
        home.run(&format!("cloudkit launch -t m7i.large --count {count} --ttl 1h --yes --wait accepted"))
            .ok();
        lab.requests_since(before).into_iter().map(|request| request.action).collect::<Vec<_>>()
    };
    let (two, fifty) = (sorted(calls(2)), sorted(calls(50)));
    assert_eq!(two, fifty);
    assert_snapshot!(two.join(" "), @"AuthorizeSecurityGroupIngress CreateFleet CreateLaunchTemplate CreateSecurityGroup DeleteLaunchTemplate DescribeImages DescribeInstanceTypeOfferings DescribeRouteTables DescribeSubnets DescribeVpcs GetCallerIdentity GetParameters HeadBucket HeadObject");
    assert_eq!(living(&lab).len(), 53);
    let named = |count: u32| {
        let before = lab.requests().len();
        let line =
            format!("cloudkit launch -t m7i.large --count {count} -n node --ttl 1h --yes --wait accepted");
        home.run(&line).ok();
        lab.requests_since(before).len()
    };
    assert_eq!((named(2), named(5)), (two.len() + 2, two.len() + 5), "and a call for each name");
}

fn sorted(mut calls: Vec<String>) -> Vec<String> {
    calls.sort();
    calls
}
