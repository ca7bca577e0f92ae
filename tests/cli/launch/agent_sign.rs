//! The agent's first sign of life, looked for on the machine's console.

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Home, Lab, Running, Screen};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h -o json";

/// A launch that goes on until its machine has been accepted, and what its console has to speak of.
struct Launching {
    lab: Lab,
    running: Running,
    id: String,
    launch: String,
}

impl Launching {
    fn start(line: &str) -> Self {
        let lab = Lab::start();
        let mut home = lab.home();
        home.unset("CLOUDKIT_AGENT_WAIT");
        Self::start_at(lab, &home, line)
    }

    fn start_at(lab: Lab, home: &Home, line: &str) -> Self {
        // Nobody's server answers before the console is written.
        lab.post("/ssh", &json!({"on": false}));
        let running = home.start(line);
        running.until_it_says("accepted");
        let machine = lab.only_machine();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let (id, launch) = (text(&machine["id"]), text(&machine["tags"]["cloudkit:launch"]));
        Self { lab, running, id, launch }
    }

    /// The console shows this of the agent; then the SSH server answers.
    fn shows(self, sign: &str) -> (Lab, Screen) {
        let line = format!("[  OK  ] Reached target cloud-init.\r\ncloudkit-agent: {sign}\r\nlogin: ");
        self.lab.console(&self.id, &line.replace("LAUNCH", &self.launch));
        self.lab.post("/ssh", &json!({"on": true}));
        (self.lab, self.running.screen())
    }
}

fn last_lines(screen: &Screen) -> String {
    let lines: Vec<&str> = screen.stderr.lines().skip_while(|line| !line.contains("running at")).collect();
    lines.join("\n")
}

#[test]
fn an_agent_that_shows_itself_is_seen() {
    let (_lab, screen) = Launching::start(LAUNCH).shows("ready launch=LAUNCH deadline=2026-11-22T20:00:00Z");
    let screen = screen.ok();
    assert_eq!(screen.json()["agent"], "seen");
    assert_eq!(screen.json()["ssh_answers"], true);
    assert!(last_lines(&screen).contains("\nthe agent looks after it until "), "{screen}");
}

#[test]
fn a_machine_whose_agent_fails_is_ended_and_the_reason_is_the_machines_own() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.unset("CLOUDKIT_AGENT_WAIT");
    let (lab, screen) =
        Launching::start_at(lab, &home, LAUNCH).shows("failed launch=LAUNCH reason=its download failed");
    let from_the_failure: Vec<&str> =
        screen.stderr.lines().skip_while(|line| !line.starts_with("warning: the agent")).collect();
    assert_snapshot!(from_the_failure.join("\n"), @r#"
    warning: the agent was not installed: its download failed
    removed again: machine i-xxxxxxxxxxxxxxxxx
    removed again: security group cloudkit-l-xxxxxxxxxxxxxxxx
    removed again: object agent/[SHA256]/cloudkit.gz in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    {"schema":"cloudkit.error/v1","error":"the agent of i-xxxxxxxxxxxxxxxxx was not installed: its download failed","caused_by":[],"hints":["leave such a machine as it is, to look at it: --keep"],"exit_code":5}
    "#);
    screen.exits(5);
    lab.until_it_is(lab.only_machine()["id"].as_str().unwrap(), "terminated");
    assert_eq!(lab.left()["us-east-1"]["security_groups"], json!(null));
}

#[test]
fn it_is_kept_where_that_was_asked_for() {
    let (lab, screen) = Launching::start(&format!("{LAUNCH} --keep --wait agent"))
        .shows("failed launch=LAUNCH reason=its download failed");
    let screen = screen.exits(1);
    assert!(
        screen.stderr.contains("warning: the agent was not installed: its download failed\n"),
        "{screen}"
    );
    assert_eq!(screen.json()["agent"], "failed");
    assert_eq!(lab.only_machine()["state"], "running");
}

#[test]
fn what_another_launch_says_is_no_sign_and_unknown_is_no_failure() {
    let lab = Lab::start();
    let home = lab.home();
    let (_lab, screen) = Launching::start_at(lab, &home, LAUNCH)
        .shows("failed launch=l-0000000000000000 reason=of the machine that the image was made of");
    let screen = screen.ok();
    assert_snapshot!(last_lines(&screen), @"
    running at 127.0.0.1
    ssh answers
    warning: no sign of the agent yet; the machine's own timer ends it at YYYY-MM-DDThh:mm:ssZ all the same
    ");
    assert_eq!(screen.json()["agent"], "unknown");
}

#[test]
fn where_the_console_may_not_be_read_that_is_said() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(
        &json!({"kind": "error", "action": "GetConsoleOutput", "status": 403, "code": "UnauthorizedOperation",
        "message": "You are not authorized to perform this operation."}),
    );
    let screen = home.run(LAUNCH).ok();
    assert_eq!(screen.json()["agent"], "unknown");
    assert!(
        screen.stderr.contains("warning: no sign of the agent yet (GetConsoleOutput refused: Unauthorized"),
        "{screen}"
    );
}

#[test]
fn throttling_and_lost_answers_are_looked_past() {
    let lab = Lab::start();
    let mut home = lab.home();
    home.unset("CLOUDKIT_AGENT_WAIT");
    for kind in ["throttle", "lost-answer"] {
        lab.fault(&json!({"kind": kind, "action": "GetConsoleOutput", "times": 1}));
    }
    let (_lab, screen) = Launching::start_at(lab, &home, LAUNCH).shows("ready launch=LAUNCH deadline=none");
    assert_eq!(screen.ok().json()["agent"], "seen");
}

#[test]
fn a_machine_on_xen_has_no_latest_console_and_is_asked_for_the_posted_one() {
    let line = LAUNCH.replace("m7i.large", "t2.micro --yes");
    let (lab, screen) = Launching::start(&line).shows("ready launch=LAUNCH deadline=none");
    assert_eq!(screen.ok().json()["agent"], "seen");
    let asked = lab.requests_of("GetConsoleOutput");
    assert!(asked.iter().any(|request| !request.params.contains_key("Latest")), "{asked:?}");
}

#[test]
fn who_does_not_wait_for_ssh_does_not_look() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run(&format!("{LAUNCH} --wait running")).ok();
    assert_eq!(screen.json().get("agent"), None);
    assert!(lab.requests_of("GetConsoleOutput").is_empty());
}

#[test]
fn without_a_deadline_it_is_said_that_nothing_else_ends_the_machine() {
    let lab = Lab::start();
    let home = lab.home();
    let screen = home.run("cloudkit launch -t m7i.large --no-ttl --yes").ok();
    assert!(
        screen.stderr.ends_with("warning: no sign of the agent yet; nothing else ends the machine\n"),
        "{screen}"
    );
}

#[test]
fn an_end_of_the_look_by_ctrl_c_ends_the_machine() {
    let launching = Launching::start(LAUNCH);
    launching.running.until_it_says("running at");
    launching.running.interrupt();
    let screen = launching.running.screen();
    assert_eq!(screen.exits(130).stdout, "");
    launching.lab.until_it_is(&launching.id, "terminated");
}
