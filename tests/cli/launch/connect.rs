//! `launch connect` and `launch ssh-config`: the way to a machine, whose host key is believed, and ssh's own exit code.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab, Terminal};

/// A stand-in for ssh that shows its words, a line each, and ends with 7.
const SSH: &str = "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n";

fn with_a_machine() -> (Lab, Home) {
    let lab = Lab::start();
    let home = lab.home();
    home.program_of("ssh", SSH);
    home.run("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running").ok();
    (lab, home)
}

fn id(lab: &Lab) -> String {
    lab.only_machine()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_command_runs_on_the_machine_and_its_code_is_the_commands() {
    let (_lab, home) = with_a_machine();
    assert_snapshot!(home.run("cloudkit launch connect trainer -r us-east-1 -- nvidia-smi -L"), @r#"
    -o
    ConnectTimeout=15
    -o
    HostName=127.0.0.1
    -o
    Port=[PORT]
    -o
    User=ec2-user
    -o
    HostKeyAlias=i-xxxxxxxxxxxxxxxxx
    -o
    UserKnownHostsFile="[HOME]/.local/state/cloudkit/known_hosts"
    -o
    HashKnownHosts=no
    -o
    StrictHostKeyChecking=ask
    127.0.0.1
    nvidia-smi
    -L
    --- stderr
    its host key is not known: it is not on its console any more, or not yet
    --- exit 7
    "#);
    assert_snapshot!(home.run("cloudkit launch connect trainer -r us-east-1 --user ada --identity key"), @r#"
    -o
    ConnectTimeout=15
    -o
    HostName=127.0.0.1
    -o
    Port=[PORT]
    -o
    User=ada
    -o
    HostKeyAlias=i-xxxxxxxxxxxxxxxxx
    -o
    UserKnownHostsFile="[HOME]/.local/state/cloudkit/known_hosts"
    -o
    HashKnownHosts=no
    -o
    StrictHostKeyChecking=ask
    -o
    IdentityFile="key"
    -o
    IdentitiesOnly=yes
    127.0.0.1
    --- stderr
    its host key is not known: it is not on its console any more, or not yet
    --- exit 7
    "#);
}

#[test]
fn a_stopped_machine_is_started_unless_it_is_not_to_be() {
    let (lab, home) = with_a_machine();
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id(&lab), "stopped");
    assert_snapshot!(home.run("cloudkit launch connect trainer -r us-east-1 --no-start"), @"
    --- stderr
    error: trainer (i-xxxxxxxxxxxxxxxxx) is stopped
    hint: start it: cloudkit launch start i-xxxxxxxxxxxxxxxxx
    --- exit 1
    ");
    assert_eq!(lab.requests_of("StartInstances").len(), 0);
    let screen = home.run("cloudkit launch connect trainer -r us-east-1 -- true").exits(7);
    assert!(screen.stderr.contains("is stopped: it is started, and costs again"), "{screen}");
    assert_eq!(lab.only_machine()["state"], "running");
}

#[test]
fn a_key_of_one_connection_is_let_in_for_it() {
    let (lab, home) = with_a_machine();
    let screen = home.run("cloudkit launch connect trainer -r us-east-1 --instance-connect -- true").exits(7);
    assert_eq!(lab.requests_of("SendSSHPublicKey").len(), 1);
    let identity = screen.stdout.lines().find_map(|line| line.strip_prefix("IdentityFile=")).unwrap();
    assert!(!std::path::Path::new(identity.trim_matches('"')).exists(), "{identity} is still there");
}

/// EC2 lets such a key in for a minute, which must not pass while the machine starts.
#[test]
fn a_key_of_one_connection_waits_for_the_server() {
    let (lab, mut home) = with_a_machine();
    lab.post("/ssh", &json!({"on": false}));
    home.set("CLOUDKIT_SSH_WAIT", "1s");
    home.run("cloudkit launch connect trainer -r us-east-1 --instance-connect -- true").exits(5);
    assert_eq!(lab.requests_of("SendSSHPublicKey").len(), 0);
}

#[test]
fn where_ssh_itself_fails_there_are_other_ways() {
    let (_lab, home) = with_a_machine();
    home.program_of(
        "ssh",
        "#!/bin/sh\necho 'ec2-user@127.0.0.1: Permission denied (publickey).' >&2\nexit 255\n",
    );
    assert_snapshot!(home.run("cloudkit launch connect trainer -r us-east-1 -- true"), @"
    --- stderr
    its host key is not known: it is not on its console any more, or not yet
    ec2-user@127.0.0.1: Permission denied (publickey).
    hint: ssh shows a host key that is not known on a terminal, and asks
    hint: where it was your key that was refused, name another one: --identity FILE; or do without: --instance-connect
    --- exit 255
    ");
}

#[test]
fn without_ssh_it_says_what_to_install() {
    let (lab, mut home) = with_a_machine();
    std::fs::remove_file(home.path("bin/ssh")).unwrap();
    home.set("PATH", home.path("bin").to_str().unwrap());
    assert_snapshot!(home.run("cloudkit launch connect trainer -r us-east-1 -- true"), @"
    --- stderr
    error: cannot run ssh
    caused by: No such file or directory (os error 2)
    hint: install an OpenSSH client: on Windows it is an optional feature of the system
    --- exit 2
    ");
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id(&lab), "stopped");
    home.run("cloudkit launch connect trainer -r us-east-1 -- true").exits(2);
    assert_eq!(lab.requests_of("StartInstances").len(), 0, "what can't be used is not paid for");
}

#[test]
fn every_running_machine_has_its_name_for_ssh() {
    let (_lab, home) = with_a_machine();
    home.run("cloudkit launch -t m7i.large --ttl 1h --name 'two words' --wait running").ok();
    home.write(".ssh/config", "Host old\n    User ada\n");
    assert_snapshot!(home.run("cloudkit launch ssh-config -r us-east-1"), @"
    --- stderr
    [HOME]/.ssh/cloudkit_config names 2 machines
    [HOME]/.ssh/config now begins with: Include cloudkit_config
    ");
    assert_snapshot!(home.read(".ssh/cloudkit_config"), @r#"
    # Written by cloudkit launch ssh-config, and written anew by the next one.
    Host trainer i-xxxxxxxxxxxxxxxxx
        HostName 127.0.0.1
        Port [PORT]
        User ec2-user
        HostKeyAlias i-xxxxxxxxxxxxxxxxx
        UserKnownHostsFile "[HOME]/.local/state/cloudkit/known_hosts"
        HashKnownHosts no
        StrictHostKeyChecking ask

    Host i-xxxxxxxxxxxxxxxxx
        HostName 127.0.0.1
        Port [PORT]
        User ec2-user
        HostKeyAlias i-xxxxxxxxxxxxxxxxx
        UserKnownHostsFile "[HOME]/.local/state/cloudkit/known_hosts"
        HashKnownHosts no
        StrictHostKeyChecking ask
    "#);
    assert_eq!(home.read(".ssh/config"), "Include cloudkit_config\n\nHost old\n    User ada\n");
    home.run("cloudkit launch ssh-config trainer -r us-east-1").ok();
    assert_eq!(home.read(".ssh/config"), "Include cloudkit_config\n\nHost old\n    User ada\n");
    let printed = home.run("cloudkit launch ssh-config trainer -r us-east-1 --print").ok();
    assert!(printed.stdout.contains("Host trainer i-"), "{printed}");
}

#[test]
fn ctrl_c_is_the_affair_of_what_runs_on_the_machine() {
    let (_lab, home) = with_a_machine();
    home.program_of("ssh", "#!/bin/sh\ntrap 'exit 9' INT\necho there\nread line\n");
    // The shell around it lives on, as one that a person types into does.
    let line = "trap : INT; cloudkit launch connect trainer -r us-east-1 -- work";
    let mut terminal = Terminal::typed(&home, line);
    terminal.sees("there").answers("\u{3}").ends(9);
}
