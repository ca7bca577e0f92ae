//! `launch cleanup`: what ended machines have left behind, and nothing that serves.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab};

fn launch(home: &Home, name: &str, region: &str) {
    home.run(&format!("cloudkit launch -t m7i.large --ttl 1h -n {name} -r {region} --wait running")).ok();
}

fn end(lab: &Lab, home: &Home, name: &str) {
    home.run(&format!("cloudkit launch terminate {name} --yes -r us-east-1")).ok();
    let machines = lab.machines();
    let ended = machines.iter().find(|machine| machine["tags"]["Name"] == name).unwrap();
    lab.until_it_is(ended["id"].as_str().unwrap(), "terminated");
}

#[test]
fn the_groups_of_ended_machines_go_and_those_of_running_ones_stay() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 -o table"), @"
    --- stderr
    nothing is left over
    ");
    launch(&home, "trainer", "us-east-1");
    launch(&home, "tester", "eu-north-1");
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 --yes -o table"), @"
    --- stderr
    nothing is left over
    ");
    end(&lab, &home, "trainer");
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 -o table"), @"
    --- stderr
    error: this has to be confirmed, and there is no terminal to ask on: Remove security group sg-xxxxxxxxxxxxxxxxx (us-east-1) in account 123456789012?
    hint: confirm it beforehand: --yes
    --- exit 2
    ");
    assert_eq!(lab.requests_of("DeleteSecurityGroup").len(), 0, "nothing goes without a yes");
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 --yes -o table"), @"
    KIND            ID                    REGION     LAUNCH              REMOVED
    security group  sg-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx  yes
    ");
    assert_eq!(lab.left()["us-east-1"]["security_groups"], json!(null));
    assert_eq!(lab.left()["eu-north-1"]["security_groups"].as_array().unwrap().len(), 1);
    assert_eq!(lab.requests_of("TerminateInstances").len(), 1, "no machine is ever touched");
}

#[test]
fn the_buckets_go_where_they_are_named() {
    let lab = Lab::start();
    let home = lab.home();
    launch(&home, "trainer", "us-east-1");
    end(&lab, &home, "trainer");
    let rows =
        home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 --bucket --yes").ok().lines_of_json();
    let kinds: Vec<_> = rows.iter().map(|row| (row["kind"].clone(), row["removed"].clone())).collect();
    assert_eq!(kinds, [(json!("security-group"), json!(true)), (json!("bucket"), json!(true))]);
    lab.nothing_is_left();
}

#[test]
fn what_can_not_be_removed_is_6() {
    let lab = Lab::start();
    let home = lab.home();
    launch(&home, "trainer", "us-east-1");
    end(&lab, &home, "trainer");
    lab.fault(&json!({"kind": "error", "action": "DeleteSecurityGroup", "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation."}));
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 --yes -o table"), @"
    KIND            ID                    REGION     LAUNCH              REMOVED
    security group  sg-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx  no
    --- stderr
    warning: sg-xxxxxxxxxxxxxxxxx in us-east-1 is still there: DeleteSecurityGroup refused: UnauthorizedOperation: You are not authorized to perform this operation.
    hint: try again in a minute: cloudkit launch cleanup
    --- exit 6
    ");
}

#[test]
fn a_region_that_fails_is_named() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(
        &json!({"kind": "error", "action": "DescribeSecurityGroups", "region": "eu-north-1", "status": 503,
        "code": "Unavailable", "message": "The service is unavailable."}),
    );
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1,eu-north-1 --yes -o table"), @"
    --- stderr
    warning: eu-north-1 could not be asked, so what is there is not shown: DescribeSecurityGroups refused: Unavailable: The service is unavailable.
    hint: check the network, the region and AWS_ENDPOINT_URL, then run the same command again
    nothing else is left over
    --- exit 5
    ");
}

#[test]
fn a_young_launch_keeps_what_it_has_made_unless_it_is_said_to_be_over() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(
        &json!({"kind": "error", "action": "RunInstances", "status": 400, "code": "InvalidAMIID.Malformed"}),
    );
    lab.fault(&json!({"kind": "error", "action": "DeleteSecurityGroup", "status": 500}));
    let failed = home.run("cloudkit launch -t m7i.large --ttl 1h").exits(6);
    lab.clear_faults();
    let words = "cloudkit launch cleanup --launch ";
    let command = &failed.stderr[failed.stderr.find(words).unwrap()..];
    let command = command.lines().next().unwrap();
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 --yes -o table"), @"
    --- stderr
    launch l-xxxxxxxxxxxxxxxx may still be under way, and keeps what it has made; if it is over: cloudkit launch cleanup --launch l-xxxxxxxxxxxxxxxx
    nothing is left over
    ");
    assert_snapshot!(home.run(&format!("{command} --yes -o table")), @"
    KIND            ID                    REGION     LAUNCH              REMOVED
    security group  sg-xxxxxxxxxxxxxxxxx  us-east-1  l-xxxxxxxxxxxxxxxx  yes
    ");
    lab.nothing_is_left();
    assert_snapshot!(home.run("cloudkit launch cleanup --launch trainer"), @r#"
    --- stderr
    error: invalid value 'trainer' for '--launch <LAUNCH>': "trainer" is not the id of a launch, such as l-xxxxxxxxxxxxxxxx
    hint: every flag with its values: --help
    --- exit 2
    "#);
}
