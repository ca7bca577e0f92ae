//! The first signs of several machines, looked for side by side and told in all.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab, Screen};

/// Launches three machines of which the first's agent fails and the others' show themselves.
fn one_of_three_fails(lab: &Lab, home: &mut Home, flags: &str) -> Screen {
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
    running.screen()
}

fn signs(screen: &Screen) -> String {
    let since = screen.stderr.find("3 machines run").unwrap();
    // Whether its server answers before its agent is seen to have failed is a matter of luck.
    let lines =
        screen.stderr[since..].lines().filter(|line| !line.starts_with('{') && !line.starts_with("ssh "));
    lines.collect::<Vec<_>>().join("\n")
}

fn living(lab: &Lab) -> usize {
    lab.machines().iter().filter(|one| one["state"] == "running").count()
}

#[test]
fn a_machine_whose_agent_fails_is_ended_where_enough_others_are_left() {
    let lab = Lab::start();
    let mut home = lab.home();
    let screen = one_of_three_fails(&lab, &mut home, "--min-count 2");
    assert_snapshot!(signs(&screen), @"
    3 machines run
    agents that look after their machines: 2 of 3
    warning: the agent was not installed: i-xxxxxxxxxxxxxxxxx: its download failed
    removed again: machine i-xxxxxxxxxxxxxxxxx
    ");
    let launched = screen.ok().json();
    let agents: Vec<&Value> = launched.as_array().unwrap().iter().map(|one| &one["agent"]).collect();
    assert_eq!(agents, ["seen", "seen"]);
    assert_eq!(living(&lab), 2);
}

#[test]
fn with_too_few_others_nothing_is_left() {
    let lab = Lab::start();
    let mut home = lab.home();
    let screen = one_of_three_fails(&lab, &mut home, "");
    assert_snapshot!(signs(&screen.exits(5)), @"
    3 machines run
    agents that look after their machines: 2 of 3
    warning: the agent was not installed: i-xxxxxxxxxxxxxxxxx: its download failed
    removed again: machines i-xxxxxxxxxxxxxxxxx, i-xxxxxxxxxxxxxxxxx, i-xxxxxxxxxxxxxxxxx
    removed again: security group cloudkit-l-xxxxxxxxxxxxxxxx
    removed again: object agent/[SHA256]/cloudkit.gz in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    ");
    lab.machines().iter().for_each(|one| lab.until_it_is(one["id"].as_str().unwrap(), "terminated"));
    lab.nothing_is_left();
}

#[test]
fn it_is_kept_where_that_is_asked_for() {
    let lab = Lab::start();
    let mut home = lab.home();
    let screen = one_of_three_fails(&lab, &mut home, "--keep");
    let launched = screen.exits(1).json();
    assert_eq!(launched.as_array().unwrap().len(), 3);
    assert_eq!(living(&lab), 3);
}
