//! How a machine ends: the flags, the plan, the request, what the agent is told.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

/// The parameters of the request that say how a machine ends.
fn of_request(lab: &Lab) -> String {
    let parameters = lab.only_machine()["launch_parameters"].clone();
    let told =
        ["Hibernation", "IamInstanceProfile", "InstanceInitiatedShutdownBehavior", "BlockDeviceMapping"];
    let its = |key: &&String| told.iter().any(|name| key.starts_with(name));
    let parameters = parameters.as_object().unwrap();
    parameters
        .keys()
        .filter(its)
        .map(|key| format!("{key}: {}\n", parameters[key].as_str().unwrap()))
        .collect()
}

/// The tags of the machine that say how it ends.
fn of_tags(lab: &Lab) -> String {
    let machine = lab.only_machine();
    let tags = machine["tags"].as_object().unwrap();
    let its = |key: &&String| key.starts_with("cloudkit:on-") || *key == "cloudkit:idle-timeout";
    tags.keys().filter(its).map(|key| format!("{key}: {}\n", tags[key].as_str().unwrap())).collect()
}

/// What the agent's configuration says of it.
fn of_configuration(lab: &Lab) -> String {
    let boothook = super::user_data::parts(lab).remove(0).body;
    let told = ["shutdown_behavior", "on_", "idle_timeout", "cost_limit", "  usd"];
    let its = |line: &&str| told.iter().any(|name| line.starts_with(name));
    boothook.lines().filter(its).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_machine_has_a_deadline_and_may_not_idle_where_nobody_says_otherwise() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --wait accepted").ok();
    assert_snapshot!(of_request(&lab), @"
    BlockDeviceMapping.1.DeviceName: /dev/xvda
    BlockDeviceMapping.1.Ebs.DeleteOnTermination: true
    BlockDeviceMapping.1.Ebs.Encrypted: true
    BlockDeviceMapping.1.Ebs.VolumeSize: 8
    BlockDeviceMapping.1.Ebs.VolumeType: gp3
    InstanceInitiatedShutdownBehavior: terminate
    ");
    assert_snapshot!(of_tags(&lab), @"cloudkit:idle-timeout: 1h");
    assert_snapshot!(of_configuration(&lab), @"
    shutdown_behavior: terminate
    on_deadline: terminate
    idle_timeout: 1h
    on_idle: terminate
    on_complete: terminate
    ");
    assert_eq!(lab.requests().iter().filter(|request| request.service == "iam").count(), 0, "needs no role");
}

#[test]
fn a_machine_that_may_be_kept_has_a_role_and_survives_its_power_off() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run(
        "cloudkit launch -t m7i.large --ttl 4h --idle-timeout 30m --on-idle hibernate --on-complete stop \
         --cost-limit 5 --wait accepted -o table"
    ), @"
    i-xxxxxxxxxxxxxxxxx m7i.large in us-east-1
      name     l-xxxxxxxxxxxxxxxx
      address  127.0.0.1
      ssh      ssh -p [PORT] ec2-user@127.0.0.1
      ends     YYYY-MM-DDThh:mm:ssZ
      cost     0.107554 USD an hour, 0.43 USD until the deadline
      end it   cloudkit launch terminate i-xxxxxxxxxxxxxxxxx --region us-east-1
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
        machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
        image    Amazon Linux 2023, the usual image
                 ami-0d27e0fb3bac4d724 (al2023-ami-2023.12.20260930.0-kernel-6.18-x86_64)
        volume   16 GiB gp3 at /dev/xvda, the root volume
        cost     0.107554 USD an hour, 0.43 USD until the deadline
                 m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
                 16 GiB root volume: 0.001754 USD an hour (aws.amazon.com/ebs/pricing)
                 public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
        ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
                 or after 30m without work: hibernated
                 or when it has cost 5.00 USD
                 or when its work is complete: stopped
        memory   8 GiB, kept on the root volume of 16 GiB where it is hibernated
        role     cloudkit-l-xxxxxxxxxxxxxxxx: stops, hibernates, terminates and tags itself and no other machine
        lets in  SSH (port [PORT]) from 203.0.113.7/32
        step     make role cloudkit-l-xxxxxxxxxxxxxxxx
        step     make instance profile cloudkit-l-xxxxxxxxxxxxxxxx
        step     make bucket cloudkit-123456789012-us-east-1
        step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
        step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
        step     launch m7i.large in us-east-1
    make role cloudkit-l-xxxxxxxxxxxxxxxx: done
    make instance profile cloudkit-l-xxxxxxxxxxxxxxxx: done
    make bucket cloudkit-123456789012-us-east-1: done
    upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression): done
    make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32): done
    i-xxxxxxxxxxxxxxxxx: accepted
    ");
    assert_snapshot!(of_request(&lab), @"
    BlockDeviceMapping.1.DeviceName: /dev/xvda
    BlockDeviceMapping.1.Ebs.DeleteOnTermination: true
    BlockDeviceMapping.1.Ebs.Encrypted: true
    BlockDeviceMapping.1.Ebs.VolumeSize: 16
    BlockDeviceMapping.1.Ebs.VolumeType: gp3
    HibernationOptions.Configured: true
    IamInstanceProfile.Name: cloudkit-l-xxxxxxxxxxxxxxxx
    InstanceInitiatedShutdownBehavior: stop
    ");
    assert_snapshot!(of_tags(&lab), @"
    cloudkit:idle-timeout: 30m
    cloudkit:on-complete: stop
    cloudkit:on-idle: hibernate
    ");
    assert_snapshot!(of_configuration(&lab), @"
    shutdown_behavior: stop
    on_deadline: terminate
    idle_timeout: 30m
    on_idle: hibernate
    on_complete: stop
    cost_limit:
      usd: '5.00'
      usd_hour: '0.107554'
      usd_hour_stopped: '0.001754'
    ");
}

#[test]
fn the_plan_is_a_document_too() {
    let lab = Lab::start();
    let home = lab.home();
    let plan = home
        .run("cloudkit launch -t m7i.large --ttl 4h --on-idle stop --cost-limit 5 --dry-run -o json")
        .ok()
        .json();
    assert_snapshot!(format!("{:#}", plan["ending"]), @r#"
    {
      "cost_limit_usd": "5.00",
      "hibernation": "off",
      "idle_timeout_seconds": 3600,
      "on_complete": "terminate",
      "on_deadline": "terminate",
      "on_idle": "stop",
      "role": {
        "ends_itself": true,
        "kind": "made",
        "name": "cloudkit-l-xxxxxxxxxxxxxxxx",
        "session_manager": false
      },
      "shutdown_behavior": "stop"
    }
    "#);
    let step = &plan["candidates"][0]["preparation"][0];
    assert_eq!((&step["step"], &step["role"]), (&json!("make-role"), &plan["ending"]["role"]["name"]));
    assert_eq!(step["policy"]["Statement"][0]["Sid"], "EndItself");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn a_time_of_the_clock_here_is_a_deadline() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.set("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
    let deadline = |home: &Home, until: &str| -> Value {
        home.run(&format!("cloudkit launch -t m7i.large --until {until} --dry-run -o json")).ok().json()["deadline"]
            .clone()
    };
    assert_eq!(deadline(&home, "'2099-01-10 18:00'").to_string(), r#""2099-01-10T17:00:00Z""#);
    assert_eq!(deadline(&home, "2099-01-10T18:00:00-05:00").to_string(), r#""2099-01-10T23:00:00Z""#);
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --until '2020-01-10 18:00'"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: --until is YYYY-MM-DDThh:mm:ssZ, which has passed: it is YYYY-MM-DDThh:mm:ssZ
    hint: give a later time
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --until tomorrow"), @r#"
    --- stderr
    error: invalid value 'tomorrow' for '--until <TIME>': "tomorrow" is not a time such as 18:00 or '2026-11-22 18:00' here, or YYYY-MM-DDThh:mm:ssZ anywhere
    hint: every flag with its values: --help
    --- exit 2
    "#);
    home.set("TZ", "/nowhere");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --until '2099-01-10 18:00'"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: the time zone of this computer is not known
    hint: give it in UTC: --until YYYY-MM-DDThh:mm:ssZ
    --- exit 2
    ");
}

#[test]
fn what_can_not_be_is_refused_with_what_to_change() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t t3.small --cost-limit 5"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    looking at the account: done
    error: t3.small in us-east-1 cannot be launched: a limit of cost cannot be kept without the price of: t3.small
    hint: leave out --cost-limit; --ttl and --idle-timeout need no price
    hint: or read newer prices: cloudkit find refresh
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --cost-limit 0"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    error: a limit of cost has to be more than nothing
    hint: give it in US dollars: --cost-limit 5
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --on-idle sleep"), @r#"
    --- stderr
    error: invalid value 'sleep' for '--on-idle <ACTION>': "sleep" is not terminate, stop or hibernate
    hint: every flag with its values: --help
    --- exit 2
    "#);
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn what_can_not_hibernate_is_refused_with_what_to_change() {
    let lab = Lab::start();
    let home = lab.home();
    assert_snapshot!(home.run("cloudkit launch -t m7i.48xlarge --on-idle hibernate"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    looking at the account: done
    error: m7i.48xlarge in us-east-1 cannot be launched: m7i.48xlarge cannot hibernate
    hint: stop it instead: --on-idle stop
    hint: types that can: cloudkit find search --hibernation --memory ..149
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.metal-24xl --on-deadline hibernate --on-idle hibernate"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    looking at the account: done
    error: m7i.metal-24xl in us-east-1 cannot be launched: m7i.metal-24xl cannot hibernate
    hint: stop it instead: --on-idle stop --on-deadline stop
    hint: types that can: cloudkit find search --hibernation --memory ..149
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --hibernate --ami ami-1e749f67 --dry-run"), @"
    Plan of launch l-xxxxxxxxxxxxxxxx in account 123456789012
      machine  m7i.large in us-east-1, on-demand, 2 vCPUs, 8 GiB
      image    Ubuntu, named by its id
               ami-1e749f67 (ubuntu/images/hvm-ssd/ubuntu-trusty-14.04-amd64-server-20170727)
      volume   16 GiB gp3 at /dev/sda1, the root volume
      cost     0.107554 USD an hour, 0.86 USD until the deadline
               m7i.large: 0.1008 USD an hour (embedded 2025-03-02)
               16 GiB root volume: 0.001754 USD an hour (aws.amazon.com/ebs/pricing)
               public IPv4 address: 0.005 USD an hour (AWS since 2024-02-01)
      ends     YYYY-MM-DDThh:mm:ssZ, by the machine itself (tag cloudkit:deadline)
               or after 1h without work
      memory   8 GiB, kept on the root volume of 16 GiB where it is hibernated
      lets in  SSH (port [PORT]) from 203.0.113.7/32
      step     make bucket cloudkit-123456789012-us-east-1
      step     upload the agent to cloudkit-123456789012-us-east-1 (1 MB before compression)
      step     make security group cloudkit-l-xxxxxxxxxxxxxxxx (port [PORT] from 203.0.113.7/32)
      step     launch m7i.large in us-east-1
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    looking at the account: done
    ");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large --on-idle hibernate --ami ami-1e749f67"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    no --ttl given: the machine ends after 8h
    looking at the account: done
    error: m7i.large in us-east-1 cannot be launched: it is not known whether image ami-1e749f67 (ubuntu/images/hvm-ssd/ubuntu-trusty-14.04-amd64-server-20170727) can hibernate
    hint: if you know that it can, say so: --hibernate
    hint: stop it instead: --on-idle stop
    --- exit 2
    ");
    let offer = home.run("cloudkit find search m7i.large -r us-east-1").ok().stdout;
    let spot = offer.replace(r#""market":"on-demand""#, r#""market":"spot""#);
    assert_ne!(spot, offer);
    assert_snapshot!(home.run_with(&spot, "cloudkit launch --on-idle stop"), @"
    --- stderr
    no --ttl given: the machine ends after 8h
    looking at the account: done
    error: m7i.large in us-east-1, spot cannot be launched: a spot machine of a one-time request cannot be stopped
    hint: leave out --on-idle, --on-deadline and --on-complete, so that it is terminated
    hint: or buy it on demand
    --- exit 2
    ");
    assert_snapshot!(home.run_with(&spot, "cloudkit launch --hibernate"), @"
    --- stderr
    no --ttl given: the machine ends after 8h
    looking at the account: done
    error: m7i.large in us-east-1, spot cannot be launched: a spot machine is hibernated by EC2 alone, never by itself
    hint: leave out --hibernate
    --- exit 2
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn settings_say_how_machines_end() {
    let lab = Lab::start();
    let home = lab.home();
    let agent = home.path("agent");
    home.settings(&format!(
        "agent-binary: {}\nttl: 2h\nidle-timeout: 20m\non-idle: stop\non-deadline: stop\non-complete: stop\ncost-limit: 3\n",
        agent.display()
    ));
    let ending = |flags: &str| {
        let plan = home.run(&format!("cloudkit launch -t m7i.large {flags} --dry-run -o json")).ok().json();
        let of = |key: &str| plan["ending"][key].clone();
        json!([
            of("idle_timeout_seconds"),
            of("on_idle"),
            of("on_deadline"),
            of("on_complete"),
            of("cost_limit_usd")
        ])
    };
    assert_eq!(ending(""), json!([1200, "stop", "stop", "stop", "3.00"]));
    assert_eq!(
        ending("--on-idle terminate --cost-limit 4"),
        json!([1200, "terminate", "stop", "stop", "4.00"])
    );
    assert_eq!(ending("--no-idle-timeout"), json!([null, "stop", "stop", "stop", "3.00"]));
    home.write(".cloudkit.yaml", "on-idle: terminate\n");
    assert_snapshot!(home.run("cloudkit launch -t m7i.large"), @"
    --- stderr
    error: [HOME]/.cloudkit.yaml: on-idle is refused in a project's file: it could have come with a cloned repository
    hint: set it for yourself: cloudkit config set KEY VALUE
    --- exit 2
    ");
}
