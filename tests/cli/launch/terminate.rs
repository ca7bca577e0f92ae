//! `launch terminate`: one machine, by id or by name, after a yes.

use insta::assert_snapshot;

use crate::support::Lab;

#[test]
fn a_machine_is_ended_by_its_name_or_its_id() {
    let lab = Lab::start();
    let home = lab.home();
    for name in ["trainer", "tester"] {
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name {name} --wait running")).ok();
    }
    assert_snapshot!(home.run("cloudkit launch terminate trainer -r us-east-1"), @"
    --- stderr
    error: this has to be confirmed, and there is no terminal to ask on: End trainer (i-xxxxxxxxxxxxxxxxx), m7i.large, us-east-1, with its disks, in account 123456789012?
    hint: confirm it beforehand: --yes
    --- exit 2
    ");
    assert!(
        lab.machines().iter().all(|machine| machine["state"] == "running"),
        "nothing is ended without a yes"
    );
    assert_snapshot!(home.run("cloudkit launch terminate trainer --yes -r us-east-1,eu-north-1"), @"
    --- stderr
    trainer (i-xxxxxxxxxxxxxxxxx) is ending
    hint: what served it can go when it has ended: cloudkit launch cleanup
    ");
    let id = |name: &str| {
        let machines = lab.machines();
        let found = machines.iter().find(|machine| machine["tags"]["Name"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    lab.until_it_is(&id("trainer"), "terminated");
    assert_eq!(
        home.run("cloudkit launch list -r us-east-1 --all -o csv").ok().stdout.matches("running").count(),
        1
    );
    assert_snapshot!(home.run(&format!("cloudkit launch terminate {} --yes -r us-east-1", id("tester"))), @"
    --- stderr
    tester (i-xxxxxxxxxxxxxxxxx) is ending
    hint: what served it can go when it has ended: cloudkit launch cleanup
    ");
    assert_snapshot!(home.run(&format!("cloudkit launch terminate {} --yes -r us-east-1", id("trainer"))), @"
    --- stderr
    trainer (i-xxxxxxxxxxxxxxxxx) has ended already
    ");
    assert_snapshot!(home.run("cloudkit launch terminate trainer --yes -r us-east-1,eu-north-1"), @"
    --- stderr
    error: no machine of cloudkit's is called trainer
    hint: see what there is: cloudkit launch list
    --- exit 1
    ");
}

#[test]
fn a_name_of_several_is_not_guessed() {
    let lab = Lab::start();
    let home = lab.home();
    for region in ["us-east-1", "eu-north-1"] {
        home.run(&format!(
            "cloudkit launch -t m7i.large --ttl 1h --name trainer --region {region} --wait accepted"
        ))
        .ok();
    }
    let screen = home.run("cloudkit launch terminate trainer --yes -r us-east-1,eu-north-1");
    assert_snapshot!(screen, @"
    --- stderr
    error: trainer is the name of 2 machines: i-xxxxxxxxxxxxxxxxx (eu-north-1), i-xxxxxxxxxxxxxxxxx (us-east-1)
    hint: name it by its id
    --- exit 2
    ");
    assert_eq!(lab.requests_of("TerminateInstances").len(), 0);
    home.run("cloudkit launch terminate trainer --yes --region eu-north-1").ok();
    assert_eq!(lab.requests_of("TerminateInstances").len(), 1);
}

#[test]
fn a_machine_of_a_region_that_does_not_answer_is_not_said_to_be_missing() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&serde_json::json!({"kind": "error", "action": "DescribeInstances", "region": "eu-north-1", "status": 503,
        "code": "Unavailable", "message": "The service is unavailable."}));
    assert_snapshot!(home.run("cloudkit launch terminate trainer --yes -r us-east-1,eu-north-1"), @"
    --- stderr
    warning: eu-north-1 could not be asked, so what is there is not shown: DescribeInstances refused: Unavailable: The service is unavailable.
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    error: no machine of cloudkit's is called trainer
    --- exit 5
    ");
}

#[test]
fn a_batch_survives_one_machine_that_is_guarded() {
    let lab = Lab::start();
    let home = lab.home();
    for name in ["a", "b", "c"] {
        home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name {name} --wait running")).ok();
    }
    let machines = lab.machines();
    let guarded = machines.iter().find(|machine| machine["tags"]["Name"] == "b").unwrap()["id"].clone();
    // EC2 refuses the call as a whole, and the one machine again.
    lab.fault(
        &serde_json::json!({"kind": "error", "action": "TerminateInstances", "times": 1, "status": 400,
        "code": "OperationNotPermitted", "message": "The instance may not be terminated."}),
    );
    lab.fault(&serde_json::json!({"kind": "error", "action": "TerminateInstances", "params": {"InstanceId.1": guarded},
        "status": 400, "code": "OperationNotPermitted", "message": "The instance may not be terminated."}));
    let screen = home.run("cloudkit launch terminate a b c --yes -r us-east-1").exits(1);
    assert_snapshot!(screen, @"
    --- stderr
    a (i-xxxxxxxxxxxxxxxxx) is ending
    warning: b (i-xxxxxxxxxxxxxxxxx) still runs: TerminateInstances refused: OperationNotPermitted: The instance may not be terminated.
    hint: take the guard off: aws ec2 modify-instance-attribute --instance-id ID --no-disable-api-termination (or --no-disable-api-stop)
    c (i-xxxxxxxxxxxxxxxxx) is ending
    hint: what served it can go when it has ended: cloudkit launch cleanup
    --- exit 1
    ");
    assert_eq!(lab.machines().iter().filter(|machine| machine["state"] == "running").count(), 1);
}
