//! The host key of a machine: read from its console once, kept in a tag, and from then on the only one that is believed.

use std::process::Command;

use insta::assert_snapshot;
use serde_json::json;

use super::asks_agent::HOST_KEY;
use crate::support::{Home, Lab};

const OTHER_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPEVqWzCtXmhZ4vXpUbpxGSeHZv6UTcCfPOFqTzXeyC";
/// A stand-in for ssh that shows the words about host keys.
const SSH: &str = "#!/bin/sh\nprintf '%s\\n' \"$@\" | grep -E 'HostKey|KnownHosts'\n";
const CONNECT: &str = "cloudkit launch connect trainer -r us-east-1 -- true";

/// A machine whose console had shown its key and its agent's sign while it was launched.
fn launched() -> (Lab, Home, String) {
    let lab = Lab::start();
    let mut home = lab.home();
    home.program_of("ssh", SSH);
    home.set("CLOUDKIT_AGENT_WAIT", "60s");
    let launch = home.start("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait agent");
    launch.until_it_says("ssh answers");
    let machine = lab.only_machine();
    let (id, launched) =
        (machine["id"].as_str().unwrap(), machine["tags"]["cloudkit:launch"].as_str().unwrap());
    lab.console(id, &console(HOST_KEY, launched));
    launch.screen().ok();
    (lab, home, id.to_owned())
}

fn console(key: &str, launch: &str) -> String {
    format!(
        "-----BEGIN SSH HOST KEY KEYS-----\r\n{key} root@ip\r\n-----END SSH HOST KEY KEYS-----\r\n\
         cloudkit-agent: ready launch={launch} deadline=none\r\n"
    )
}

/// What ssh's own tool finds for a machine among the known hosts.
fn known(home: &Home, id: &str) -> String {
    let file = home.path(".local/state/cloudkit/known_hosts");
    let output = Command::new("ssh-keygen").args(["-F", id, "-f"]).arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_key_kept_at_the_launch_is_believed_without_another_look() {
    let (lab, home, id) = launched();
    assert_eq!(lab.only_machine()["tags"]["cloudkit:host-key"], HOST_KEY);
    let before = lab.requests().len();
    assert_snapshot!(home.run(CONNECT), @r#"
    HostKeyAlias=i-xxxxxxxxxxxxxxxxx
    UserKnownHostsFile="[HOME]/.local/state/cloudkit/known_hosts"
    HashKnownHosts=no
    StrictHostKeyChecking=yes
    "#);
    let calls: Vec<_> = lab.requests_since(before).into_iter().map(|request| request.action).collect();
    assert!(!calls.iter().any(|call| call == "GetConsoleOutput" || call == "CreateTags"), "{calls:?}");
    assert!(known(&home, &id).contains(HOST_KEY));
    assert_snapshot!(home.run("cloudkit launch ssh-config trainer -r us-east-1 --print"), @r#"
    # Written by cloudkit launch ssh-config, and written anew by the next one.
    Host trainer i-xxxxxxxxxxxxxxxxx
        HostName 127.0.0.1
        Port [PORT]
        User ec2-user
        HostKeyAlias i-xxxxxxxxxxxxxxxxx
        UserKnownHostsFile "[HOME]/.local/state/cloudkit/known_hosts"
        HashKnownHosts no
        StrictHostKeyChecking yes
    "#);
}

/// ssh itself says what it makes of the file.
#[test]
fn ssh_reads_the_configuration_as_it_is_meant() {
    let (_lab, home, id) = launched();
    home.run("cloudkit launch ssh-config -r us-east-1").ok();
    let file = home.path(".ssh/cloudkit_config");
    let output = Command::new("ssh").args(["-G", "trainer", "-F"]).arg(file).output().unwrap();
    let read = String::from_utf8(output.stdout).unwrap();
    let alias = format!("hostkeyalias {id}");
    for line in ["user ec2-user", "hostname 127.0.0.1", "stricthostkeychecking true", alias.as_str()] {
        assert!(read.lines().any(|one| one == line), "{line} is not in\n{read}");
    }
}

/// The key that is not the one of the launch is a stranger's, whoever shows it and wherever it was believed before.
#[test]
fn another_key_is_never_believed() {
    let (lab, home, id) = launched();
    home.write(".local/state/cloudkit/known_hosts", format!("{id} {OTHER_KEY}\n"));
    lab.console(&id, &console(OTHER_KEY, "l-0"));
    home.run(CONNECT).ok();
    let known = known(&home, &id);
    assert!(known.contains(HOST_KEY) && !known.contains(OTHER_KEY), "{known}");
    lab.post(&format!("/machines/{id}/tags"), &json!({"cloudkit:host-key": "no key"}));
    home.run(CONNECT).ok();
    assert_eq!(
        lab.only_machine()["tags"]["cloudkit:host-key"],
        OTHER_KEY,
        "what is no key is looked for again"
    );
}

/// ssh writes down what somebody says yes to; from then on that key, and no other, is the machine's.
#[test]
fn a_key_that_somebody_accepted_is_known_from_then_on() {
    let lab = Lab::start();
    let home = lab.home();
    home.program_of("ssh", SSH);
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    home.write(".local/state/cloudkit/known_hosts", format!("{id} {OTHER_KEY}\n"));
    assert_snapshot!(home.run(CONNECT), @r#"
    HostKeyAlias=i-xxxxxxxxxxxxxxxxx
    UserKnownHostsFile="[HOME]/.local/state/cloudkit/known_hosts"
    HashKnownHosts=no
    StrictHostKeyChecking=yes
    "#);
    assert_eq!(known(&home, &id).lines().last().unwrap(), format!("{id} {OTHER_KEY}"));
}

#[test]
fn a_key_that_was_not_kept_is_looked_for_once() {
    let lab = Lab::start();
    let home = lab.home();
    home.program_of("ssh", SSH);
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    assert_snapshot!(home.run(CONNECT), @r#"
    HostKeyAlias=i-xxxxxxxxxxxxxxxxx
    UserKnownHostsFile="[HOME]/.local/state/cloudkit/known_hosts"
    HashKnownHosts=no
    StrictHostKeyChecking=ask
    --- stderr
    its host key is not known: it is not on its console any more, or not yet
    "#);
    lab.console(&id, &console(HOST_KEY, "l-0"));
    home.run(CONNECT).ok();
    home.run(CONNECT).ok();
    assert_eq!(lab.requests_of("GetConsoleOutput").len(), 2);
    assert_eq!(lab.requests_of("CreateTags").len(), 1);
}
