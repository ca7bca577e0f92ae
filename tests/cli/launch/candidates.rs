//! Who is asked after whom, what ends it, and what is remembered of refusals.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab, Screen};

/// `TYPE ZONE MARKET` of each request for a machine, in order.
fn asked(lab: &Lab) -> Vec<String> {
    let word = |request: &crate::support::Request, name: &str, without: &str| {
        request.params.get(name).and_then(Value::as_str).unwrap_or(without).to_owned()
    };
    let requests = lab.requests_of("RunInstances").into_iter();
    requests
        .map(|request| {
            let zone = word(&request, "Placement.AvailabilityZoneId", "");
            let zone =
                if zone.is_empty() { word(&request, "Placement.AvailabilityZone", "anywhere") } else { zone };
            let market = word(&request, "InstanceMarketOptions.MarketType", "on-demand");
            format!("{} {zone} {market}", word(&request, "InstanceType", "?"))
        })
        .collect()
}

fn full(lab: &Lab, instance_type: &str, zone: Option<&str>) {
    lab.post("/room", &json!({"region": "us-east-1", "type": instance_type, "zone": zone}));
}

fn refuse(lab: &Lab, code: &str, status: u16, more: &Value) {
    let mut fault = json!({"kind": "error", "action": "RunInstances", "status": status, "code": code,
        "message": "AWS says why."});
    fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    lab.fault(&fault);
}

fn warnings(screen: &Screen) -> String {
    screen.stderr.lines().filter(|line| line.starts_with("warning")).collect::<Vec<_>>().join("\n")
}

#[test]
fn zone_then_type_then_region_then_market() {
    let lab = Lab::start();
    let home = lab.home();
    let plan = home
        .run(
            "cloudkit launch -t m7i.large,m7i.xlarge -r us-east-1 --region us-west-2 -z use1-az4 -z usw2-az1,use1-az6 \
             --spot --fallback on-demand --ttl 1h --dry-run -o json",
        )
        .ok()
        .json();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let one =
        |one: &Value| format!("{} {} {}", text(one, "market"), text(one, "instance_type"), text(one, "zone"));
    let order: Vec<String> = plan["candidates"].as_array().unwrap().iter().map(one).collect();
    assert_snapshot!(order.join("\n"), @"
    spot m7i.large use1-az4
    spot m7i.large use1-az6
    spot m7i.xlarge use1-az4
    spot m7i.xlarge use1-az6
    spot m7i.large usw2-az1
    spot m7i.xlarge usw2-az1
    on-demand m7i.large use1-az4
    on-demand m7i.large use1-az6
    on-demand m7i.xlarge use1-az4
    on-demand m7i.xlarge use1-az6
    on-demand m7i.large usw2-az1
    on-demand m7i.xlarge usw2-az1
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn zones_are_of_the_regions_that_are_named() {
    let home = Home::new();
    let line = "cloudkit launch -t m7i.large -r us-east-1,us-west-2 -z euw1-az1";
    assert_snapshot!(home.run(line), @r#"
    --- stderr
    error: none of us-east-1, us-west-2 has a zone "euw1-az1"
    hint: zones of us-east-1: use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6
    hint: zones of us-west-2: usw2-az1, usw2-az2, usw2-az3, usw2-az4
    --- exit 2
    "#);
}

#[test]
fn without_a_zone_ec2_chooses_and_where_it_recommends_zones_they_come_next() {
    let lab = Lab::start();
    let home = lab.home();
    refuse(
        &lab,
        "InsufficientInstanceCapacity",
        500,
        &json!({"times": 1, "message":
        "We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (us-east-1a). \
         Our system will be working on provisioning additional capacity. You can currently get m7i.large capacity by \
         not specifying an Availability Zone in your request or choosing us-east-1d, us-east-1b."}),
    );
    full(&lab, "m7i.large", Some("us-east-1d"));
    let screen =
        home.run("cloudkit launch -t m7i.large,m7i.xlarge --yes --ttl 1h --wait accepted -o json").ok();
    assert_eq!(
        asked(&lab),
        ["m7i.large anywhere on-demand", "m7i.large use1-az4 on-demand", "m7i.large use1-az1 on-demand"]
    );
    let since = screen.stderr.find("warning").unwrap();
    assert_snapshot!(&screen.stderr[since..], @"
    warning: m7i.large in us-east-1: RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (us-east-1a). Our system will be working on provisioning additional capacity. You can currently get m7i.large capacity by not specifying an Availability Zone in your request or choosing us-east-1d, us-east-1b.
    EC2 recommends other zones; next: use1-az4, use1-az1
    warning: m7i.large in us-east-1 (use1-az4): RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (us-east-1d). Our system will be working on provisioning additional capacity. You can currently get m7i.large capacity by not specifying an Availability Zone in your request or choosing us-east-1a, us-east-1b, us-east-1c, us-east-1f.
    EC2 recommends other zones; next: use1-az1
    i-xxxxxxxxxxxxxxxxx: accepted
    ");
    let mut tokens: Vec<_> =
        lab.requests_of("RunInstances").iter().map(|one| one.params["ClientToken"].clone()).collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 3, "each has a token of its own");
    assert_eq!(
        lab.requests_of("DescribeAvailabilityZones").len(),
        2,
        "asked for where zones are named, and only then"
    );
    assert_eq!(screen.json()["zone"], "use1-az1");
    assert_eq!(screen.json()["refused"].as_array().unwrap().len(), 2);
}

#[test]
fn a_zone_that_was_named_is_not_left_for_another() {
    let lab = Lab::start();
    let home = lab.home();
    full(&lab, "m7i.large", Some("us-east-1a"));
    full(&lab, "m7i.large", Some("us-east-1b"));
    let line = "cloudkit launch -t m7i.large --ttl 1h --wait accepted --quiet -z us-east-1a,us-east-1b";
    assert_snapshot!(home.run(line), @"
    --- stderr
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1 (us-east-1a): RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (us-east-1a). Our system will be working on provisioning additional capacity. You can currently get m7i.large capacity by not specifying an Availability Zone in your request or choosing us-east-1c, us-east-1d, us-east-1f.
      m7i.large in us-east-1 (us-east-1b): RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (us-east-1b). Our system will be working on provisioning additional capacity. You can currently get m7i.large capacity by not specifying an Availability Zone in your request or choosing us-east-1c, us-east-1d, us-east-1f.
    hint: see where there may be capacity: cloudkit find capacity m7i.large --region all --check
    hint: keep trying: --wait-for-capacity 2h
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 4
    ");
    assert_eq!(asked(&lab), ["m7i.large us-east-1a on-demand", "m7i.large us-east-1b on-demand"]);
    lab.nothing_is_left();
    // Of the zones that were named, the one that EC2 recommends comes first.
    lab.reset();
    full(&lab, "m7i.xlarge", Some("us-east-1a"));
    full(&lab, "m7i.xlarge", Some("us-east-1b"));
    home.run(
        "cloudkit launch -t m7i.xlarge --yes --ttl 1h --wait accepted -z us-east-1a,us-east-1b,us-east-1c",
    )
    .ok();
    assert_eq!(asked(&lab), ["m7i.xlarge us-east-1a on-demand", "m7i.xlarge us-east-1c on-demand"]);
}

#[test]
fn a_quota_is_not_asked_twice_and_others_are() {
    let lab = Lab::start();
    let home = lab.home();
    // A quota that is used up between the look at it and the launch.
    lab.fault(&json!({"kind": "error", "action": "RunInstances", "region": "us-east-1", "status": 400,
        "code": "VcpuLimitExceeded", "message": "AWS says why."}));
    let line = "cloudkit launch -t m7i.large,c7i.large --ttl 1h --wait accepted";
    assert_snapshot!(home.run(&format!("{line} --quiet")), @"
    --- stderr
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1: RunInstances refused: VcpuLimitExceeded: AWS says why.
      c7i.large in us-east-1: not asked for: it is charged to the quota that refused m7i.large
    hint: end a machine (cloudkit launch list), or ask for more: cloudkit find quotas --instance-type m7i.large --region us-east-1 --request
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    --- exit 4
    ");
    assert_eq!(asked(&lab).len(), 1);
    lab.nothing_is_left();
    let screen = home.run(&format!("{line} -r us-east-1,us-west-2 -o json")).ok();
    assert_eq!(screen.json()["region"], "us-west-2");
    assert_snapshot!(warnings(&screen), @"
    warning: m7i.large in us-east-1: RunInstances refused: VcpuLimitExceeded: AWS says why.
    warning: c7i.large in us-east-1: not asked for: it is charged to the quota that refused m7i.large
    ");
    assert_eq!(lab.left()["us-east-1"], Value::Null, "what was made for the others is gone");
}

#[test]
fn what_another_candidate_would_not_change_ends_it() {
    let lab = Lab::start();
    let home = lab.home();
    let hints = |code: &str, status: u16, exit: i32| {
        lab.reset();
        refuse(&lab, code, status, &json!({}));
        let screen = home.run("cloudkit launch -t m7i.large,m7i.xlarge --yes --ttl 1h --quiet").exits(exit);
        assert_eq!(asked(&lab).len(), 1, "{code}");
        lab.nothing_is_left();
        screen.stderr.lines().last().unwrap().to_owned()
    };
    assert_snapshot!(hints("PendingVerification", 400, 3), @"hint: AWS is still verifying the account for this region, which it says takes up to four hours: try another --region, or again later");
    assert_snapshot!(hints("OptInRequired", 403, 3), @"hint: the account is not signed up for EC2 here: see https://console.aws.amazon.com/billing/home#/account");
    assert_snapshot!(hints("UnauthorizedOperation", 403, 3), @"hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …");
    assert_snapshot!(hints("InvalidParameterCombination", 400, 2), @"caused by: RunInstances refused: InvalidParameterCombination: AWS says why.");
}

#[test]
fn the_codes_that_mean_elsewhere_leave_the_others_their_turn() {
    let lab = Lab::start();
    for (code, status) in [
        ("InsufficientInstanceCapacity", 500),
        ("UnfulfillableCapacity", 400),
        ("Unsupported", 400),
        ("InsufficientFreeAddressesInSubnet", 400),
        ("MaxFleetCountExceeded", 400),
    ] {
        lab.reset();
        // Another home, which remembers no refusal.
        let home = lab.home();
        refuse(&lab, code, status, &json!({"times": 1}));
        home.run("cloudkit launch -t g6.xlarge,m7i.large --ttl 1h --wait accepted").ok();
        assert_eq!(asked(&lab), ["g6.xlarge anywhere on-demand", "m7i.large anywhere on-demand"], "{code}");
    }
}

#[test]
fn a_pool_without_capacity_is_not_asked_again_by_the_next_launch_unless_it_is_all_there_is() {
    let lab = Lab::start();
    let home = lab.home();
    full(&lab, "g6.xlarge", None);
    let line = "cloudkit launch -t g6.xlarge,m7i.large --ttl 1h --wait accepted -o json";
    home.run(line).ok();
    let screen = home.run(line).ok();
    assert_eq!(
        asked(&lab),
        ["g6.xlarge anywhere on-demand", "m7i.large anywhere on-demand", "m7i.large anywhere on-demand"]
    );
    let not = screen.stderr.lines().find(|line| line.trim().starts_with("not ")).unwrap();
    assert_snapshot!(without_spans(not), @"    not      g6.xlarge in us-east-1: refused for want of capacity [SPAN] ago, and not asked again until YYYY-MM-DDThh:mm:ssZ");
    assert_eq!(screen.json()["refused"][0]["instance_type"], "g6.xlarge");
    let alone = home.run("cloudkit launch -t g6.xlarge --ttl 1h --wait accepted").exits(4);
    assert_snapshot!(without_spans(alone.stderr.lines().find(|line| line.contains("note")).unwrap()), @"    note     all of this was refused for want of capacity, last [SPAN] ago; it is asked for again all the same");
    assert_eq!(asked(&lab).len(), 4, "alone it is asked for all the same");
    home.write(".cache/cloudkit/capacity-refusals.json", "{\"schema\":");
    let screen = home.run("cloudkit launch -t m7i.large --ttl 1h --wait accepted").ok();
    assert_snapshot!(warnings(&screen), @"warning: what was refused a short while ago is not known: [HOME]/.cache/cloudkit/capacity-refusals.json was damaged and has been dropped");
}

fn without_spans(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let is_span = word.ends_with('s') && word.starts_with(|c: char| c.is_ascii_digit());
        if is_span { "[SPAN]" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_machine_that_ec2_can_not_keep_counts_as_refused() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post(
        "/deaths",
        &json!({"code": "Server.InsufficientInstanceCapacity",
        "message": "Insufficient capacity to satisfy instance request"}),
    );
    let screen =
        home.run("cloudkit launch -t m7i.large,m7i.xlarge --yes --ttl 1h --wait running -o json").ok();
    assert_snapshot!(warnings(&screen), @"warning: m7i.large in us-east-1: i-xxxxxxxxxxxxxxxxx ended while it started: Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request");
    assert_eq!(screen.json()["instance_type"], "m7i.xlarge");
    assert_eq!(screen.json()["refused"][0]["code"], "Server.InsufficientInstanceCapacity");
    let alive = |machine: &&Value| machine["state"] != "terminated";
    assert_eq!(lab.machines().iter().filter(alive).count(), 1);
    let again = home.run("cloudkit launch -t m7i.large,m7i.xlarge --yes --ttl 1h --wait accepted").ok();
    assert!(
        again.stderr.contains("not      m7i.large in us-east-1: refused for want of capacity"),
        "{again}"
    );
}

#[test]
fn a_machine_that_ends_for_a_fault_of_the_request_ends_it_with_what_to_look_at() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/deaths", &json!({"code": "Client.InternalError", "message": "Client error on launch"}));
    assert_snapshot!(home.run("cloudkit launch -t m7i.large,m7i.xlarge --yes --ttl 1h --wait running --quiet"), @"
    --- stderr
    error: i-xxxxxxxxxxxxxxxxx ended while it started: Client.InternalError: Client error on launch
    hint: often the key of an encrypted volume may not be used: look at the key of EBS (aws ec2 get-ebs-default-kms-key-id) and at its policy
    --- exit 5
    ");
    assert_eq!(asked(&lab).len(), 1);
    lab.nothing_is_left();
}

#[test]
fn a_machine_that_ec2_does_not_know_yet_is_waited_for() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "DescribeInstances", "status": 400, "times": 10,
        "code": "InvalidInstanceID.NotFound", "message": "The instance ID does not exist"}));
    let screen = home.run("cloudkit launch -t m7i.large --ttl 1h --wait running -o json").ok();
    assert_eq!(screen.json()["state"], "running");
    let looks = lab.requests_of("DescribeInstances").len();
    assert_eq!(looks, 11, "a look each half second");
}
