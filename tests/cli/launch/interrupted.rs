//! A launch that does not come to its end: what was made is undone, or known to the journal.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h";

#[cfg(unix)]
#[test]
fn ctrl_c_undoes_everything() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/ssh", &json!({"on": false}));
    let launch = home.start(LAUNCH);
    launch.until_it_says("running at");
    launch.interrupt();
    let screen = launch.screen().exits(130);
    assert_snapshot!(after(&screen.stderr, "running at"), @"
    running at 127.0.0.1
    removed again: machine i-xxxxxxxxxxxxxxxxx
    removed again: security group cloudkit-l-xxxxxxxxxxxxxxxx
    removed again: object agent/[SHA256]/cloudkit.gz in bucket cloudkit-123456789012-us-east-1
    removed again: bucket cloudkit-123456789012-us-east-1
    error: interrupted
    ");
    assert_eq!(screen.stdout, "");
    lab.until_it_is(lab.only_machine()["id"].as_str().unwrap(), "terminated");
    lab.nothing_is_left();
}

#[test]
fn so_does_the_end_of_the_time_it_was_given() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/ssh", &json!({"on": false}));
    // A time that ends only once there is a machine, however slow this computer is.
    let limits = [4, 8, 16, 32, 64];
    let made = limits.into_iter().find_map(|limit| {
        let screen = home.run(&format!("{LAUNCH} --timeout {limit}s")).exits(5);
        assert!(
            after(&screen.stderr, "error").starts_with(&format!("error: not done within {limit}s")),
            "{screen}"
        );
        lab.machines().pop()
    });
    let machine = made.expect("no limit was long enough to make a machine");
    lab.until_it_is(machine["id"].as_str().unwrap(), "terminated");
    lab.nothing_is_left();
}

#[test]
fn looking_is_bounded_too() {
    let lab = Lab::start();
    let home = lab.home();
    lab.post("/latency", &json!({"ms": 5000, "action": "DescribeVpcs"}));
    assert_snapshot!(home.run(&format!("{LAUNCH} --timeout 1s")), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    error: not done within 1s
    --- exit 5
    ");
    assert_eq!(lab.changes(), [""; 0]);
}

#[test]
fn the_request_is_written_down_before_it_is_sent() {
    let lab = Lab::start();
    let home = lab.home();
    lab.fault(&json!({"kind": "hang", "action": "RunInstances", "ms": 3000, "times": 1}));
    let mut launch = home.start(LAUNCH);
    crate::support::wait::until("the request to be written down", || {
        (!journal(&home).is_empty()).then_some(())
    });
    let (path, entry) = journal(&home).remove(0);
    assert_eq!(entry.get("outcome"), None, "nothing is known of it yet");
    assert!(entry["request"]["user_data"].as_str().unwrap().len() > 1000, "the whole of it");
    only_the_owner_reads(&path);
    crate::support::wait::until("the request", || lab.requests_of("RunInstances").pop());
    launch.kill();
    drop(launch);
    lab.until_it_is(&machine_of_the_request(&lab), "running");
    assert_snapshot!(home.run("cloudkit launch cleanup -r us-east-1 -o table"), @"
    --- stderr
    unanswered requests of earlier launches settled: 1
    nothing is left over
    ");
    let (_, entry) = journal(&home).remove(0);
    assert_eq!(entry["outcome"], json!({"made": lab.only_machine()["id"]}));
    assert_eq!(entry["request"]["user_data"], "", "the presigned URL is not kept");
}

fn machine_of_the_request(lab: &Lab) -> String {
    let machine = crate::support::wait::until("the machine", || lab.machines().pop());
    machine["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_settled_request_is_kept_without_its_secret() {
    let lab = Lab::start();
    let home = lab.home();
    home.run(&format!("{LAUNCH} --wait accepted")).ok();
    let journal = journal(&home);
    let (path, entry) = &journal[0];
    assert_eq!(entry["outcome"], json!({"made": lab.only_machine()["id"]}));
    assert!(!entry.to_string().contains("X-Amz"), "{entry}");
    only_the_owner_reads(path);
}

/// The entries of the journal, and the files that they are in.
pub(super) fn journal(home: &Home) -> Vec<(std::path::PathBuf, Value)> {
    let Ok(files) = std::fs::read_dir(home.path(".local/state/cloudkit/launches")) else { return Vec::new() };
    let paths = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|name| name == "json"));
    paths
        .map(|path| (path.clone(), serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()))
        .collect()
}

#[cfg(unix)]
fn only_the_owner_reads(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn only_the_owner_reads(_path: &std::path::Path) {}

fn after<'t>(text: &'t str, words: &str) -> &'t str {
    &text[text.find(words).expect(text)..]
}
