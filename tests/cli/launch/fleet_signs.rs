//! The first signs of several machines, looked for side by side and told in all.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Lab, Screen};

/// Launches three machines of which the first's agent fails and the others' show themselves.
fn one_of_three_fails(flags: &str) -> (Lab, Screen) {
    let lab = Lab::start();
    let mut home = lab.home();
    home.unset("CLOUDKIT_AGENT_WAIT");
    // Nobody's server answers before the consoles are written.
    lab.post("/ssh", &json!({"on": false}));
    let running = home.start(&format!("cloudkit launch -t m7i.large --count 3 --ttl 1h -o json {flags}"));
    running.until_it_says("machines run");
    for (number, machine) in lab.machines().iter().enumerate() {
        let launch = machine["tags"]["cloudkit:launch"].as_str().unwrap();
        let sign = match number {
            0 => format!("failed launch={launch} reason=its download failed"),
            _ => format!("ready launch={launch} deadline=2026-11-22T20:00:00Z"),
        };
        lab.console(machine["id"].as_str().unwrap(), &format!("cloudkit-agent: {sign}\r\nlogin: "));
    }
    lab.post("/ssh", &json!({"on": true}));
    (lab, running.screen())
}

fn signs(screen: &Screen) -> String {
    let since = screen.stderr.find("3 machines run").unwrap();
    let lines = screen.stderr[since..].lines().filter(|line| !line.starts_with('{'));
    lines.collect::<Vec<_>>().join("\n")
}

fn living(lab: &Lab) -> usize {
    lab.machines().iter().filter(|one| one["state"] == "running").count()
}

#[test]
fn a_machine_whose_agent_fails_is_ended_where_enough_others_are_left() {
    let (lab, screen) = one_of_three_fails("--min-count 2");
    assert_snapshot!(signs(&screen), @"
    3 machines run
    warning: ssh answers on 2 of 3; the others run, so try again in a minute
    agents that look after their machines: 2 of 3
    warning: the agent was not installed: i-7e3b0d2083f4aea78: its download failed
    removed again: machine i-7e3b0d2083f4aea78
    ");
    let launched = screen.ok().json();
    let agents: Vec<&Value> = launched.as_array().unwrap().iter().map(|one| &one["agent"]).collect();
    assert_eq!(agents, ["seen", "seen"]);
    assert_eq!(living(&lab), 2);
}

#[test]
fn with_too_few_others_nothing_is_left() {
    let (lab, screen) = one_of_three_fails("");
    assert_snapshot!(signs(&screen.exits(5)), @"
    3 machines run
    warning: ssh answers on 2 of 3; the others run, so try again in a minute
    agents that look after their machines: 2 of 3
    warning: the agent was not installed: i-fa97b00ccdb6c13de: its download failed
    removed again: machines i-fa97b00ccdb6c13de, i-287f8f0bb93f18801, i-101bee65a704e5f16
    removed again: security group cloudkit-l-6b02c783c96482ae
    removed again: object agent/fe7c73d0ba0c0ff057e83e0855aaee046fc2397dfe6432316f19efa074937988/cloudkit in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    ");
    lab.machines().iter().for_each(|one| lab.until_it_is(one["id"].as_str().unwrap(), "terminated"));
    lab.nothing_is_left();
}

#[test]
fn it_is_kept_where_that_is_asked_for() {
    let (lab, screen) = one_of_three_fails("--keep");
    let launched = screen.exits(1).json();
    assert_eq!(launched.as_array().unwrap().len(), 3);
    assert_eq!(living(&lab), 3);
}
