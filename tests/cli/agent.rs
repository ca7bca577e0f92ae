//! Sessions of `agent`, run as a machine of the lab: the deadline, the warning, the end.

#[cfg(target_os = "linux")]
mod by_hand;
#[cfg(unix)]
mod control;
mod ends;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::support::{Home, Lab, Running, wait};

const RUN: &str = "cloudkit agent run --configuration agent.yaml";
const STATUS: &str = "cloudkit agent status --configuration agent.yaml";

/// A machine of the lab and a home that poses as it.
struct Machine {
    lab: Lab,
    home: Home,
    id: String,
}

impl Machine {
    /// A machine whose deadline is this many seconds away.
    fn with_deadline_in(seconds: i64) -> Self {
        Self::that(seconds, "", "")
    }

    /// One that was launched with these flags, whose agent is told these lines besides.
    fn that(seconds: i64, flags: &str, told: &str) -> Self {
        let lab = Lab::start();
        let mut home = lab.home();
        let launched = home
            .run(&format!("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running {flags}"))
            .ok()
            .json();
        let id = launched["instance_id"].as_str().unwrap().to_owned();
        let metadata = lab.post(&format!("/machines/{id}/metadata"), &json!({}));
        home.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata["endpoint"].as_str().unwrap());
        home.unset("AWS_EC2_METADATA_DISABLED");
        let machine = Self { lab, home, id };
        machine.home.write("agent.yaml", machine.configuration(launched["launch"].as_str().unwrap()) + told);
        machine.move_deadline(seconds);
        machine
    }

    fn configuration(&self, launch: &str) -> String {
        let folder = |name: &str| self.home.path(name).display().to_string();
        let launched_at = Timestamp::now() - SignedDuration::from_mins(5);
        format!(
            "schema: cloudkit.agent-configuration/v1\nlaunch: {launch}\nlaunched_at: {launched_at}\n\
             deadline: {}\nend_by: api\nwarn: file\nwarn_before: 1m\nstate_directory: {}\nrun_directory: {}\n",
            in_seconds(3600),
            folder("state"),
            folder("run")
        )
    }

    fn move_deadline(&self, seconds: i64) {
        self.lab
            .post(&format!("/machines/{}/tags", self.id), &json!({"cloudkit:deadline": in_seconds(seconds)}));
    }

    fn agent(&self) -> Running {
        self.home.start(RUN)
    }

    /// An agent of which the metadata service was answered in time. One that was not asks again a minute later, so a new one
    /// is started instead.
    fn agent_that_has_read_the_tag(&self) -> Running {
        wait::until("an agent that has read the tag", || {
            let agent = self.agent();
            agent.until_it_says("the deadline is");
            agent.stderr().contains("by the machine's tag").then_some(agent)
        })
    }

    fn state(&self) -> String {
        self.lab.only_machine()["state"].as_str().unwrap().to_owned()
    }
}

fn in_seconds(seconds: i64) -> String {
    let at = Timestamp::now() + SignedDuration::from_secs(seconds);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[test]
fn the_agent_warns_and_ends_the_machine_at_its_deadline() {
    let machine = Machine::with_deadline_in(4);
    let agent = machine.agent();
    let warning =
        wait::until("the warning", || std::fs::read_to_string(machine.home.path("run/warning")).ok());
    assert!(warning.starts_with("This machine ends at "), "{warning}");
    machine.lab.until_it_is(&machine.id, "terminated");
    agent.terminate();
    assert_snapshot!(agent.screen(), @"
    --- stderr
    looking after a machine of launch l-xxxxxxxxxxxxxxxx
    this is i-xxxxxxxxxxxxxxxxx in us-east-1
    the deadline is YYYY-MM-DDThh:mm:ssZ, by the machine's tag
    users are warned: the machine ends at YYYY-MM-DDThh:mm:ssZ: its deadline
    ending the machine: its deadline
    told to stop; the machine stays as it is
    ");
    assert_eq!(machine.lab.requests_of("TerminateInstances").len(), 1);
}

#[test]
fn a_deadline_that_is_moved_keeps_the_machine() {
    let machine = Machine::with_deadline_in(30);
    let agent = machine.agent();
    agent.until_it_says("users are warned");
    assert_snapshot!(machine.home.run(STATUS), @"
    looking after i-xxxxxxxxxxxxxxxxx, launch l-xxxxxxxxxxxxxxxx
    ends at YYYY-MM-DDThh:mm:ssZ (in [SPAN]), by the machine's tag
    ends after 1h without work
    users have been warned
    last look at YYYY-MM-DDThh:mm:ssZ, version 0.1.0
    ");
    machine.move_deadline(7200);
    agent.until_it_says("the warning is taken back");
    assert!(!machine.home.path("run/warning").exists());
    wait::until("the status", || {
        machine.home.run(STATUS).stdout.contains("been warned").eq(&false).then_some(())
    });
    assert_snapshot!(machine.home.run(STATUS), @"
    looking after i-xxxxxxxxxxxxxxxxx, launch l-xxxxxxxxxxxxxxxx
    ends at YYYY-MM-DDThh:mm:ssZ (in [SPAN]), by the machine's tag
    ends after 1h without work
    last look at YYYY-MM-DDThh:mm:ssZ, version 0.1.0
    ");
    let status = machine.home.run(&format!("{STATUS} -o json")).ok().json();
    assert_eq!((&status["state"], &status["deadline_source"]), (&json!("watching"), &json!("tag")));
    agent.terminate();
    agent.screen().ok();
    assert_eq!(machine.state(), "running", "a signal ends the agent, never the machine");
    assert_snapshot!(machine.home.run(STATUS), @"
    --- stderr
    error: the agent is not running: there is no [HOME]/run/status.json
    hint: start it: systemctl start cloudkit-agent
    --- exit 1
    ");
}

/// The call comes a minute before the deadline, at which the timer would stop the machine with its memory lost.
#[test]
fn a_machine_that_is_to_hibernate_is_never_terminated_where_that_fails() {
    let told = "shutdown_behavior: stop\non_deadline: hibernate\nidle_timeout: 1h\non_idle: stop\n\
                cost_limit: {usd: '5.00', usd_hour: '1.20'}\n";
    let machine = Machine::that(63, "--on-deadline hibernate --on-idle stop", told);
    machine.lab.fault(&json!({"kind": "error", "action": "StopInstances", "status": 403, "times": 1,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    let agent = machine.agent();
    agent.until_it_says("ending the machine: cannot hibernate");
    assert_snapshot!(machine.home.run(STATUS), @"
    looking after i-xxxxxxxxxxxxxxxxx, launch l-xxxxxxxxxxxxxxxx
    the machine is being ended
    stops after 1h without work
    hibernates when it has cost 5.00 USD (0.10 so far)
    users have been warned
    last look at YYYY-MM-DDThh:mm:ssZ, version 0.1.0
    ");
    machine.lab.until_it_is(&machine.id, "stopped");
    agent.terminate();
    assert_snapshot!(agent.screen(), @"
    --- stderr
    looking after a machine of launch l-xxxxxxxxxxxxxxxx
    this is i-xxxxxxxxxxxxxxxxx in us-east-1
    the deadline is YYYY-MM-DDThh:mm:ssZ, by the machine's tag
    users are warned: the machine hibernates at YYYY-MM-DDThh:mm:ssZ: its deadline
    ending the machine: its deadline
    ending the machine: cannot hibernate i-xxxxxxxxxxxxxxxxx in us-east-1 by the API: StopInstances refused: UnauthorizedOperation: You are not authorized to perform this operation.
    ending the machine: its deadline
    ending the machine: in order again
    told to stop; the machine stays as it is
    ");
    assert_eq!(machine.lab.only_machine()["hibernated"], true);
    assert_eq!(machine.lab.requests_of("TerminateInstances").len(), 0);
}

#[test]
fn an_agent_that_comes_back_remembers() {
    let machine = Machine::with_deadline_in(3000);
    let mut agent = machine.agent_that_has_read_the_tag();
    agent.kill();
    drop(agent);
    // Now the metadata service is gone, and so is the tag; the memory is not.
    let mut home = machine.home;
    home.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1");
    let agent = home.start(RUN);
    agent.until_it_says("by the tag as it was last read");
    agent.terminate();
    agent.screen().ok();
}

#[test]
fn what_is_no_configuration_is_refused() {
    let home = Home::new();
    assert_snapshot!(home.run(RUN), @"
    --- stderr
    error: there is no agent configuration agent.yaml
    hint: the agent is for machines that cloudkit launch made; it starts there by itself
    --- exit 2
    ");
    home.write(
        "agent.yaml",
        "schema: cloudkit.agent-configuration/v1\nlaunch: l-1\nlaunched_at: yesterday\n",
    );
    assert_snapshot!(home.run(RUN), @"
    --- stderr
    error: cannot understand agent.yaml
    caused by: launched_at: failed to parse four digit integer as year: invalid digit, expected 0-9 but got y at line 3 column 14
    hint: the agent is for machines that cloudkit launch made; it starts there by itself
    --- exit 2
    ");
    home.write("agent.yaml", "schema: cloudkit.agent-configuration/v9\n");
    assert_snapshot!(home.run(STATUS), @r#"
    --- stderr
    error: agent.yaml has the schema "cloudkit.agent-configuration/v9", not cloudkit.agent-configuration/v1
    hint: this is for machines that cloudkit launch made
    --- exit 2
    "#);
}
