//! What the one RunInstances call carries, and what comes of it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

#[test]
fn a_machine_is_launched() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 2h --name trainer -o table"), @"
    i-xxxxxxxxxxxxxxxxx m7i.large in us-east-1
      name     trainer
      address  127.0.0.1
      ssh      ssh -p [PORT] ec2-user@127.0.0.1
      agent    no sign of it yet
      ends     YYYY-MM-DDThh:mm:ssZ
      cost     0.106677 USD an hour, 0.21 USD until the deadline
      end it   cloudkit launch terminate i-xxxxxxxxxxxxxxxxx --region us-east-1
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    Amazon Linux 2023, the usual image
                 ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        cost     0.106677 USD an hour, 0.21 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
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
    i-xxxxxxxxxxxxxxxxx: accepted
    running at 127.0.0.1
    ssh answers
    warning: no sign of the agent yet; the machine's own timer ends it at YYYY-MM-DDThh:mm:ssZ all the same
    ");
    let machine = lab.only_machine();
    assert_eq!(machine["state"], "running");
    assert_eq!(machine["tags"]["Name"], "trainer");
    assert_eq!(machine["tags"]["cloudkit:login-user"], "ec2-user");
    assert_eq!(lab.requests_of("RunInstances").len(), 1);
}

#[test]
fn the_request_says_it_all_at_once() {
    let lab = Lab::start();
    let home = lab.home();
    let launched = home
        .run("cloudkit launch -t m7i.large -z use1-az4 --ttl 2h --name trainer --wait accepted")
        .ok()
        .json();
    assert_snapshot!(format!("{:#}", request_with_its_tags_once(&lab)), @r#"
    {
      "Action": "RunInstances",
      "BlockDeviceMapping.1.DeviceName": "/dev/xvda",
      "BlockDeviceMapping.1.Ebs.DeleteOnTermination": "true",
      "BlockDeviceMapping.1.Ebs.Encrypted": "true",
      "BlockDeviceMapping.1.Ebs.VolumeSize": "8",
      "BlockDeviceMapping.1.Ebs.VolumeType": "gp3",
      "ClientToken": "cloudkit-l-xxxxxxxxxxxxxxxx-0",
      "ImageId": "ami-0d27e0fb3bac4d724",
      "InstanceInitiatedShutdownBehavior": "terminate",
      "InstanceType": "m7i.large",
      "MaxCount": "1",
      "MetadataOptions.HttpEndpoint": "enabled",
      "MetadataOptions.HttpPutResponseHopLimit": "2",
      "MetadataOptions.HttpTokens": "required",
      "MetadataOptions.InstanceMetadataTags": "enabled",
      "MinCount": "1",
      "Placement.AvailabilityZoneId": "use1-az4",
      "SecurityGroupId.1": "sg-xxxxxxxxxxxxxxxxx",
      "TagSpecification.1.ResourceType": "instance",
      "TagSpecification.1.Tag.1.Key": "Name",
      "TagSpecification.1.Tag.1.Value": "trainer",
      "TagSpecification.1.Tag.2.Key": "cloudkit:managed",
      "TagSpecification.1.Tag.2.Value": "true",
      "TagSpecification.1.Tag.3.Key": "cloudkit:launch",
      "TagSpecification.1.Tag.3.Value": "l-xxxxxxxxxxxxxxxx",
      "TagSpecification.1.Tag.4.Key": "cloudkit:owner",
      "TagSpecification.1.Tag.4.Value": "user/moto",
      "TagSpecification.1.Tag.5.Key": "cloudkit:version",
      "TagSpecification.1.Tag.5.Value": "0.1.0",
      "TagSpecification.1.Tag.6.Key": "cloudkit:deadline",
      "TagSpecification.1.Tag.6.Value": "YYYY-MM-DDThh:mm:ssZ",
      "TagSpecification.1.Tag.7.Key": "cloudkit:idle-timeout",
      "TagSpecification.1.Tag.7.Value": "1h",
      "TagSpecification.1.Tag.8.Key": "cloudkit:login-user",
      "TagSpecification.1.Tag.8.Value": "ec2-user",
      "TagSpecification.2.ResourceType": "volume",
      "TagSpecification.3.ResourceType": "network-interface",
      "Version": "2016-11-15"
    }
    "#);
    one_deadline(&lab, &launched);
    only_the_caller_gets_in(&lab, &home);
}

/// The request without its user data, and without the tags of the volume and the interface, which are the machine's.
fn request_with_its_tags_once(lab: &Lab) -> Value {
    let mut request = lab.only_machine()["launch_parameters"].clone();
    let parameters = request.as_object_mut().unwrap();
    parameters.remove("UserData");
    let tags_of = |parameters: &serde_json::Map<String, Value>, what: u8| -> Vec<(String, Value)> {
        let prefix = format!("TagSpecification.{what}.Tag.");
        let named =
            |(name, value): (&String, &Value)| Some((name.strip_prefix(&prefix)?.to_owned(), value.clone()));
        parameters.iter().filter_map(named).collect()
    };
    for other in [2, 3] {
        assert_eq!(tags_of(parameters, other), tags_of(parameters, 1));
        parameters.retain(|name, _| !name.starts_with(&format!("TagSpecification.{other}.Tag.")));
    }
    request
}

/// The tag, the answer and the two hours agree.
fn one_deadline(lab: &Lab, launched: &Value) {
    let machine = lab.only_machine();
    assert_eq!(machine["tags"]["cloudkit:deadline"], launched["deadline"]);
    let deadline: jiff::Timestamp = launched["deadline"].as_str().unwrap().parse().unwrap();
    let left = deadline.as_second() - jiff::Timestamp::now().as_second();
    assert!((7_140..=7_200).contains(&left), "{left} seconds are left of two hours");
}

/// The group admits the one port from the one address.
fn only_the_caller_gets_in(lab: &Lab, home: &Home) {
    let admitted: Vec<Value> = lab
        .requests_of("AuthorizeSecurityGroupIngress")
        .iter()
        .map(|request| {
            let from = |key: &str| request.params.get(&format!("IpPermissions.1.{key}")).cloned();
            json!([
                from("IpProtocol"),
                from("FromPort"),
                from("ToPort"),
                from("IpRanges.1.CidrIp"),
                from("IpRanges.2.CidrIp")
            ])
        })
        .collect();
    let port = &home.variables()["CLOUDKIT_SSH_PORT"];
    assert_eq!(admitted, [json!(["tcp", port, port, "203.0.113.7/32", null])]);
    let groups = lab.only_machine()["security_groups"].as_array().unwrap().len();
    assert_eq!(groups, 1, "the default group is not the machine's");
}

#[test]
fn everything_of_a_launch_is_tagged_when_it_is_made() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 2h --wait accepted").ok();
    let groups = lab.requests_of("CreateSecurityGroup");
    assert_snapshot!(format!("{:#}", json!(groups[0].params)), @r#"
    {
      "GroupDescription": "SSH to the machine of cloudkit launch l-xxxxxxxxxxxxxxxx",
      "GroupName": "cloudkit-l-xxxxxxxxxxxxxxxx",
      "TagSpecification.1.ResourceType": "security-group",
      "TagSpecification.1.Tag.1.Key": "cloudkit:managed",
      "TagSpecification.1.Tag.1.Value": "true",
      "TagSpecification.1.Tag.2.Key": "cloudkit:launch",
      "TagSpecification.1.Tag.2.Value": "l-xxxxxxxxxxxxxxxx",
      "TagSpecification.1.Tag.3.Key": "cloudkit:parent",
      "TagSpecification.1.Tag.3.Value": "launch:l-xxxxxxxxxxxxxxxx",
      "TagSpecification.1.Tag.4.Key": "cloudkit:version",
      "TagSpecification.1.Tag.4.Value": "0.1.0",
      "Version": "2016-11-15",
      "VpcId": "vpc-xxxxxxxxxxxxxxxxx"
    }
    "#);
    assert_eq!(lab.requests_of("CreateTags").len(), 0, "no tag comes later");
    let machine = lab.only_machine();
    assert_eq!(
        machine["tags"]["Name"], machine["tags"]["cloudkit:launch"],
        "without a name it is the launch's"
    );
}

#[test]
fn what_is_printed_is_one_object() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run("cloudkit launch -t t3.micro --ttl 90m -n trainer -o json --quiet").ok();
    assert_snapshot!(format!("{:#}", screen.json()), @r#"
    {
      "address": "127.0.0.1",
      "agent": "unknown",
      "cost": {
        "known_usd_hour": "0.016277",
        "parts": [
          {
            "source": "embedded 2025-03-02",
            "usd_hour": "0.0104",
            "what": "t3.micro"
          },
          {
            "source": "aws.amazon.com/ebs/pricing",
            "usd_hour": "0.000877",
            "what": "8 GiB root volume"
          },
          {
            "source": "AWS since 2024-02-01",
            "usd_hour": "0.005",
            "what": "public IPv4 address"
          }
        ],
        "usd_hour": "0.016277",
        "usd_until_deadline": "0.024416"
      },
      "deadline": "YYYY-MM-DDThh:mm:ssZ",
      "instance_id": "i-xxxxxxxxxxxxxxxxx",
      "instance_type": "t3.micro",
      "launch": "l-xxxxxxxxxxxxxxxx",
      "market": "on-demand",
      "name": "trainer",
      "region": "us-east-1",
      "schema": "cloudkit.launched/v1",
      "ssh_answers": true,
      "ssh_command": "ssh -p [PORT] ec2-user@127.0.0.1",
      "state": "running",
      "zone": "use1-az6"
    }
    "#);
    assert_eq!(screen.stderr, "");
    let id = screen.json()["instance_id"].as_str().unwrap().to_owned();
    assert_eq!(
        home.run("cloudkit launch -t t3.micro --ttl 90m -o name --quiet").ok().stdout.trim().len(),
        id.len()
    );
}

#[test]
fn an_image_of_somebodys_own_is_launched_from_its_own_root_device() {
    let lab = Lab::start();
    let home = lab.home();
    let ubuntu = "ami-1e749f67";
    let screen = home
        .run(&format!("cloudkit launch -t m7i.large --ttl 2h --ami {ubuntu} --wait accepted -o json"))
        .ok();
    let parameters = lab.only_machine()["launch_parameters"].clone();
    assert_eq!(parameters["ImageId"], ubuntu);
    assert_snapshot!(parameters["BlockDeviceMapping.1.DeviceName"], @r#""/dev/sda1""#);
    assert_snapshot!(screen.json()["ssh_command"], @r#""ssh -p [PORT] ubuntu@127.0.0.1""#);
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --ttl 2h --ami ami-00000000"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: m7i.large in us-east-1 cannot be launched: us-east-1 has no image ami-00000000
    hint: an image belongs to one region, and an account sees its own, shared and public ones: aws ec2 describe-images --region us-east-1 --owners self
    --- exit 2
    ");
}

#[test]
fn a_machine_that_does_not_see_its_tags_keeps_the_deadline_of_its_launch() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large --ttl 2h --tag 'my team/a=x' --no-metadata-tags";
    let plan = home.run(&format!("{line} --dry-run")).ok().stdout;
    assert_snapshot!(plan.lines().skip_while(|line| !line.contains("ends")).take(3).collect::<Vec<_>>().join("\n"), @"
    ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself
             or after 1h without work
             its metadata service does not serve its tags, so that the deadline can't be moved
    ");
    home.run(&format!("{line} --name a --wait running")).ok();
    let machine = lab.only_machine();
    assert_eq!(machine["tags"]["my team/a"], "x");
    assert_eq!(machine["launch_parameters"]["MetadataOptions.InstanceMetadataTags"], "disabled");
    assert_snapshot!(home.run("cloudkit launch extend a 2h -r us-east-1").exits(2), @"
    --- stderr
    error: a (i-xxxxxxxxxxxxxxxxx) does not see its own tags (--no-metadata-tags), so neither its agent nor its timer would know of it
    hint: let it see them, where no key has a space or /: aws ec2 modify-instance-metadata-options --region us-east-1 --instance-id i-xxxxxxxxxxxxxxxxx --instance-metadata-tags enabled
    hint: to end it now: cloudkit launch terminate i-xxxxxxxxxxxxxxxxx
    --- exit 2
    ");
    assert_eq!(lab.only_machine()["tags"]["cloudkit:deadline"], machine["tags"]["cloudkit:deadline"]);
}

#[test]
fn tags_of_a_users_are_on_the_machine_and_its_volume() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 2h --tag team=vision --tag cost:center=4=2 --wait accepted")
        .ok();
    let machine = lab.only_machine();
    assert_eq!(
        (&machine["tags"]["team"], &machine["tags"]["cost:center"]),
        (&json!("vision"), &json!("4=2"))
    );
    let volumes = lab.requests_of("RunInstances").remove(0).params;
    assert!(volumes.iter().any(|(key, value)| key.starts_with("TagSpecification.2.") && *value == "vision"));
    home.run("cloudkit launch list --tag team=vision -r us-east-1 -o name").ok();
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --tag 'my team=x'"), @r#"
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    error: the key "my team" has ' ', which a machine's metadata service does not serve: letters, digits and + - . , _ : @ it does
    hint: or keep its tags from its metadata service, and its deadline as it is: --no-metadata-tags
    --- exit 2
    "#);
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --tag a=1 --tag a=2"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    error: the tag a is given twice
    hint: give each key once
    --- exit 2
    ");
}

#[test]
fn the_machines_of_a_fleet_keep_their_tags_to_themselves_where_that_is_asked_for() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(
        "cloudkit launch -t m7i.large --count 2 --ttl 1h --tag 'my team=x' --no-metadata-tags --wait running",
    )
    .ok();
    let served: Vec<_> =
        lab.machines().iter().map(|one| one["metadata_options"]["InstanceMetadataTags"].clone()).collect();
    assert_eq!(served, ["disabled", "disabled"]);
}
