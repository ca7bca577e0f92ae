//! `launch cleanup` of volumes and addresses: what costs and nothing uses, and what may hold somebody's data.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const CLEANUP: &str = "cloudkit launch cleanup -r us-east-1 -o table";

/// A machine that has ended, its group gone, and the id of its launch.
fn with_an_ended_machine() -> (Lab, Home, String) {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    let machine = lab.only_machine();
    home.run("cloudkit launch terminate trainer --yes -r us-east-1").ok();
    lab.until_it_is(machine["id"].as_str().unwrap(), "terminated");
    home.run("cloudkit launch cleanup -r us-east-1 --yes").ok();
    (lab, home, machine["tags"]["cloudkit:launch"].as_str().unwrap().to_owned())
}

/// A volume and an address with our tags, as if a machine of the launch had left them.
fn leave(lab: &Lab, launch: &str) -> Value {
    lab.boto(&format!(
        "ours = lambda kind: [{{'ResourceType': kind, 'Tags': [{{'Key': 'cloudkit:managed', 'Value': 'true'}}, {{'Key': 'cloudkit:launch', 'Value': '{launch}'}}]}}]\n\
         volume = ec2.create_volume(AvailabilityZone='us-east-1a', Size=100, VolumeType='gp3', TagSpecifications=ours('volume'))['VolumeId']\n\
         address = ec2.allocate_address(Domain='vpc', TagSpecifications=ours('elastic-ip'))['AllocationId']\n\
         answer = [volume, address]"
    ))
}

#[test]
fn volumes_stay_unless_they_are_asked_for() {
    let (lab, home, launch) = with_an_ended_machine();
    leave(&lab, &launch);
    assert_snapshot!(home.run(&format!("{CLEANUP} --dry-run")), @"
    KIND             ID                          REGION     LAUNCH              GIB  USD/HOUR  REMOVED
    volume           vol-xxxxxxxxxxxxxxxxx       us-east-1  l-xxxxxxxxxxxxxxxx  100  0.010959  no
    elastic address  eipalloc-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx    -     0.005  no
    --- stderr
    warning: volumes left as they are: 1; they cost on, and somebody may want what is on them (--volumes removes them)
    ");
    assert_snapshot!(home.run(&format!("{CLEANUP} --yes")), @"
    KIND             ID                          REGION     LAUNCH              GIB  USD/HOUR  REMOVED
    elastic address  eipalloc-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx    -     0.005  yes
    volume           vol-xxxxxxxxxxxxxxxxx       us-east-1  l-xxxxxxxxxxxxxxxx  100  0.010959  no
    --- stderr
    warning: volumes left as they are: 1; they cost on, and somebody may want what is on them (--volumes removes them)
    ");
    assert_snapshot!(home.run(&format!("{CLEANUP} --yes")), @"
    KIND    ID                     REGION     LAUNCH              GIB  USD/HOUR  REMOVED
    volume  vol-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx  100  0.010959  no
    --- stderr
    warning: volumes left as they are: 1; they cost on, and somebody may want what is on them (--volumes removes them)
    ");
    assert_eq!(lab.left()["us-east-1"]["volumes"].as_array().unwrap().len(), 1);
    assert_snapshot!(home.run(&format!("{CLEANUP} --volumes")), @"
    --- stderr
    error: this has to be confirmed, and there is no terminal to ask on: Remove volume vol-xxxxxxxxxxxxxxxxx (us-east-1, 100 GiB, with what is on it) in account 123456789012?
    hint: confirm it beforehand: --yes
    --- exit 2
    ");
    assert_eq!(lab.requests_of("DeleteVolume").len(), 0);
    let rows = home.run("cloudkit launch cleanup -r us-east-1 --volumes --yes").ok().lines_of_json();
    assert_eq!(
        (&rows[0]["kind"], &rows[0]["gib"], &rows[0]["removed"]),
        (&json!("volume"), &json!(100), &json!(true))
    );
    assert_eq!(lab.left()["us-east-1"]["volumes"], json!(null));
}

#[test]
fn what_somebody_may_still_want_is_not_shown() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    let machine = lab.only_machine();
    leave(&lab, machine["tags"]["cloudkit:launch"].as_str().unwrap());
    leave(&lab, "of-no-launch");
    lab.boto(
        "ec2.create_volume(AvailabilityZone='us-east-1a', Size=1)\nec2.allocate_address(Domain='vpc')\nanswer = None",
    );
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    assert_snapshot!(home.run(&format!("{CLEANUP} --volumes --yes")), @"
    --- stderr
    nothing is left over
    ");
}

#[test]
fn where_volumes_may_not_be_seen_the_rest_goes() {
    let (lab, home, launch) = with_an_ended_machine();
    leave(&lab, &launch);
    lab.fault(
        &json!({"kind": "error", "action": "DescribeVolumes", "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation."}),
    );
    assert_snapshot!(home.run(&format!("{CLEANUP} --yes")), @"
    KIND             ID                          REGION     LAUNCH              USD/HOUR  REMOVED
    elastic address  eipalloc-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx     0.005  yes
    --- stderr
    warning: volumes of us-east-1 could not be looked for, so none is shown: DescribeVolumes refused: UnauthorizedOperation: You are not authorized to perform this operation.
    hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …
    --- exit 3
    ");
}

#[test]
fn several_things_are_shown_before_the_question() {
    let (lab, home, launch) = with_an_ended_machine();
    leave(&lab, &launch);
    assert_snapshot!(home.run(&format!("{CLEANUP} --volumes --bucket")), @"
    --- stderr
    error: this has to be confirmed, and there is no terminal to ask on: Remove these 3 in account 123456789012?
        volume vol-xxxxxxxxxxxxxxxxx (us-east-1, 100 GiB, with what is on it)
        elastic address eipalloc-xxxxxxxxxxxxxxxxx (us-east-1)
        bucket cloudkit-123456789012-us-east-1 (us-east-1)
    hint: confirm it beforehand: --yes
    --- exit 2
    ");
}

#[test]
fn a_bucket_that_went_is_no_place_for_an_agent_any_more() {
    let (_lab, home, _) = with_an_ended_machine();
    assert!(home.read(".cache/cloudkit/agents/stored.json").contains("us-east-1"));
    home.run("cloudkit launch cleanup -r us-east-1 --bucket --yes").ok();
    assert!(!home.read(".cache/cloudkit/agents/stored.json").contains("us-east-1"));
}
