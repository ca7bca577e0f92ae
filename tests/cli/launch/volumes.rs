//! The volumes of a machine: a larger root volume, volumes besides, what an image brings, and what they cost.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::Lab;

/// What was asked of EC2 for the volumes of the one machine.
fn asked(lab: &Lab) -> String {
    let parameters = lab.only_machine()["launch_parameters"].clone();
    let of_volumes = parameters.as_object().unwrap().iter().filter_map(|(key, value)| {
        let key = key.strip_prefix("BlockDeviceMapping.")?;
        Some(format!("{key} {}", value.as_str()?))
    });
    of_volumes.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_machine_gets_a_larger_root_volume_and_others_besides() {
    let lab = Lab::start();
    let home = lab.home();
    let volumes = "--root-size 40 --volume 500,gp3,6000,250 --volume 2TiB,io2,iops=20000";
    let plan = home.run(&format!("cloudkit launch -t m7i.large --ttl 8h {volumes} --dry-run")).ok().stdout;
    let of_volumes: Vec<&str> = plan.lines().skip(2).take_while(|line| !line.contains("ends ")).collect();
    assert_snapshot!(of_volumes.join("\n"), @"
    image    Amazon Linux 2023, the usual image
             ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
    volume   40 GiB gp3 at /dev/xvda, the root volume
    volume   500 GiB gp3, 6000 IOPS, 250 MiB/s at /dev/sdf
    volume   2 TiB io2, 20000 IOPS at /dev/sdg
    cost     2.323883 USD an hour, 18.59 USD until the deadline
             m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
             40 GiB root volume: 0.004384 USD an hour (aws.amazon.com/ebs/pricing)
             volume: 500 GiB gp3, 6000 IOPS, 250 MiB/s: 0.082192 USD an hour (aws.amazon.com/ebs/pricing)
             volume: 2 TiB io2, 20000 IOPS: 2.131507 USD an hour (aws.amazon.com/ebs/pricing)
             public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
    ");
    home.run(&format!("cloudkit launch -t m7i.large --ttl 8h {volumes} --wait accepted --yes")).ok();
    assert_snapshot!(asked(&lab), @"
    1.DeviceName /dev/xvda
    1.Ebs.DeleteOnTermination true
    1.Ebs.Encrypted true
    1.Ebs.VolumeSize 40
    1.Ebs.VolumeType gp3
    2.DeviceName /dev/sdf
    2.Ebs.DeleteOnTermination true
    2.Ebs.Encrypted true
    2.Ebs.Iops 6000
    2.Ebs.Throughput 250
    2.Ebs.VolumeSize 500
    2.Ebs.VolumeType gp3
    3.DeviceName /dev/sdg
    3.Ebs.DeleteOnTermination true
    3.Ebs.Encrypted true
    3.Ebs.Iops 20000
    3.Ebs.VolumeSize 2048
    3.Ebs.VolumeType io2
    ");
}

#[test]
fn they_end_with_the_machine() {
    let lab = Lab::start();
    let home = lab.home();
    let launched = home.run("cloudkit launch -t m7i.large --ttl 1h --volume 100 --wait running -o json").ok();
    let id = launched.json()["instance_id"].as_str().unwrap().to_owned();
    assert_eq!(lab.left()["us-east-1"]["volumes"].as_array().unwrap().len(), 2);
    home.run(&format!("cloudkit launch terminate {id} --yes")).ok();
    lab.until_it_is(&id, "terminated");
    assert_eq!(lab.left()["us-east-1"]["volumes"], Value::Null);
}

#[test]
fn a_root_volume_smaller_than_the_snapshot_is_as_large_as_it() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t g6.xlarge --root-size 20 --ttl 1h --yes --wait accepted";
    let screen = home.run(line).ok();
    let note = screen.stderr.lines().find(|line| line.contains("note")).unwrap();
    assert_snapshot!(note.trim(), @"note     the root volume has 75 GiB, not 20: as many as the image's snapshot");
    assert_snapshot!(asked(&lab), @"
    1.DeviceName /dev/xvda
    1.Ebs.DeleteOnTermination true
    1.Ebs.Encrypted true
    1.Ebs.VolumeSize 75
    1.Ebs.VolumeType gp3
    ");
}

#[test]
fn what_an_image_brings_is_encrypted_and_ends_with_the_machine_too() {
    let lab = Lab::start();
    let home = lab.home();
    let stays = json!({"DeviceName": "/dev/sdf",
        "Ebs": {"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": false}});
    let image = lab.post("/images", &json!({"region": "us-east-1", "BlockDeviceMappings": [stays]}));
    let ami = image["ImageId"].as_str().unwrap();
    let line =
        format!("cloudkit launch -t m7i.large --ami {ami} --volume 10 --ttl 1h --wait running -o json");
    let id = home.run(&line).ok().json()["instance_id"].as_str().unwrap().to_owned();
    assert_snapshot!(asked(&lab), @"
    1.DeviceName /dev/xvda
    1.Ebs.DeleteOnTermination true
    1.Ebs.Encrypted true
    1.Ebs.VolumeSize 8
    1.Ebs.VolumeType gp3
    2.DeviceName /dev/sdf
    2.Ebs.DeleteOnTermination true
    2.Ebs.Encrypted true
    3.DeviceName /dev/sdg
    3.Ebs.DeleteOnTermination true
    3.Ebs.Encrypted true
    3.Ebs.VolumeSize 10
    3.Ebs.VolumeType gp3
    ");
    home.run(&format!("cloudkit launch terminate {id} --yes")).ok();
    lab.until_it_is(&id, "terminated");
    assert_eq!(lab.left()["us-east-1"]["volumes"], Value::Null);
}

#[test]
fn a_volume_that_ebs_does_not_make_is_refused_where_it_is_typed() {
    let lab = Lab::start();
    let home = lab.home();
    for volume in ["100,st1", "10,gp3,6000", "2TiB,io2", "500,gp4", "65TiB"] {
        home.run(&format!("cloudkit launch -t m7i.large --volume {volume}")).exits(2);
    }
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --volume 10,gp3,6000"), @"
    --- stderr
    error: invalid value '10,gp3,6000' for '--volume <VOLUME>': 6000 IOPS need 12 GiB of gp3 at least, not 10 GiB
    hint: every flag with its values: --help
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --root-size 40MB"), @r#"
    --- stderr
    error: invalid value '40MB' for '--root-size <SIZE>': "40MB" is not a size such as 500, 500GiB or 2TiB (a bare number is GiB)
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_eq!(lab.requests().len(), 0);
}

#[test]
fn a_volume_of_unknown_price_is_asked_about() {
    let lab = Lab::start();
    let home = lab.home();
    let line = "cloudkit launch -t m7i.large -r eu-west-1 --ttl 1h --volume 500 --quiet";
    assert_snapshot!(home.run(line), @"
    --- stderr
    error: this has to be confirmed, and there is no terminal to ask on: the price of m7i.large in eu-west-1 is not known; the price of 500 GiB gp3 in eu-west-1 is not known. Launch in account 123456789012, eu-west-1?
    hint: confirm it beforehand: --yes
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
    home.run(&format!("{line} --yes --wait accepted")).ok();
}

#[test]
fn eleven_volumes_fit_and_no_more() {
    let lab = Lab::start();
    let home = lab.home();
    let line =
        format!("cloudkit launch -t m7i.large --ttl 1h --dry-run --quiet {}", "--volume 1 ".repeat(12));
    assert_snapshot!(home.run(&line), @"
    --- stderr
    error: m7i.large in us-east-1 cannot be launched: there is no device left for a volume of 1 GiB gp3
    hint: give fewer --volume flags, and larger volumes
    --- exit 2
    ");
}
