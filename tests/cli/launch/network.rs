//! Where a machine goes: the default network, one that is named, or one that the launch makes and later launches use.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h";

/// A lab whose region has no default network.
fn bare() -> Lab {
    let lab = Lab::start();
    without_default_network(&lab);
    lab
}

fn without_default_network(lab: &Lab) {
    lab.post("/default-network", &json!({"region": "us-east-1", "present": false}));
}

fn after<'t>(text: &'t str, words: &str) -> &'t str {
    &text[text.find(words).expect(text)..]
}

/// The last steps of a launch's talk, without the plan.
fn steps(stderr: &str) -> &str {
    after(stderr, "make network cloudkit (10.213.0.0/16): done")
}

/// What is left beside the machine's own volume.
fn left(lab: &Lab, kind: &str) -> usize {
    lab.left()["us-east-1"][kind].as_array().map_or(0, Vec::len)
}

fn end(lab: &Lab, home: &Home, name: &str) {
    home.run(&format!("cloudkit launch terminate {name} --yes -r us-east-1")).ok();
    let machines = lab.machines();
    let machine = machines.iter().find(|machine| machine["tags"]["Name"] == name).unwrap();
    lab.until_it_is(machine["id"].as_str().unwrap(), "terminated");
}

#[test]
fn a_region_without_a_network_gets_one_that_later_launches_use() {
    let lab = bare();
    let home = lab.home();
    let plan = home.run(&format!("{LAUNCH} --dry-run")).ok().stdout;
    assert_snapshot!(after(&plan, "  lets in"), @"
    lets in  SSH (port [PORT]) from 203.0.113.7/32
    step     make bucket cloudkit-123456789012-us-east-1
    step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
    step     make network cloudkit (10.213.0.0/16)
    step     make its internet gateway and the route there
    step     make its gateway to S3, which is free
    step     make its subnets in use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6
    step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
    step     launch m7i.large in us-east-1
    ");
    assert_snapshot!(after(&plan, "Plan").lines().take(3).collect::<Vec<_>>().join("\n"), @"
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
      machine  m7i.large in us-east-1 (use1-az1), on-demand, 2 vCPUs, 8 GiB
      or else  m7i.large in us-east-1 (use1-az2), on-demand, 2 vCPUs, 8 GiB
    ");
    assert_eq!(lab.changes(), [""; 0], "a dry run changes nothing");

    let first = home.run(&format!("{LAUNCH} --name one --wait running -o json")).ok();
    assert_snapshot!(steps(&first.stderr), @"
    make network cloudkit (10.213.0.0/16): done
    make its internet gateway and the route there: done
    make its gateway to S3, which is free: done
    make its subnets in use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6: done
    make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32): done
    i-xxxxxxxxxxxxxxxxx: accepted
    running at 127.0.0.1
    ");
    assert_eq!(lab.only_machine()["public_address"], "127.0.0.1");
    assert_eq!([left(&lab, "networks"), left(&lab, "subnets"), left(&lab, "vpc_endpoints")], [1, 6, 1]);

    let second = home.run(&format!("{LAUNCH} --name two --wait accepted -o json")).ok();
    assert!(!second.stderr.contains("make network"), "{second}");
    assert_eq!(lab.requests_of("CreateVpc").len(), 1);
    assert_eq!(lab.requests_of("CreateSubnet").len(), 6);
    assert_eq!(
        home.run("cloudkit launch cleanup -r us-east-1 --yes -o json").ok().json(),
        json!([]),
        "what machines are in is left alone"
    );

    end(&lab, &home, "one");
    let cleanup = "cloudkit launch cleanup -r us-east-1 --bucket --yes -o table";
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 --yes -o table"), @"
    KIND            ID                    REGION     LAUNCH              REMOVED
    security group  sg-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx  yes
    ");
    assert_eq!(left(&lab, "networks"), 1, "the other machine is in it");
    end(&lab, &home, "two");
    assert_snapshot!(home.run(cleanup), @"
    KIND            ID                               REGION     LAUNCH              REMOVED
    security group  sg-xxxxxxxxxxxxxxxxx             us-east-1  l-xxxxxxxxxxxxxxxx  yes
    network         vpc-xxxxxxxxxxxxxxxxx            us-east-1  l-xxxxxxxxxxxxxxxx  yes
    bucket          cloudkit-123456789012-us-east-1  us-east-1  -                   yes
    ");
    lab.nothing_is_left();
}

#[test]
fn everything_of_a_network_is_tagged_when_it_is_made() {
    let lab = bare();
    let home = lab.home();
    let launched = home.run(&format!("{LAUNCH} --wait accepted -o json")).ok().json();
    for action in ["CreateVpc", "CreateInternetGateway", "CreateVpcEndpoint", "CreateSubnet"] {
        for request in lab.requests_of(action) {
            let tag = |number: usize, part: &str| {
                request.params[&format!("TagSpecification.1.Tag.{number}.{part}")].clone()
            };
            let tags: Vec<Value> =
                (1..=5).map(|number| json!([tag(number, "Key"), tag(number, "Value")])).collect();
            let launch = &launched["launch"];
            let parent = format!("launch:{}", launch.as_str().unwrap());
            let expected = [
                json!(["Name", "cloudkit"]),
                json!(["cloudkit:managed", "true"]),
                json!(["cloudkit:launch", launch]),
                json!(["cloudkit:parent", parent]),
                json!(["cloudkit:version", env!("CARGO_PKG_VERSION")]),
            ];
            assert_eq!(tags, expected, "{action}");
        }
    }
}

/// Each call that makes a part of the network.
const PARTS: [&str; 6] = [
    "CreateVpc",
    "CreateInternetGateway",
    "AttachInternetGateway",
    "CreateRoute",
    "CreateVpcEndpoint",
    "CreateSubnet",
];

#[test]
fn a_network_that_can_not_be_made_whole_is_undone() {
    let lab = Lab::start();
    let home = lab.home();
    for action in PARTS {
        lab.reset();
        without_default_network(&lab);
        lab.fault(&json!({"kind": "error", "action": action, "status": 403, "code": "UnauthorizedOperation",
            "message": "You are not authorized to perform this operation."}));
        let screen = home.run(LAUNCH).exits(3);
        assert!(screen.stderr.contains("error: cannot make a network in us-east-1"), "{action}: {screen}");
        lab.nothing_is_left();
    }
}

#[test]
fn an_answer_that_is_lost_makes_no_part_twice() {
    let lab = Lab::start();
    let home = lab.home();
    for kind in ["lost-answer", "error"] {
        lab.reset();
        without_default_network(&lab);
        for action in PARTS {
            lab.fault(&json!({"kind": kind, "action": action, "status": 500, "times": 1}));
        }
        home.run(&format!("{LAUNCH} --wait accepted")).ok();
        assert_eq!([left(&lab, "networks"), left(&lab, "subnets")], [1, 6], "{kind}");
        assert_eq!([left(&lab, "vpc_endpoints"), left(&lab, "internet_gateways")], [1, 1], "{kind}");
    }
}

#[test]
fn what_was_just_made_and_is_not_known_yet_is_waited_for() {
    let lab = bare();
    let home = lab.home();
    for (action, code) in [
        ("AttachInternetGateway", "InvalidInternetGatewayID.NotFound"),
        ("CreateSubnet", "InvalidVpcID.NotFound"),
        ("CreateSecurityGroup", "InvalidVpcID.NotFound"),
        ("AuthorizeSecurityGroupIngress", "InvalidGroup.NotFound"),
    ] {
        lab.fault(&json!({"kind": "error", "action": action, "status": 400, "code": code, "message": "Not yet.", "times": 1}));
    }
    home.run(&format!("{LAUNCH} --wait accepted")).ok();
    assert_eq!(left(&lab, "subnets"), 6);
}

#[test]
fn a_machine_that_can_not_be_had_leaves_no_network() {
    let lab = bare();
    let home = lab.home();
    lab.fault(&json!({"kind": "error", "action": "RunInstances", "status": 500, "code": "InsufficientInstanceCapacity",
        "message": "We currently do not have sufficient capacity."}));
    let screen = home.run(LAUNCH).exits(4);
    assert_snapshot!(after(&screen.stderr, "removed again"), @"
    removed again: security group cloudkit-l-xxxxxxxxxxxxxxxx
    removed again: network vpc-xxxxxxxxxxxxxxxxx
    removed again: object agent/[SHA256]/cloudkit.gz in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    error: AWS can give none of the machines of the plan:
      m7i.large in us-east-1 (use1-az1, use1-az2, use1-az4, use1-az5, use1-az6): RunInstances refused: InsufficientInstanceCapacity: We currently do not have sufficient capacity.
    hint: see where there may be capacity: cloudkit find capacity m7i.large --region all --check
    hint: keep trying: --wait-for-capacity 2h
    hint: give more candidates, other zones or regions: cloudkit find search … --region all | cloudkit launch
    ");
    let zones: Vec<_> = lab.requests_of("RunInstances").iter().map(subnet_of).collect();
    let mut different = zones.clone();
    different.sort();
    different.dedup();
    assert_eq!((zones.len(), different.len()), (5, 5), "each zone that has the type, once");
    lab.nothing_is_left();
}

fn subnet_of(request: &crate::support::Request) -> String {
    request.params["NetworkInterface.1.SubnetId"].as_str().unwrap().to_owned()
}

#[cfg(unix)]
#[test]
fn ctrl_c_removes_the_network_too() {
    let lab = Lab::start();
    let home = lab.home();
    for words in [
        "its internet gateway and the route there: done",
        "make its subnets in use1-az1, use1-az2, use1-az3, use1-az4, use1-az5, use1-az6: done",
    ] {
        lab.reset();
        without_default_network(&lab);
        lab.post("/latency", &json!({"ms": 150}));
        let launch = home.start(LAUNCH);
        launch.until_it_says(words);
        launch.interrupt();
        let screen = launch.screen().exits(130);
        assert!(screen.stderr.contains("removed again: network vpc-"), "{screen}");
        lab.nothing_is_left();
    }
}

#[test]
fn ipv6_is_given_where_it_is_asked_for() {
    let lab = bare();
    let home = lab.home();
    let screen = home
        .run(&format!("{LAUNCH} --ipv6 --no-public-ip --ssh-from 2001:db8::7 --wait running -o json"))
        .ok();
    let launched = screen.json();
    assert_eq!((&launched["ipv6_address"], launched.get("address")), (&json!("::1"), None));
    assert_snapshot!(launched["ssh_command"].as_str().unwrap(), @"ssh -p [PORT] ec2-user@::1");
    assert_snapshot!(json!(launched["cost"]["parts"].as_array().unwrap().iter().map(|part| &part["what"]).collect::<Vec<_>>()), @r#"["m7i.large","8 GiB root volume"]"#);
    assert!(screen.stderr.contains("make network cloudkit (10.213.0.0/16 and IPv6): done"), "{screen}");
    let routes: Vec<_> = lab
        .requests_of("CreateRoute")
        .iter()
        .map(|one| one.params.get("DestinationIpv6CidrBlock").cloned())
        .collect();
    assert_eq!(routes, [None, Some(json!("::/0"))]);
    assert_eq!(
        lab.requests_of("CreateSubnet")[0].params["Ipv6CidrBlock"]
            .as_str()
            .unwrap()
            .rsplit_once('/')
            .unwrap()
            .1,
        "64"
    );
}
