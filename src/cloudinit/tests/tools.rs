//! Real tools on what is rendered and on the templates as they stand.
//!
//! A tool that is not installed is said to be left out; the project's own test command installs them all.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::{Encoding, Part, UserData, render};
use super::boot;
use super::machine::{command, said};

const SCRIPTS: [&str; 9] = [
    "boot/fetch.sh",
    "boot/boothook.sh",
    "boot/deadline.sh",
    "boot/agent.sh",
    "boot/apply.sh",
    "boot/user-fetch.sh",
    "boot/user-place.sh",
    "boot/user-run.sh",
    "boot/user-start.sh",
];
const UNITS: [&str; 5] = [
    "systemd/cloudkit-deadline.service",
    "systemd/cloudkit-deadline.timer",
    "systemd/cloudkit-user.service",
    "systemd/cloudkit-apply.service",
    "systemd/cloudkit-agent.service",
];

/// Reads user data with cloud-init's own code, and prints the parts as JSON.
const CLOUD_INIT_READER: &str = "
import json, sys
from cloudinit import handlers, user_data, util
class Paths:
    get_ipath_cur = get_cpath = lambda self, name: '/nowhere'
message = user_data.UserDataProcessor(Paths()).process(sys.stdin.buffer.read())
parts = [part for part in message.walk() if not user_data.is_skippable(part)]
print(json.dumps([[p.get_content_type(), p.get_filename(), util.fully_decoded_payload(p)] for p in parts]))
";

/// The same with nothing but Python.
const MAIL_READER: &str = "
import email, gzip, json, sys
data = sys.stdin.buffer.read()
data = gzip.decompress(data) if data[:2] == b'\\x1f\\x8b' else data
parts = [part for part in email.message_from_string(data.decode()).walk() if not part.is_multipart()]
print(json.dumps([[p.get_content_type(), p.get_filename(), p.get_payload(decode=True).decode()] for p in parts]))
";

fn template(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name)
}

/// The tool as a command, where it is installed.
fn tool(name: &str, probe: &[&str]) -> Option<Command> {
    let found = command(name).args(probe).output().is_ok_and(|output| output.status.success());
    if !found {
        left_out(name);
    }
    found.then(|| command(name))
}

/// A check that was not made must not look like one that was.
fn left_out(name: &str) {
    eprintln!("left out: {name} is not installed");
}

fn assert_passes(command: &mut Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &said(&output);
    assert!(output.status.success(), "{command:?}\n{text}");
}

/// The scripts of some boots as files.
fn rendered(directory: &Path) -> Vec<PathBuf> {
    let mut endless = boot();
    endless.configuration.deadline = None;
    endless.configuration.launch = "it's \"$(hostile)\" `id` \\".to_owned();
    let mut paths = Vec::new();
    let mut boots = vec![("plain", boot()), ("hostile", endless)];
    boots.extend(super::user::every_delivery());
    for (name, boot) in boots {
        for part in render(&boot).unwrap().parts().iter().filter(|part| part.body().starts_with("#!/bin/sh"))
        {
            let path = directory.join(format!("{name}-{}", part.file_name()));
            std::fs::write(&path, part.body()).unwrap();
            paths.push(path);
        }
    }
    paths
}

#[test]
fn shellcheck_finds_nothing_in_any_script() {
    let Some(mut shellcheck) = tool("shellcheck", &["--version"]) else { return };
    assert_passes(shellcheck.arg("--severity=style").args(SCRIPTS.map(template)));
    let directory = tempfile::tempdir().unwrap();
    let mut shellcheck = command("shellcheck");
    // SC2016 is a doubt whether a `$` in quotes is meant as it stands. It is: that is the quoting.
    assert_passes(shellcheck.args(["--severity=style", "--exclude=SC2016"]).args(rendered(directory.path())));
}

#[test]
fn every_shell_can_read_every_script() {
    let directory = tempfile::tempdir().unwrap();
    for shell in ["sh", "dash", "bash", "busybox"] {
        let arguments: &[&str] = if shell == "busybox" { &["sh"] } else { &[] };
        for script in SCRIPTS.map(template).into_iter().chain(rendered(directory.path())) {
            let Some(mut command) = tool(shell, &[arguments, &["-c", "true"]].concat()) else { break };
            assert_passes(command.args(arguments).arg("-n").arg(&script));
        }
    }
}

#[test]
fn cloud_init_accepts_the_cloud_config() {
    let Some(mut cloud_init) = tool("cloud-init", &["--version"]) else { return };
    let mut boot = boot();
    boot.authorized_keys.push("ssh-rsa AAAA it's: \"{me}\" # grüße %s".to_owned());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cloud-config.yaml");
    std::fs::write(&path, super::body(&boot, "cloudkit.yaml")).unwrap();
    assert_passes(cloud_init.args(["schema", "--annotate", "--config-file"]).arg(&path));
}

#[test]
fn systemd_accepts_the_units() {
    let Some(mut analyze) = tool("systemd-analyze", &["--version"]) else { return };
    let directory = tempfile::tempdir().unwrap();
    assert_passes(analyze.args(["verify", "--man=no"]).args(units(directory.path())));
}

#[test]
fn the_agent_is_shut_in() {
    let Some(mut analyze) = tool("systemd-analyze", &["--version"]) else { return };
    let directory = tempfile::tempdir().unwrap();
    let agent = units(directory.path()).pop().unwrap();
    // In tenths: 2.2 is what a root without capabilities comes to that has a network, terminals and GPUs.
    assert_passes(analyze.args(["security", "--no-pager", "--offline=true", "--threshold=22"]).arg(agent));
}

#[test]
fn systemd_knows_the_times_that_the_timer_is_set_to() {
    let Some(mut analyze) = tool("systemd-analyze", &["--version"]) else { return };
    assert_passes(analyze.args(["calendar", "@1800000000", "hourly"]));
}

/// Copies of the units. systemd looks for what they start, and this is not the machine that has it.
fn units(directory: &Path) -> Vec<PathBuf> {
    UNITS
        .map(|unit| {
            let text = std::fs::read_to_string(template(unit)).unwrap();
            let path = directory.join(Path::new(unit).file_name().unwrap());
            std::fs::write(&path, text.replace("ExecStart=/usr/local/bin/cloudkit ", "ExecStart=/bin/true "))
                .unwrap();
            path
        })
        .into()
}

#[test]
fn cloud_init_reads_the_parts_that_were_written() {
    let python = "/usr/bin/python3";
    let reader = if tool(python, &["-c", "import cloudinit.user_data"]).is_some() {
        CLOUD_INIT_READER
    } else if tool(python, &["--version"]).is_some() {
        MAIL_READER
    } else {
        return;
    };
    let mut bare = boot();
    bare.configuration.deadline = None;
    let mut unicode = boot();
    unicode.configuration.launch = "grüße 世界 \u{1f680}".to_owned();
    let mut encodings = Vec::new();
    for boot in [boot(), bare, unicode] {
        let data = render(&boot).unwrap();
        encodings.push(data.encoding());
        assert_eq!(read_with(reader, &data), expected(data.parts()));
    }
    assert_eq!(encodings, [Encoding::Gzip, Encoding::Plain, Encoding::Gzip]);
}

fn expected(parts: &[Part]) -> Vec<[String; 3]> {
    let texts = |part: &Part| [part.kind().content_type(), part.file_name(), part.body()].map(str::to_owned);
    parts.iter().map(texts).collect()
}

fn read_with(reader: &str, data: &UserData) -> Vec<[String; 3]> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), data.bytes()).unwrap();
    let mut python = command("/usr/bin/python3");
    let output = python.args(["-c", reader]).stdin(file.reopen().unwrap()).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{}", said(&output)))
}
