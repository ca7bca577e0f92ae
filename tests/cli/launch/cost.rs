//! `launch cost`: what is paid by the hour, part by part, and never a sum that leaves something out in silence.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Lab;

#[test]
fn machines_cost_what_their_parts_cost() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch cost -r us-east-1"), @"
    --- stderr
    no machines
    ");
    for (name, region, kind) in [("trainer", "us-east-1", "m7i.large"), ("tester", "eu-north-1", "t3.small")]
    {
        home.run(&format!(
            "cloudkit launch -t {kind} --ttl 8h --name {name} --region {region} --wait running"
        ))
        .ok();
    }
    assert_snapshot!(home.run("cloudkit launch cost"), @"
    tester (i-xxxxxxxxxxxxxxxxx), eu-north-1, running
      now      0.0266 USD an hour and the unknown price of: 8 GiB of gp3 (vol-xxxxxxxxxxxxxxxxx)
               t3.small: 0.0216 USD an hour (embedded 2025-03-02)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
               8 GiB of gp3 (vol-xxxxxxxxxxxxxxxxx): unknown
    trainer (i-xxxxxxxxxxxxxxxxx), us-east-1, running
      now      0.106677 USD an hour
               m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
               8 GiB of gp3 (vol-xxxxxxxxxxxxxxxxx): 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
      spent    about [USD] USD since it was last started
      to come  about [USD] USD until its deadline
    all 2 together: 0.133277 USD an hour and what is not known
    ");
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    let machines = lab.machines();
    let trainer = machines.iter().find(|machine| machine["tags"]["Name"] == "trainer").unwrap();
    lab.until_it_is(trainer["id"].as_str().unwrap(), "stopped");
    assert_snapshot!(home.run("cloudkit launch cost trainer -r us-east-1"), @"
    trainer (i-xxxxxxxxxxxxxxxxx), us-east-1, stopped
      now      0.000877 USD an hour
               8 GiB of gp3 (vol-xxxxxxxxxxxxxxxxx): 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
    ");
    let rows = home.run("cloudkit launch cost -o jsonl").ok().lines_of_json();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["stopped"]["usd_hour"], "0.000877");
    assert!(rows[0]["running"].get("usd_hour").is_none(), "EBS prices of eu-north-1 are not known");
}

#[test]
fn each_machine_pays_for_its_own_disks() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 8h --name web --count 2 --wait running --yes").ok();
    let rows = home.run("cloudkit launch cost -r us-east-1 -o jsonl").ok().lines_of_json();
    assert_eq!(rows.len(), 2);
    for row in &rows {
        assert_eq!(row["running"]["usd_hour"], "0.106677", "{row}");
        assert_eq!(row["stopped"]["parts"].as_array().unwrap().len(), 1, "{row}");
    }
    assert_ne!(rows[0]["stopped"]["parts"], rows[1]["stopped"]["parts"]);
}

#[test]
fn disks_that_could_not_be_asked_leave_the_sum_unknown() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 8h --name trainer --wait running").ok();
    lab.fault(
        &json!({"kind": "error", "action": "DescribeVolumes", "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation."}),
    );
    assert_snapshot!(home.run("cloudkit launch cost -r us-east-1"), @"
    trainer (i-xxxxxxxxxxxxxxxxx), us-east-1, running
      now      0.1058 USD an hour and the unknown price of: its disks
               m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
               its disks: unknown
    --- stderr
    warning: us-east-1 could not be asked, so what is there is not shown: DescribeVolumes refused: UnauthorizedOperation: You are not authorized to perform this operation.
    hint: see who you are: aws sts get-caller-identity; what was denied is in the encoded message, if there is one: aws sts decode-authorization-message --encoded-message …
    --- exit 3
    ");
}
