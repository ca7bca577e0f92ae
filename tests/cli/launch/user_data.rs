//! What a machine is told at its launch: the parts in their order, and how it gets its agent.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use insta::assert_snapshot;
use sha2::{Digest, Sha256};

use crate::support::{Home, Lab, PROGRAM};

/// A part of MIME text: its type and its body.
pub(super) struct Part {
    pub(super) kind: String,
    pub(super) body: String,
}

#[test]
fn the_timer_comes_first_then_the_key_then_the_agent() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 2h --wait accepted").ok();
    let parts = parts(&lab);
    let kinds: Vec<&str> = parts.iter().map(|part| part.kind.as_str()).collect();
    assert_eq!(kinds, ["text/cloud-boothook", "text/cloud-config", "text/x-shellscript"]);
    let machine = lab.only_machine();
    let deadline: jiff::Timestamp = machine["tags"]["cloudkit:deadline"].as_str().unwrap().parse().unwrap();
    let [timer, configuration, agent] = parts.as_slice() else { panic!("three parts") };
    assert!(timer.body.contains(&deadline.as_second().to_string()), "an absolute time:\n{}", timer.body);
    assert!(timer.body.contains("--no-block"), "{}", timer.body);
    assert_eq!(configuration.body.matches("ssh-ed25519 ").count(), 1, "{}", configuration.body);
    the_agent_is_checked_before_it_runs(&home, &agent.body);
}

fn the_agent_is_checked_before_it_runs(home: &Home, script: &str) {
    let binary = std::fs::read(home.path("agent")).unwrap();
    assert_eq!(variable(script, "CLOUDKIT_AGENT_SHA256"), hexadecimal(&Sha256::digest(&binary)));
    let sources = sources(script);
    let [(url, headers)] = sources.as_slice() else { panic!("{sources:?}") };
    assert_eq!(headers, "x-amz-expected-bucket-owner: 123456789012");
    assert!(url.contains("X-Amz-Expires=3600"), "{script}");
    assert!(script.contains("sha256sum"), "the digest is checked:\n{script}");
}

pub(super) fn sha256(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_machine_can_fetch_this_very_program_as_its_agent() {
    let lab = Lab::start();
    let home = lab.home();
    // The C library of an image of somebody's own is theirs to judge, so the program may be newer than Amazon Linux.
    let line = "cloudkit launch -t m7i.large --ttl 2h --wait accepted --ami ami-1e749f67";
    home.run(&format!("{line} --agent-binary {PROGRAM}")).ok();
    let parts = parts(&lab);
    let script = &parts.last().unwrap().body;
    let (url, headers) = sources(script).remove(0);
    let (name, value) = headers.split_once(": ").unwrap();
    let answer = ureq::get(&url).header(name, value).call().unwrap();
    let mut fetched = Vec::new();
    GzDecoder::new(answer.into_body().into_reader()).read_to_end(&mut fetched).unwrap();
    assert_eq!(hexadecimal(&Sha256::digest(&fetched)), variable(script, "CLOUDKIT_AGENT_SHA256"));
    let path = home.write("bin/fetched", fetched);
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_snapshot!(home.run("fetched agent status"), @"
    --- stderr
    error: there is no agent configuration /etc/cloudkit/agent.yaml
    hint: this is for machines that cloudkit launch made
    hint: put an agent on this one: cloudkit agent install --help
    --- exit 2
    ");
    assert!(ureq::get(&url).call().is_err(), "without the signed header it is refused");
}

#[test]
fn no_key_pair_and_no_role_are_needed() {
    let lab = Lab::start();
    let home = lab.home();
    home.run("cloudkit launch -t m7i.large --ttl 2h --wait accepted").ok();
    let machine = lab.only_machine();
    assert_eq!(machine["key_name"], serde_json::Value::Null);
    let services: std::collections::BTreeSet<String> =
        lab.requests().into_iter().map(|request| request.service).collect();
    assert_snapshot!(services.into_iter().collect::<Vec<_>>().join(" "), @"ec2 s3 servicequotas ssm sts");
}

/// The places that the script is given, each as its URL and its header.
pub(super) fn sources(script: &str) -> Vec<(String, String)> {
    let sources = variable(script, "CLOUDKIT_AGENT_SOURCES");
    let place = |line: &str| {
        let (url, header) = line.split_once('\t').unwrap_or((line, ""));
        (url.to_owned(), header.to_owned())
    };
    sources.lines().map(place).collect()
}

/// The script that installs the agent of the one machine.
pub(super) fn install_script(lab: &Lab) -> String {
    install_script_of(&lab.only_machine())
}

/// The script that installs the agent of a machine.
pub(super) fn install_script_of(machine: &serde_json::Value) -> String {
    parts_of(machine).pop().unwrap().body
}

/// A variable that the script is given.
pub(super) fn variable(script: &str, name: &str) -> String {
    let (_, value) = script.split_once(&format!("\n{name}=")).expect(script);
    // A value may have several lines.
    shlex::Shlex::new(value).next().unwrap()
}

/// The user data of the one machine, as cloud-init takes it apart.
pub(super) fn parts(lab: &Lab) -> Vec<Part> {
    parts_of(&lab.only_machine())
}

/// What a machine was told, all parts of it.
pub(super) fn text_of(machine: &serde_json::Value) -> String {
    parts_of(machine).into_iter().map(|part| part.body).collect::<Vec<_>>().join("\n")
}

fn parts_of(machine: &serde_json::Value) -> Vec<Part> {
    let base64 = machine["user_data_base64"].as_str().unwrap().to_owned();
    let bytes = STANDARD.decode(base64).unwrap();
    assert!(bytes.len() <= 16_384, "EC2 takes no more");
    let text = match bytes.strip_prefix(&[0x1f, 0x8b]) {
        Some(_) => {
            let mut text = String::new();
            GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
            text
        }
        None => String::from_utf8(bytes).unwrap(),
    };
    let boundary = text.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let delimiter = format!("\n--{boundary}");
    let pieces: Vec<&str> = text.split(delimiter.as_str()).collect();
    pieces[1..pieces.len() - 1].iter().map(|piece| part(piece)).collect()
}

fn part(piece: &str) -> Part {
    let (head, body) = piece.split_once("\n\n").unwrap();
    let kind = head.split("Content-Type: ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    let body = if head.contains("base64") {
        String::from_utf8(STANDARD.decode(body.replace('\n', "")).unwrap()).unwrap()
    } else {
        body.to_owned()
    };
    Part { kind, body }
}
