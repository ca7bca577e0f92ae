//! The network of a deployment: the ports that it opens, and one to itself in each of its regions.

use insta::assert_snapshot;
use serde_json::json;

use super::app::{TWO_REGIONS, running, somebody};
use crate::support::{Home, Lab};

fn dedicated(lab: &Lab) -> Home {
    somebody(lab, &format!("{TWO_REGIONS}dedicated_network: true\n"))
}

/// How many networks there are besides the default ones.
fn networks(lab: &Lab, region: &str) -> usize {
    lab.left()[region]["networks"].as_array().map_or(0, Vec::len)
}

#[test]
fn its_machines_are_in_it_and_it_goes_with_them() {
    let lab = Lab::start();
    let home = dedicated(&lab);
    let plan = home.run("cloudkit deploy plan --dir app").ok().stdout;
    let steps: Vec<&str> =
        plan.lines().filter(|line| line.contains("network") || line.contains("group")).collect();
    assert_snapshot!(steps.join("\n"), @"
    step     us-east-1: make network cloudkit-web (10.213.0.0/16)
    step     us-east-1: make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
    step     eu-west-1: make network cloudkit-web (10.213.0.0/16)
    step     eu-west-1: make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
    ");
    home.run("cloudkit deploy create --dir app --yes").ok();
    assert_eq!([networks(&lab, "us-east-1"), networks(&lab, "eu-west-1")], [1, 1]);
    for request in lab.requests_of("CreateVpc") {
        let tags = json!(request.params).to_string();
        assert!(tags.contains("cloudkit-web") && tags.contains("cloudkit:deployment"), "{tags}");
    }
    let groups = lab.left()["us-east-1"]["security_groups"].clone();
    assert_eq!(groups.as_array().map(Vec::len), Some(1), "{groups}");
    home.run("cloudkit deploy destroy web --yes").ok();
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn a_launch_goes_elsewhere() {
    let lab = Lab::start();
    lab.post("/default-network", &json!({"region": "us-east-1", "present": false}));
    let home = dedicated(&lab);
    home.run("cloudkit deploy create --dir app --yes").ok();
    let launched = home.run("cloudkit launch -t m7i.large --ttl 1h --region us-east-1 --wait accepted").ok();
    assert!(launched.stderr.contains("make network cloudkit (10.214.0.0/16): done"), "{launched}");
    assert_eq!(networks(&lab, "us-east-1"), 2);
    home.run("cloudkit deploy destroy web --yes").ok();
    assert_eq!(networks(&lab, "us-east-1"), 1, "the launch's network is nobody else's to remove");
}

#[test]
fn more_machines_in_a_region_come_into_the_same() {
    let lab = Lab::start();
    let home = dedicated(&lab);
    lab.post(
        "/room",
        &json!({"region": "us-east-1", "type": "m7i.large", "market": "on-demand", "room": false}),
    );
    home.run("cloudkit deploy create --dir app --yes").ok();
    assert_eq!(running(&lab), [("eu-west-1".to_owned(), 5)]);
    assert_eq!([networks(&lab, "us-east-1"), networks(&lab, "eu-west-1")], [0, 1]);
    home.run("cloudkit deploy destroy web --yes").ok();
    home.run("cloudkit launch cleanup --bucket --yes").ok();
    lab.nothing_is_left();
}

#[test]
fn its_ports_are_told_and_opened() {
    let lab = Lab::start();
    let ports = "ports: [80, {port: 5432, from: 198.51.100.0/24}, {port: 22, from: 203.0.113.7}]\n";
    let mut home = somebody(&lab, &format!("{TWO_REGIONS}{ports}"));
    home.unset("CLOUDKIT_SSH_PORT");
    let plan = home.run("cloudkit deploy plan --dir app").ok().stdout;
    let steps: Vec<&str> = plan.lines().filter(|line| line.contains("group")).collect();
    assert_snapshot!(steps.join("\n"), @"
    step     us-east-1: make security group cloudkit-l-xxxxxxxxxxxxxxxx (port 22 from 203.0.113.7/32, port 80 from everywhere, port [PORT] from 198.51.100.0/24)
    step     eu-west-1: make security group cloudkit-l-xxxxxxxxxxxxxxxx (port 22 from 203.0.113.7/32, port 80 from everywhere, port [PORT] from 198.51.100.0/24)
    ");
    home.run("cloudkit deploy create --dir app --yes").ok();
    let opened = lab.boto(
        "ec2 = boto3.client('ec2', region_name='eu-west-1', endpoint_url=sys.argv[1], aws_access_key_id='x', aws_secret_access_key='x')\n\
         groups = [one for one in ec2.describe_security_groups()['SecurityGroups'] if one['GroupName'].startswith('cloudkit-')]\n\
         answer = sorted([rule['FromPort'], rule['ToPort'], addresses['CidrIp'], addresses['Description']]\n\
         \x20   for one in groups for rule in one['IpPermissions'] for addresses in rule['IpRanges'])",
    );
    let of_deployment = "a port of the deployment";
    let expected = json!([
        // That of SSH is not asked for twice.
        [22, 22, "203.0.113.7/32", "SSH from where this machine was launched"],
        [80, 80, "0.0.0.0/0", of_deployment],
        [5432, 5432, "198.51.100.0/24", of_deployment],
    ]);
    assert_eq!(opened, expected);
    home.run("cloudkit deploy destroy web --yes").ok();
}

#[test]
fn a_port_that_is_none_is_told_with_its_line() {
    let lab = Lab::start();
    let home =
        somebody(&lab, &format!("{TWO_REGIONS}ports: [0, 80, 80, 70000, {{port: 1, from: 10.0.0.1/8}}]\n"));
    let refused = home.run("cloudkit deploy validate --dir app").exits(1);
    let said: Vec<&str> = refused.stdout.lines().filter(|line| line.starts_with("error")).collect();
    assert_snapshot!(said.join("\n"), @r#"
    error[bad-value]: a port is 1 to 65535, and this is 0
    error[duplicate-name]: the port 80 is there twice
    error[bad-value]: a port is 1 to 65535, and this is 70000
    error[bad-value]: "10.0.0.1/8" is not a range of addresses such as 203.0.113.7 or 203.0.113.0/24
    "#);
}
