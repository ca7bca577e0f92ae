//! `launch status`: all that is known of a machine, and what is not.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::Lab;

#[test]
fn a_machine_tells_how_it_ends_and_what_it_costs() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    assert_snapshot!(home.run("cloudkit launch status trainer -r us-east-1"), @"
    trainer (i-xxxxxxxxxxxxxxxxx)
      machine  m7i.large, on-demand, us-east-1 (use1-az6)
      state    running
      started  YYYY-MM-DDThh:mm:ssZ ([SPAN] ago)
      address  127.0.0.1
      owner    user/moto
      launch   l-xxxxxxxxxxxxxxxx
      ends     YYYY-MM-DDThh:mm:ssZ (in [SPAN])
      agent    not known: it has written no tag
               could not be asked by ssh: its host key is not known: it is not on its console any more, or not yet; connect shows it and asks
      off      a power-off from inside ends the machine
      runs for 0.106677 USD an hour
               m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
               8 GiB of gp3 (vol-xxxxxxxxxxxxxxxxx): 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
      stopped  would still cost 0.000877 USD an hour
      spent    about [USD] USD since it was last started, its disks apart
    ");
    let status = home.run("cloudkit launch status trainer -r us-east-1 -o json").ok().json();
    assert_eq!(status[0]["schema"], "cloudkit.machine-status/v1");
    assert_eq!(status[0]["ends_at_shutdown"], true);
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id, "stopped");
    lab.post(&format!("/machines/{id}/tags"), &json!({"cloudkit:status": "idle 42m"}));
    assert_snapshot!(home.run("cloudkit launch status trainer -r us-east-1"), @"
    trainer (i-xxxxxxxxxxxxxxxxx)
      machine  m7i.large, on-demand, us-east-1 (use1-az6)
      state    stopped: Client.UserInitiatedShutdown: User initiated shutdown
      started  YYYY-MM-DDThh:mm:ssZ ([SPAN] ago)
      owner    user/moto
      launch   l-xxxxxxxxxxxxxxxx
      ends     YYYY-MM-DDThh:mm:ssZ (in [SPAN]); while it is stopped it can't end itself
      agent    idle 42m (by its tag)
      off      a power-off from inside ends the machine
      runs for 0.101677 USD an hour
               m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
               8 GiB of gp3 (vol-xxxxxxxxxxxxxxxxx): 0.000877 USD an hour (aws.amazon.com/ebs/pricing)
      stopped  would still cost 0.000877 USD an hour
    ");
}

#[test]
fn what_could_not_be_asked_is_not_shown_as_nothing() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    for action in ["DescribeVolumes", "DescribeInstanceAttribute"] {
        lab.fault(&json!({"kind": "error", "action": action, "status": 403, "code": "UnauthorizedOperation",
            "message": "You are not authorized to perform this operation."}));
    }
    assert_snapshot!(home.run("cloudkit launch status trainer -r us-east-1"), @"
    trainer (i-xxxxxxxxxxxxxxxxx)
      machine  m7i.large, on-demand, us-east-1 (use1-az6)
      state    running
      started  YYYY-MM-DDThh:mm:ssZ ([SPAN] ago)
      address  127.0.0.1
      owner    user/moto
      launch   l-xxxxxxxxxxxxxxxx
      ends     YYYY-MM-DDThh:mm:ssZ (in [SPAN])
      agent    not known: it has written no tag
               could not be asked by ssh: its host key is not known: it is not on its console any more, or not yet; connect shows it and asks
      off      a power-off from inside does what EC2 did not tell
      runs for 0.1058 USD an hour and the unknown price of: its disks
               m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
               its disks: unknown
      spent    about [USD] USD since it was last started, its disks apart
    --- stderr
    warning: a part is not known: DescribeInstanceAttribute refused: UnauthorizedOperation: You are not authorized to perform this operation.
    warning: a part is not known: DescribeVolumes refused: UnauthorizedOperation: You are not authorized to perform this operation.
    --- exit 3
    ");
}
