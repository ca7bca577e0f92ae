//! Sessions with a running agent: what it is asked over its socket.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Machine, RUN};
use crate::support::{Home, Screen, wait};

impl Machine {
    /// A verb of the agent of this machine.
    fn verb(&self, verb: &str) -> Screen {
        self.home.run(&format!("cloudkit agent {verb} --configuration agent.yaml"))
    }

    fn deadline_tag(&self) -> String {
        self.lab.only_machine()["tags"]["cloudkit:deadline"].as_str().unwrap_or_default().to_owned()
    }

    fn connect(&self) -> UnixStream {
        UnixStream::connect(self.home.path("run/agent.sock")).unwrap()
    }

    /// Has a stand-in for systemd's runner of transient units write down what it is to run.
    fn with_timer(&self, exit_code: u8) {
        let log = self.home.path("timer.log");
        self.home.program_of(
            "systemd-run",
            &format!("#!/bin/sh\necho \"$*\" >>'{}'\nexit {exit_code}\n", log.display()),
        );
        let configuration = self.home.read("agent.yaml");
        self.home.write("agent.yaml", configuration + "deadline_script: /usr/local/lib/cloudkit/deadline\n");
    }
}

fn said(stream: &UnixStream, line: &str) -> Value {
    (&mut &*stream).write_all(line.as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn the_agent_says_what_it_is_at_and_why() {
    let machine = Machine::with_deadline_in(3000);
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    let mode = machine.home.path("run/agent.sock").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o660);
    // What is asked of the agent itself needs no file of its.
    wait::until("the status", || machine.verb("status").stdout.contains("looking after").then_some(()));
    std::fs::remove_file(machine.home.path("run/status.json")).unwrap();
    assert_snapshot!(machine.verb("status"));
    assert_snapshot!(machine.verb("why"));
    let why = machine.verb("why -o json").ok().json();
    assert_eq!(
        (&why["schema"], &why["ends"][0]["reason"]),
        (&json!("cloudkit.agent-why/v1"), &json!("deadline"))
    );
    assert_snapshot!(machine.verb("version"));
    agent.terminate();
    assert_snapshot!(agent.screen().stderr.lines().filter(|line| line.contains("asked")).count(), @"0");
}

#[test]
fn a_pause_is_kept_and_taken_back() {
    let machine = Machine::with_deadline_in(3000);
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    assert_snapshot!(machine.verb("pause --for 2h"));
    assert!(machine.home.read("state/agent-state.json").contains("\"paused_until\": \"20"));
    assert_snapshot!(machine.verb("resume"));
    assert_snapshot!(machine.verb("resume"), @"
    --- stderr
    it was not paused
    ");
    assert_snapshot!(machine.verb("pause --for 0s"), @r#"
    --- stderr
    error: invalid value '0s' for '--for <SPAN>': "0s" is not a span of time such as 90s, 45m, 8h, 2d, 1w or 1d12h
    hint: every flag with its values: --help
    --- exit 2
    "#);
    agent.terminate();
    agent.screen().ok();
}

#[test]
fn work_that_is_complete_is_noted_in_its_file() {
    let machine = Machine::with_deadline_in(3000);
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    assert_snapshot!(machine.verb("complete --status failed --message 'loss is NaN'"), @"
    --- stderr
    noted: the work of this machine is complete
    ");
    let complete: Value = serde_json::from_str(&machine.home.read("run/complete")).unwrap();
    assert_eq!(complete, json!({"status": "failed", "message": "loss is NaN"}));
    let two_lines = machine.verb("complete --message 'two\nlines'");
    assert_eq!(two_lines.code, 2, "{}", two_lines.stderr);
    agent.terminate();
    agent.screen().ok();
}

#[test]
fn extending_on_the_machine_moves_its_tag_and_its_timer() {
    let machine = Machine::with_deadline_in(3000);
    machine.with_timer(0);
    let before = machine.deadline_tag();
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    assert_snapshot!(machine.verb("extend 2h"));
    assert!(machine.deadline_tag() > before);
    let timer = machine.home.read("timer.log");
    assert!(timer.contains("/bin/sh /usr/local/lib/cloudkit/deadline set "), "{timer}");
    let words: Vec<&str> = timer.split_whitespace().collect();
    assert_eq!(words[words.len() - 2], "later", "{timer}");
    agent.terminate();
    let log = agent.screen();
    assert!(log.stderr.contains("asked: extend: the machine ends at "), "{}", log.stderr);
    assert!(log.stderr.contains("uid "), "{}", log.stderr);
}

#[test]
fn a_deadline_that_no_tag_knows_of_holds_until_the_tag_says_something_new() {
    let machine = Machine::with_deadline_in(3000);
    machine.with_timer(1);
    machine.lab.fault(&json!({"kind": "error", "action": "CreateTags", "status": 403, "times": 1,
        "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation."}));
    let mut agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    assert_snapshot!(machine.verb("extend 2h"));
    agent.until_it_says("by who set it on the machine");
    // It is in the log as well: who asked may not be who looks after the machine.
    agent.until_it_says("writing the deadline's tag: CreateTags refused: UnauthorizedOperation");
    agent.kill();
    drop(agent);
    let agent = machine.agent();
    agent.until_it_says("by who set it on the machine");
    machine.move_deadline(7000);
    machine.verb("reload").ok();
    agent.until_it_says("by the machine's tag");
    agent.terminate();
    agent.screen().ok();
}

#[test]
fn nobody_ends_the_machine_sooner_by_accident() {
    let machine = Machine::with_deadline_in(7200);
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    let before = machine.deadline_tag();
    let an_hour_sooner = before.parse::<Timestamp>().unwrap() - SignedDuration::from_hours(1);
    let sooner = format!("extend --until {an_hour_sooner}");
    assert_snapshot!(machine.verb(&sooner));
    assert_eq!(machine.deadline_tag(), before);
    assert_snapshot!(machine.verb(&format!("{sooner} --yes")));
    assert!(machine.deadline_tag() < before);
    assert_snapshot!(machine.verb("extend --until 2020-01-01T00:00:00Z"));
    agent.terminate();
    agent.screen().ok();
}

#[test]
fn a_configuration_is_read_again_or_refused() {
    let machine = Machine::with_deadline_in(3000);
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    let good = machine.home.read("agent.yaml");
    machine.home.write("agent.yaml", good.replace("warn_before: 1m", "warn_before: 1h"));
    assert_snapshot!(machine.verb("reload"), @"
    --- stderr
    the configuration was read again and is in force
    ");
    agent.until_it_says("users are warned");
    // The verb reads it too, so what is wrong is shown to it by another copy.
    machine.home.write("good.yaml", &good);
    machine.home.write("agent.yaml", good.replace("warn_before: 1m", "warn_before: soon"));
    let refused = machine.home.run("cloudkit agent reload --configuration good.yaml");
    assert!(refused.stderr.contains("soon"), "{}", refused.stderr);
    machine.home.write("agent.yaml", good.replace("launch: l-", "launch: l-other-"));
    assert_snapshot!(machine.home.run("cloudkit agent reload --configuration good.yaml"));
    agent.terminate();
    agent.screen().ok();
}

#[test]
fn clients_that_are_stuck_or_talk_nonsense_hold_up_nobody() {
    let machine = Machine::with_deadline_in(3000);
    let agent = machine.agent();
    agent.until_it_says("by the machine's tag");
    let _stuck: Vec<UnixStream> = (0..8).map(|_| machine.connect()).collect();
    let client = machine.connect();
    let refused = said(&client, "shut down please\n");
    assert_eq!((&refused["answer"], &refused["kind"]), (&json!("refused"), &json!("not-understood")));
    // The same client may ask again.
    wait::until("the status", || {
        (said(&client, "{\"request\":\"status\"}\n")["answer"] == "status").then_some(())
    });
    let refused = said(&machine.connect(), &"a".repeat(64 * 1024));
    assert!(refused["message"].as_str().unwrap().contains("one line"), "{refused}");
    agent.terminate();
    agent.screen().ok();
}

#[test]
fn where_no_agent_runs_it_is_said_how_to_start_one() {
    let machine = Machine::with_deadline_in(3000);
    assert_snapshot!(machine.verb("extend 1h"));
    assert_snapshot!(machine.verb("version"), @"
    cloudkit [VERSION]
    no agent runs here
    ");
    assert_snapshot!(Home::new().run("cloudkit agent why --configuration agent.yaml"));
    assert_snapshot!(Home::new().run("cloudkit agent extend"));
}

#[test]
fn the_figures_are_served_on_loopback_and_nowhere_else() {
    let machine = Machine::with_deadline_in(3000);
    let address = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let agent = machine.home.start(&format!("{RUN} --metrics {address}"));
    let figures = wait::until("the figures", || {
        let answer = ureq::get(format!("http://{address}/metrics")).call().ok()?;
        answer.into_body().read_to_string().ok().filter(|text| text.contains("ends_at"))
    });
    assert!(figures.contains("\ncloudkit_agent_ticks_total "), "{figures}");
    agent.terminate();
    agent.screen().ok();
    assert_snapshot!(machine.home.run(&format!("{RUN} --metrics 0.0.0.0:9105")), @"
    --- stderr
    error: 0.0.0.0:9105 is not an address of loopback, such as 127.0.0.1:[PORT]
    --- exit 2
    ");
}
