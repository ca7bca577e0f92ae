//! `launch status` asks the machine: by SSH, else by Session Manager, else nobody but its tag.

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::support::{Home, Lab};

pub(super) const HOST_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJWqQ3hEoPyAnHyZnzTtYtBBpvRBoTVyvUNqUxzrtZHk";
/// A stand-in for ssh to a machine whose disk is the folder `machine`: it notes its words and has a shell do the last one.
const SSH: &str = r##"#!/bin/sh
printf '%s ' "$@" >"$HOME/ssh-words"
for word; do question=$word; done
places="s#/usr/local/bin/cloudkit#$HOME/machine/cloudkit#g; s#/run/cloudkit#$HOME/machine/run#g; s#/var/lib/cloudkit#$HOME/machine/lib#g"
sh -c "$(printf '%s' "$question" | sed "$places")" |
    sed "s#$HOME/machine/run#/run/cloudkit#; s#$HOME/machine/lib#/var/lib/cloudkit#"
"##;
/// The same for Session Manager's plugin, of which the command is one of the parameters.
const PLUGIN: &str = r##"#!/bin/sh
[ "$1" != --version ] || { echo 1.2.707.0; exit; }
printf '\nStarting session with SessionId: lab-1\r\n'
"$HOME/bin/ssh" "$(printf '%s' "$5" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Parameters"]["command"][0])')"
printf '\n\nExiting session with sessionId: lab-1.\n'
"##;
const STATUS: &str = "cloudkit launch status trainer -r us-east-1";

fn with_a_machine(flags: &str) -> (Lab, Home, String) {
    let lab = Lab::start();
    let home = lab.home();
    home.program_of("ssh", SSH);
    home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running {flags}")).ok();
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    (lab, home, id)
}

fn keep_host_key(lab: &Lab, id: &str) {
    lab.post(&format!("/machines/{id}/tags"), &json!({"cloudkit:host-key": HOST_KEY}));
}

/// What `status` says of the agent and of the jobs.
fn of_agent(home: &Home, line: &str) -> String {
    let shown = home.run(line).ok().stdout;
    let lines = shown.lines().skip_while(|line| !line.starts_with("  agent"));
    lines
        .take_while(|line| !line.starts_with("  off"))
        .map(|line| format!("{}\n", line.trim_start()))
        .collect()
}

#[test]
fn the_agent_itself_is_asked_by_ssh() {
    let (lab, mut home, id) = with_a_machine("");
    keep_host_key(&lab, &id);
    let metadata = lab.post(&format!("/machines/{id}/metadata"), &json!({}));
    home.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata["endpoint"].as_str().unwrap());
    home.unset("AWS_EC2_METADATA_DISABLED");
    let launch = lab.only_machine()["tags"]["cloudkit:launch"].as_str().unwrap().to_owned();
    let launched_at = Timestamp::now() - SignedDuration::from_mins(5);
    let folder = |name: &str| home.path(name).display().to_string();
    let configuration = format!(
        "schema: cloudkit.agent-configuration/v1\nlaunch: {launch}\nlaunched_at: {launched_at}\nend_by: api\n\
         warn: file\nwarn_before: 1m\nidle_timeout: 1h\nstate_directory: {}\nrun_directory: {}\n",
        folder("machine/lib"),
        folder("machine/run")
    );
    home.write("agent.yaml", configuration);
    home.program_of(
        "../machine/cloudkit",
        "#!/bin/sh\nexec cloudkit \"$@\" --configuration \"$HOME/agent.yaml\"\n",
    );
    home.write("machine/lib/user/status/001-script-set up.sh", "exit 0\n");
    home.write("machine/lib/user/status/002-command", "running\n");
    let agent = home.start("cloudkit agent run --configuration agent.yaml");
    agent.until_it_says("the deadline is");
    crate::support::wait::until("the status", || home.path("machine/run/status.json").exists().then_some(()));
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    looking after i-xxxxxxxxxxxxxxxxx, launch l-xxxxxxxxxxxxxxxx (by ssh)
    ends at YYYY-MM-DDThh:mm:ssZ (in [SPAN]), by the machine's tag
    ends after 1h without work
    last look at YYYY-MM-DDThh:mm:ssZ, version 0.1.0
    work     processors, stolen processor time, network, disks, SSH connections, Session Manager: not known: looked at once: how it moves is known at the next look
    jobs     001-script-set up.sh: exit 0
    002-command: running
    ");
    assert_snapshot!(home.read("ssh-words"), @r#"-T -o BatchMode=yes -o LogLevel=ERROR -o ConnectTimeout=3 -o HostName=127.0.0.1 -o Port=[PORT] -o User=ec2-user -o HostKeyAlias=i-xxxxxxxxxxxxxxxxx -o UserKnownHostsFile="[HOME]/.local/state/cloudkit/known_hosts" -o HashKnownHosts=no -o StrictHostKeyChecking=yes 127.0.0.1 sh -c 'echo cloudkit-answer; /usr/local/bin/cloudkit agent status -o json 2>&1; echo cloudkit-ended $?; for file in /run/cloudkit/agent-install-failed /var/lib/cloudkit/user/failure /var/lib/cloudkit/user/status/*; do [ ! -f "$file" ] || printf "cloudkit-file\t%s\t%s\n" "$file" "$(head -n 1 "$file" 2>/dev/null)"; done; echo cloudkit-end'"#);
    let document = &home.run(&format!("{STATUS} -o json")).ok().json()[0]["agent"];
    assert_eq!((&document["way"], &document["agent"]["state"]), (&json!("ssh"), &json!("running")));
    assert_eq!(document["agent"]["status"]["schema"], "cloudkit.agent-status/v1");
    assert_eq!(document["jobs"][1], json!({"name": "002-command", "state": "running"}));
    agent.terminate();
    agent.screen().ok();
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    gives no word (by ssh): the agent is not running: there is no [HOME]/machine/run/status.json
    jobs     001-script-set up.sh: exit 0
    002-command: running
    ");
    assert_eq!(lab.requests_of("GetConsoleOutput").len(), 0);
}

#[test]
fn a_machine_without_an_agent_says_why() {
    let (lab, home, id) = with_a_machine("");
    keep_host_key(&lab, &id);
    assert_snapshot!(of_agent(&home, STATUS), @"agent    not installed (by ssh); its timer alone keeps its deadline");
    home.write("machine/run/agent-install-failed", "its download failed\n");
    home.write("machine/lib/user/failure", "what it fetches could not be fetched\n");
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    not installed (by ssh): its download failed; its timer alone keeps its deadline
    jobs     none was run: what it fetches could not be fetched
    ");
}

#[test]
fn what_could_not_be_asked_is_said_and_the_tag_speaks() {
    let (lab, home, id) = with_a_machine("");
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    not known: it has written no tag
    could not be asked by ssh: its host key is not known: it is not on its console any more, or not yet; connect shows it and asks
    ");
    keep_host_key(&lab, &id);
    lab.post(&format!("/machines/{id}/tags"), &json!({"cloudkit:status": "idle 42m"}));
    home.program_of("ssh", "#!/bin/sh\necho 'ada@127.0.0.1: Permission denied (publickey).' >&2\nexit 255\n");
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    idle 42m (by its tag)
    could not be asked by ssh: ada@127.0.0.1: Permission denied (publickey).
    ");
    home.program_of("ssh", "#!/bin/sh\necho 'This account is currently not available.'\nexit 1\n");
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    idle 42m (by its tag)
    could not be asked by ssh: it gave no answer that can be understood
    ");
    home.program_of("ssh", "#!/bin/sh\ntouch \"$HOME/asked\"\n");
    assert_snapshot!(of_agent(&home, &format!("{STATUS} --no-ask")), @"agent    idle 42m (by its tag)");
    assert!(!home.path("asked").exists());
    assert_eq!(lab.requests_of("CreateTags").len(), 0, "to look changes nothing");
}

#[test]
fn session_manager_is_the_second_way_where_there_is_a_role() {
    let (lab, home, id) = with_a_machine("--ssm");
    home.program_of("session-manager-plugin", PLUGIN);
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    not known: it has written no tag
    could not be asked by ssh: its host key is not known: it is not on its console any more, or not yet; connect shows it and asks
    could not be asked by Session Manager: StartSession refused: TargetNotConnected: i-xxxxxxxxxxxxxxxxx is not connected.
    ");
    lab.post(&format!("/machines/{id}/session-manager"), &json!({"connected": true}));
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    not installed (by Session Manager); its timer alone keeps its deadline
    could not be asked by ssh: its host key is not known: it is not on its console any more, or not yet; connect shows it and asks
    ");
    std::fs::remove_file(home.path("bin/session-manager-plugin")).unwrap();
    assert_snapshot!(of_agent(&home, STATUS), @"
    agent    not known: it has written no tag
    could not be asked by ssh: its host key is not known: it is not on its console any more, or not yet; connect shows it and asks
    could not be asked by Session Manager: cannot run session-manager-plugin: No such file or directory (os error 2)
    ");
}

#[test]
fn a_machine_that_is_stopped_is_not_asked() {
    let (lab, home, id) = with_a_machine("");
    keep_host_key(&lab, &id);
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id, "stopped");
    assert_snapshot!(of_agent(&home, STATUS), @"agent    not known: it has written no tag");
    assert!(!home.path("ssh-words").exists());
}
