//! `launch connect --ssm`: Session Manager's plugin has the terminal, and gets what AWS answered.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Home, Lab};

/// A stand-in for the plugin that shows its words and ends with 7; it is of a version that takes AWS's answer by a variable.
const PLUGIN: &str = r#"#!/bin/sh
[ "$1" != --version ] || { echo 1.2.707.0; exit; }
printf '%s\n' "$@"
printf '%s' "$AWS_SSM_START_SESSION_RESPONSE" >"$HOME/answer"
exit 7
"#;
const CONNECT: &str = "cloudkit launch connect trainer -r us-east-1 --ssm";

fn with_a_machine(flags: &str) -> (Lab, Home, String) {
    let lab = Lab::start();
    let home = lab.home();
    home.program_of("session-manager-plugin", PLUGIN);
    home.run(&format!("cloudkit launch -t m7i.large --ttl 1h --name trainer --wait running {flags}")).ok();
    let id = lab.only_machine()["id"].as_str().unwrap().to_owned();
    (lab, home, id)
}

fn reached(lab: &Lab, id: &str) {
    lab.post(&format!("/machines/{id}/session-manager"), &json!({"connected": true}));
}

#[test]
fn the_plugin_gets_the_session_and_no_argument_holds_its_token() {
    let (lab, home, id) = with_a_machine("--ssm");
    reached(&lab, &id);
    assert_snapshot!(home.run(CONNECT), @r#"
    AWS_SSM_START_SESSION_RESPONSE
    us-east-1
    StartSession

    {"Target":"i-xxxxxxxxxxxxxxxxx"}
    http://127.0.0.1:[PORT]
    --- exit 7
    "#);
    let answer: Value = serde_json::from_str(&home.read("answer")).unwrap();
    let members: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["SessionId", "StreamUrl", "TokenValue"]);
    assert_snapshot!(home.run(&format!("{CONNECT} --profile night -- nvidia-smi -L")), @r#"
    AWS_SSM_START_SESSION_RESPONSE
    us-east-1
    StartSession
    night
    {"DocumentName":"AWS-StartNonInteractiveCommand","Parameters":{"command":["sh -c 'nvidia-smi -L'"]},"Target":"i-xxxxxxxxxxxxxxxxx"}
    http://127.0.0.1:[PORT]
    --- exit 7
    "#);
    assert_eq!(lab.requests_of("TerminateSession").len(), 0);
}

#[test]
fn an_older_plugin_gets_it_as_its_first_word() {
    let (lab, home, id) = with_a_machine("--ssm");
    reached(&lab, &id);
    home.program_of("session-manager-plugin", &PLUGIN.replace("1.2.707.0", "1.2.497.0"));
    let screen = home.run(CONNECT).exits(7);
    let first: Value = serde_json::from_str(screen.stdout.lines().next().unwrap()).unwrap();
    assert!(first["TokenValue"].is_string(), "{screen}");
}

#[test]
fn without_the_plugin_no_session_is_opened() {
    let (lab, home, id) = with_a_machine("--ssm");
    reached(&lab, &id);
    std::fs::remove_file(home.path("bin/session-manager-plugin")).unwrap();
    assert_snapshot!(home.run(CONNECT), @"
    --- stderr
    error: cannot run session-manager-plugin
    caused by: No such file or directory (os error 2)
    hint: install it: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html
    --- exit 2
    ");
    assert_eq!(lab.requests_of("StartSession").len(), 0);
    home.run("cloudkit launch stop trainer -r us-east-1").ok();
    lab.until_it_is(&id, "stopped");
    home.run(CONNECT).exits(2);
    assert_eq!(lab.requests_of("StartInstances").len(), 0, "what can't be used is not paid for");
}

#[test]
fn a_machine_that_session_manager_does_not_reach_is_told_of() {
    let (_lab, home, _) = with_a_machine("--ssm");
    assert_snapshot!(home.run(CONNECT), @"
    --- stderr
    error: StartSession refused: TargetNotConnected: i-xxxxxxxxxxxxxxxxx is not connected.
    hint: Session Manager reaches a machine some seconds after its start, where it has a role for that (launch --ssm) and its image brings the SSM Agent (Amazon Linux and Ubuntu do, Debian does not)
    --- exit 1
    ");
    let (_lab, home, _) = with_a_machine("");
    assert_snapshot!(home.run(CONNECT), @"
    --- stderr
    error: StartSession refused: TargetNotConnected: i-xxxxxxxxxxxxxxxxx is not connected.
    hint: Session Manager reaches a machine some seconds after its start, where it has a role for that (launch --ssm) and its image brings the SSM Agent (Amazon Linux and Ubuntu do, Debian does not)
    hint: trainer (i-xxxxxxxxxxxxxxxxx) was launched without a role; by SSH: cloudkit launch connect i-xxxxxxxxxxxxxxxxx
    --- exit 1
    ");
}
