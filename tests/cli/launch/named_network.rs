//! Networks, subnets and groups that are named, by id or by name.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h";

/// Somebody's own network in the lab, made by AWS's own calls.
struct Somebodys {
    network: String,
    /// One in use1-az1 that leads to the world, one in use1-az2 that leads nowhere.
    subnets: [String; 2],
    table: String,
}

fn script(lab: &Lab, text: &str) -> Value {
    lab.boto(text)
}

fn somebodys(lab: &Lab) -> Somebodys {
    let made = script(
        lab,
        r#"
vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=named("vpc", "lab"))["Vpc"]["VpcId"]
igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=igw)
main = next(t["RouteTableId"] for t in ec2.describe_route_tables()["RouteTables"] if t["VpcId"] == vpc and t["RouteTableId"] != table)
subnets = [
    ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{n}.0/24", AvailabilityZoneId=f"use1-az{n}", TagSpecifications=named("subnet", name))["Subnet"]["SubnetId"]
    for n, name in ((1, "public"), (2, "private"))
]
ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
answer = {"network": vpc, "subnets": subnets, "main": main}
"#,
    );
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Somebodys {
        network: text(&made["network"]),
        subnets: [text(&made["subnets"][0]), text(&made["subnets"][1])],
        table: text(&made["main"]),
    }
}

fn machine(lab: &Lab, home: &Home, flags: &str) -> Value {
    let launched = home.run(&format!("{LAUNCH} --wait accepted -o json {flags}")).ok().json();
    let mut machines = lab.machines().into_iter();
    machines.find(|machine| machine["id"] == launched["instance_id"]).unwrap()
}

#[test]
fn a_network_and_its_parts_go_by_id_or_by_name() {
    let lab = Lab::start();
    let home = lab.home();
    let Somebodys { network, subnets: [public, _], .. } = somebodys(&lab);
    for flags in [
        "--vpc lab".to_owned(),
        format!("--vpc {network}"),
        "--subnet public".to_owned(),
        format!("--subnet {public} --vpc lab"),
    ] {
        let machine = machine(&lab, &home, &flags);
        assert_eq!(machine["subnet"], public, "{flags}: the other subnet leads nowhere");
        assert_eq!(
            machine["public_address"], "127.0.0.1",
            "{flags}: also where the subnet gives none by itself"
        );
    }
    let screen = home.run(&format!("{LAUNCH} --vpc lab --dry-run -o name"));
    assert_snapshot!(screen.stderr, @"
    region us-east-1 (AWS_REGION)
    looking at the account: done
    ");
}

#[test]
fn what_is_not_there_or_not_one_is_said() {
    let lab = Lab::start();
    let home = lab.home();
    let Somebodys { network, .. } = somebodys(&lab);
    script(
        &lab,
        r#"
ec2.create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=named("vpc", "lab"))
ec2.create_security_group(GroupName="web", Description="web")
answer = {}
"#,
    );
    let refusal = |flags: &str| home.run(&format!("{LAUNCH} --quiet {flags}")).to_string();
    assert_snapshot!(refusal("--vpc lab"), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: lab is the name of 2 VPCs in us-east-1: vpc-xxxxxxxxxxxxxxxxx, vpc-xxxxxxxxxxxxxxxxx
    hint: name it by its id: --vpc vpc-xxxxxxxxxxxxxxxxx
    --- exit 2
    ");
    assert_snapshot!(refusal("--vpc none"), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: us-east-1 has no VPC none
    hint: see what there is: aws ec2 describe-vpcs --region us-east-1
    --- exit 2
    ");
    assert_snapshot!(refusal("--subnet subnet-0123456789abcdef0"), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: us-east-1 has no subnet subnet-xxxxxxxxxxxxxxxxx
    hint: see what there is: aws ec2 describe-subnets --region us-east-1
    --- exit 2
    ");
    assert_snapshot!(refusal(&format!("--vpc {network} --security-group web")), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: security group web is in network vpc-xxxxxxxxxxxxxxxxx, and the machine goes into vpc-xxxxxxxxxxxxxxxxx
    hint: launch into that network: --vpc vpc-xxxxxxxxxxxxxxxxx
    --- exit 2
    ");
    assert_snapshot!(refusal(&format!("--vpc {network} --subnet private")), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: no route to an internet gateway, without which a public address is of no use: subnet-xxxxxxxxxxxxxxxxx (use1-az2)
    hint: launch without a public address: --no-public-ip
    --- exit 2
    ");
    assert_snapshot!(refusal("--vpc ' '"), @r#"
    --- stderr
    error: invalid value ' ' for '--vpc <VPC>': " " is not an id or a name
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_eq!(lab.requests_of("RunInstances").len(), 0);
}

#[test]
fn a_full_subnet_is_left_out() {
    let lab = Lab::start();
    let home = lab.home();
    let Somebodys { subnets: [public, _], .. } = somebodys(&lab);
    lab.post("/subnets", &json!({"id": public, "free_addresses": 0}));
    assert_snapshot!(home.run(&format!("{LAUNCH} --quiet --subnet public")), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: no free address: subnet-xxxxxxxxxxxxxxxxx (use1-az1)
    hint: see what holds its addresses: aws ec2 describe-network-interfaces --region us-east-1 --filters Name=subnet-id,Values=subnet-xxxxxxxxxxxxxxxxx
    --- exit 2
    ");
}

#[test]
fn a_subnet_without_ipv4_is_not_told_to_be_full() {
    let lab = Lab::start();
    let home = lab.home();
    let made = script(
        &lab,
        r#"
vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
six = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
answer = ec2.create_subnet(VpcId=vpc, Ipv6Native=True, Ipv6CidrBlock=six.replace("/56", "/64"), AvailabilityZoneId="use1-az1")["Subnet"]["SubnetId"]
"#,
    );
    let subnet = made.as_str().unwrap();
    // EC2 tells none; Moto counts the IPv4 addresses of no range.
    lab.post("/subnets", &json!({"id": subnet, "free_addresses": 0}));
    assert_snapshot!(home.run(&format!("{LAUNCH} --quiet --ipv6 --subnet {subnet}")), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: IPv6 addresses alone, and a machine needs an IPv4 one as well: subnet-xxxxxxxxxxxxxxxxx (use1-az1)
    hint: name a subnet that has an IPv4 range too: --subnet ID
    --- exit 2
    ");
}

#[test]
fn a_group_that_is_named_is_used_and_none_is_made() {
    let lab = Lab::start();
    let home = lab.home();
    let made = script(
        &lab,
        r#"
closed = ec2.create_security_group(GroupName="closed", Description="closed")["GroupId"]
open = ec2.create_security_group(GroupName="open", Description="open")["GroupId"]
ec2.authorize_security_group_ingress(GroupId=open, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}])
answer = {"closed": closed, "open": open}
"#,
    );
    let before = lab.requests_of("CreateSecurityGroup").len();
    let closed = home.run(&format!("{LAUNCH} --security-group closed --dry-run")).ok();
    assert_snapshot!(closed.stderr, @"
    region us-east-1 (AWS_REGION)
    looking at the account: done
    ");
    assert_snapshot!(closed.stdout.lines().filter(|line| line.contains("lets in") || line.contains("step")).collect::<Vec<_>>().join("\n"), @"
    lets in  what security group sg-xxxxxxxxxxxxxxxxx lets in
    step     make bucket cloudkit-123456789012-us-east-1
    step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
    step     launch m7i.large in us-east-1
    ");
    let screen = home
        .run(&format!("{LAUNCH} --security-group closed --security-group open --wait accepted -o json"))
        .ok();
    assert!(!screen.stderr.contains("warning"), "one of them lets SSH in: {screen}");
    assert_eq!(lab.only_machine()["security_groups"], json!([made["closed"], made["open"]]));
    assert_eq!(lab.requests_of("CreateSecurityGroup").len(), before);
}

#[test]
fn without_a_public_address_there_has_to_be_a_way_to_s3() {
    let lab = Lab::start();
    let home = lab.home();
    let Somebodys { network, subnets: [_, private], table } = somebodys(&lab);
    assert_snapshot!(home.run(&format!("{LAUNCH} --quiet --no-public-ip --subnet private")).to_string().replace(&table, "rtb-main"), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: no way to S3 without a public address, and the machine fetches from there: subnet-xxxxxxxxxxxxxxxxx (use1-az2)
    hint: add a free way to S3: aws ec2 create-vpc-endpoint --region us-east-1 --vpc-id vpc-xxxxxxxxxxxxxxxxx --service-name com.amazonaws.us-east-1.s3 --route-table-ids rtb-main
    --- exit 2
    ");
    script(
        &lab,
        &format!(
            "ec2.create_vpc_endpoint(VpcId='{network}', ServiceName='com.amazonaws.us-east-1.s3', RouteTableIds=['{table}'])\nanswer = {{}}"
        ),
    );
    let screen = home.run(&format!("{LAUNCH} --no-public-ip --subnet private --wait running -o table")).ok();
    let machine = lab.only_machine();
    assert_eq!((&machine["subnet"], &machine["public_address"]), (&json!(private), &Value::Null));
    let address = machine["private_address"].as_str().unwrap();
    assert_snapshot!(screen.to_string().replace(address, "10.9.2.x"), @"
    i-xxxxxxxxxxxxxxxxx m7i.large in us-east-1
      name     l-xxxxxxxxxxxxxxxx
      address  10.9.2.x
      ssh      ssh -p [PORT] ec2-user@10.9.2.x
      ends     YYYY-MM-DDThh:mm:ssZ
      cost     0.101677 USD an hour, 0.10 USD until the deadline
      end it   cloudkit launch terminate i-xxxxxxxxxxxxxxxxx --region us-east-1
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        machine  m7i.large in us-east-1 (use1-az2), on-demand, 2 vCPUs, 8 GiB
        note     the machine is reached from within its network alone, and its security group lets in 203.0.113.7/32: say who comes with --ssh-from
        image    Amazon Linux 2023, the usual image
                 ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.101677 USD an hour, 0.10 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 8 GiB root volume: 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
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
    i-xxxxxxxxxxxxxxxxx: accepted
    running at 10.9.2.x, a private address: ssh answers only where this computer reaches its network
    ");
}

#[test]
fn a_launch_in_the_default_network_asks_no_more_than_it_has_to() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(&format!("{LAUNCH} --wait accepted")).ok();
    let number = lab.requests().len();
    home.run(&format!("{LAUNCH} --wait accepted")).ok();
    let mut calls: Vec<_> = lab.requests_since(number).into_iter().map(|request| request.action).collect();
    calls.sort();
    assert_snapshot!(calls.join(" "), @"AuthorizeSecurityGroupIngress CreateSecurityGroup DescribeImages DescribeInstanceTypeOfferings DescribeRouteTables DescribeSubnets DescribeVpcs GetCallerIdentity GetParameters HeadBucket HeadObject RunInstances");
}
