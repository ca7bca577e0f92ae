//! `deploy exec` and `deploy ssh`: commands on the machines of a deployment, and a shell on one of them.

use std::fs;

use insta::assert_snapshot;
use serde_json::json;

use super::app::{TWO_REGIONS, somebody};
use super::machine::{asked, reachable};
use crate::support::{Home, Lab};

fn deployed() -> (Lab, Home, Vec<String>) {
    let lab = Lab::start();
    let home = somebody(&lab, TWO_REGIONS);
    home.run("cloudkit deploy create --dir app --yes").ok();
    let ids = reachable(&lab, &home, None);
    (lab, home, ids)
}

/// Lines of several machines come in any order.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_command_runs_everywhere_with_the_machine_before_each_line() {
    let (_lab, home, ids) = deployed();
    let screen = home.run("cloudkit deploy exec web -- 'echo one; echo two >&2; echo three'").ok();
    let mut lines: Vec<String> =
        ids.iter().flat_map(|id| [format!("{id} | one"), format!("{id} | three")]).collect();
    lines.sort();
    assert_eq!(sorted(&screen.stdout), lines);
    assert!(ids.iter().all(|id| screen.stderr.contains(&format!("{id} | two\n"))), "{screen}");
    assert!(screen.stderr.contains("5 of 5 machines of web did it well"), "{screen}");
    let quiet = home.run("cloudkit deploy exec web -m 1 --quiet -- 'echo oh >&2'").ok();
    assert_eq!(quiet.stderr, format!("{} | oh\n", ids[0]), "what a program says is never silenced");
}

#[test]
fn some_machines_are_chosen_by_number_id_and_region() {
    let (_lab, home, ids) = deployed();
    let count = |line: &str| home.run(line).ok().stdout.lines().count();
    assert_eq!(count("cloudkit deploy exec web --region us-east-1 -- echo it"), 3);
    assert_eq!(count(&format!("cloudkit deploy exec web -m {},{},1 -- echo it", ids[0], ids[3])), 2);
    let words = home.run("cloudkit deploy exec web -m 2 -- echo 'a  b' '$HOME'").ok();
    assert_eq!(words.stdout, format!("{} | a  b $HOME\n", ids[1]), "several words stay as they are");
    assert_snapshot!(home.run("cloudkit deploy exec web -m 9 -- true"));
    assert_snapshot!(home.run("cloudkit deploy exec web --region eu-west-2 -- true"));
    home.run("cloudkit deploy exec web").exits(2);
}

#[test]
fn who_failed_with_what_is_told_and_is_the_code() {
    let (_lab, home, ids) = deployed();
    let fail = format!("cloudkit deploy exec web -- 'test $DISK != \"$HOME/machines/{}\" || exit 7'", ids[1]);
    let screen = home.run(&fail).exits(1);
    assert!(screen.stderr.contains(&format!("warning: {} in eu-west-1: ended with 7", ids[1])), "{screen}");
    assert!(screen.stderr.contains("4 of 5 machines of web did it well"), "{screen}");
    home.write(&format!("machines/{}/cut-off", ids[4]), "");
    let screen = home.run("cloudkit deploy exec web -o json -- 'echo in; echo out >&2'").exits(5);
    let rows = screen.json();
    assert_eq!(rows.as_array().unwrap().len(), 5);
    assert_eq!(
        (&rows[0]["schema"], &rows[0]["code"], &rows[0]["stdout"], &rows[0]["stderr"]),
        (&json!("cloudkit.executed/v1"), &json!(0), &json!("in\n"), &json!("out\n"))
    );
    assert_eq!(
        rows[4]["not_reached"],
        format!("ssh: connect to host {} port 22: Connection refused", ids[4])
    );
    let lines = home.run("cloudkit deploy exec web -o jsonl -m 1,2 -- true").ok().lines_of_json();
    assert_eq!(lines.len(), 2);
}

#[test]
fn no_host_key_is_taken_on_trust() {
    let (lab, home, ids) = deployed();
    lab.post(&format!("/machines/{}/tags", ids[0]), &json!({"cloudkit:host-key": "none"}));
    fs::remove_dir_all(home.path(".local/state/cloudkit")).unwrap();
    let screen = home.run("cloudkit deploy exec web -m 1,2 -- echo it").exits(5);
    assert_eq!(screen.stdout, format!("{} | it\n", ids[1]));
    let asks = format!("or not yet; cloudkit launch connect {} shows it and asks", ids[0]);
    assert!(screen.stderr.contains(&asks), "{screen}");
    assert_eq!(asked(&home, &ids[0]), [""; 0]);
    let words = home.read(&format!("machines/{}/words", ids[1]));
    assert!(words.contains("StrictHostKeyChecking=yes") && words.contains("BatchMode=yes"), "{words}");
}

#[test]
fn what_is_not_there_is_said() {
    let (lab, home, ids) = deployed();
    let screen = home.run("cloudkit deploy exec other -- true").exits(1);
    assert!(screen.stderr.contains("there is no deployment other"), "{screen}");
    home.run(&format!("cloudkit launch stop {} -r eu-west-1", ids[0])).ok();
    lab.until_it_is(&ids[0], "stopped");
    let screen = home.run("cloudkit deploy exec web -m 1,2 -- true").exits(1);
    assert!(screen.stderr.contains(&format!("{} in eu-west-1 is stopped: left out", ids[0])), "{screen}");
}

#[test]
fn a_shell_is_opened_as_connect_opens_it() {
    let (_lab, home, ids) = deployed();
    assert_snapshot!(home.run("cloudkit deploy ssh web"));
    home.program_of("ssh", "#!/bin/sh\nprintf '%s\\n' \"$@\" | grep HostKeyAlias\nexit 7\n");
    for typed in ["2", &ids[1]] {
        let screen = home.run(&format!("cloudkit deploy ssh web --machine {typed}")).exits(7);
        assert_eq!(screen.stdout, format!("HostKeyAlias={}\n", ids[1]));
    }
}

/// The key that the folder names is what machines are asked with by every command, unless another one is typed.
#[test]
fn the_key_of_the_app_folder_logs_in() {
    let lab = Lab::start();
    let config =
        "name: web\ncount: 1\nregions: [us-east-1]\ntypes: [m7i.large]\nttl: 8h\nprivate_key: keys/team\n";
    let home = somebody(&lab, config);
    home.write("app/keys/team", "");
    home.run("cloudkit deploy create --dir app --yes").ok();
    let id = reachable(&lab, &home, None).remove(0);
    let words = || fs::read_to_string(home.path(&format!("machines/{id}/words"))).unwrap();
    let team = format!("IdentityFile=\"{}\"", home.path("app/keys/team").display());
    for line in ["status", "status web", "exec", "logs", "ssh", "update"] {
        home.write(&format!("machines/{id}/words"), "");
        let command = if line == "exec" { " -- true" } else { "" };
        home.run(&format!("cloudkit deploy {line} --dir app{command}"));
        let words = words();
        assert!(!words.is_empty() && words.lines().all(|line| line.contains(&team)), "{line}: {words}");
    }
    home.write(&format!("machines/{id}/words"), "");
    home.run("cloudkit deploy exec --dir app -i other -- true");
    assert!(words().contains("IdentityFile=\"other\"") && !words().contains(&team), "{}", words());
    home.write(&format!("machines/{id}/words"), "");
    home.run("cloudkit deploy exec web -- true").ok();
    assert!(!words().contains("IdentityFile"), "elsewhere there is no folder to ask: {}", words());
}
