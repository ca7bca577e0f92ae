//! The script that installs the agent, against a bucket on loopback.

use std::fmt::Write as _;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::mpsc;

use flate2::Compression;
use flate2::read::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::machine::{Machine, SHELLS, said};
use super::server::{Answer, serve};
use super::{body, boot};
use crate::cloudinit::script::without_comments;
use crate::cloudinit::{Boot, DownloadSource};

/// A program that can be asked for its version, and more bytes than text has.
const BINARY: &[u8] = b"#!/bin/sh\nexit 0\n\0\xff";
const INSTALLED: &str = "usr/local/bin/cloudkit";
const UNIT: &str = "etc/systemd/system/cloudkit-agent.service";
const TMPFILES: &str = "etc/tmpfiles.d/cloudkit.conf";
const CONSOLE: &str = "dev/console";
const FAILURE: &str = "run/cloudkit/agent-install-failed";
const SECRET: &str = "X-Amz-Signature=the%2Fsecret";

/// Says how it was called, then does as curl does.
const WATCHED_CURL: &str = "#!/bin/sh\necho \"curl $*\" >>\"$LOG\"\nexec /usr/bin/curl \"$@\"\n";

fn boot_from(bucket: &str, content: &[u8]) -> Boot {
    let mut boot = boot();
    let agent = boot.agent.as_mut().unwrap();
    agent.sources[0].url = format!("{bucket}/cloudkit-x86_64?[a]{{b}}&\"c\\d&{SECRET}");
    agent.sha256 = Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    agent.bytes = content.len() as u64;
    boot
}

/// As a bucket has it.
fn packed(content: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(content, Compression::default()).read_to_end(&mut packed).unwrap();
    packed
}

fn machine(shell: &'static [&'static str]) -> Machine {
    let mut machine = Machine::new(shell, 0);
    machine.take("curl");
    machine.stand_in("curl", WATCHED_CURL);
    machine.set_variable("CLOUDKIT_ATTEMPTS", "3");
    machine.write(CONSOLE, "login: ");
    machine
}

fn run(machine: &Machine, boot: &Boot) -> std::process::Output {
    machine.run_text(&body(boot, "00-cloudkit-agent.sh"))
}

/// A bucket that fails this often first and tells what it was asked.
fn bucket(mut failures: usize) -> (String, mpsc::Receiver<String>) {
    let (sender, heads) = mpsc::channel();
    let bucket = serve(move |head| {
        sender.send(head.to_owned()).unwrap();
        failures = failures.saturating_sub(1);
        if failures > 0 { Answer::Status(503) } else { Answer::Ok(packed(BINARY)) }
    });
    (bucket, heads)
}

fn assert_installed(machine: &Machine) {
    let path = machine.path(INSTALLED);
    assert_eq!(std::fs::read(&path).unwrap(), BINARY);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o755);
    let unit = without_comments(include_str!("../../../templates/systemd/cloudkit-agent.service"));
    assert_eq!(machine.read(UNIT), Some(unit));
    let tmpfiles = without_comments(include_str!("../../../templates/systemd/cloudkit-tmpfiles.conf"));
    assert_eq!(machine.read(TMPFILES), Some(tmpfiles));
    assert_eq!(machine.read(FAILURE), None);
    assert_eq!(machine.read(CONSOLE).as_deref(), Some("login: "), "the agent itself shows that it is there");
    assert_nothing_is_left_of_the_download(machine);
}

fn assert_nothing_is_left_of_the_download(machine: &Machine) {
    for file in ["agent.download", "agent.download.unpacked"] {
        assert!(!machine.path("var/lib/cloudkit").join(file).exists(), "{file}");
    }
}

#[test]
fn the_agent_is_downloaded_checked_installed_and_started() {
    for shell in SHELLS {
        let (bucket, heads) = bucket(0);
        let machine = machine(shell);
        machine.write(FAILURE, "of an earlier try\n");
        let output = run(&machine, &boot_from(&bucket, BINARY));
        assert!(output.status.success(), "{}", said(&output));
        assert_installed(&machine);
        let head = heads.recv().unwrap();
        assert!(
            head.starts_with(&format!("GET /cloudkit-x86_64?[a]{{b}}&\"c\\d&{SECRET} HTTP/1.1\n")),
            "{head}"
        );
        assert!(head.contains("\nx-amz-expected-bucket-owner: 123456789012\n"), "{head}");
        let log = machine.log();
        assert!(log[0].starts_with("curl --silent"));
        assert_eq!(
            log[1..],
            [
                "getent group cloudkit",
                &format!("chgrp cloudkit {}/var/lib/cloudkit", machine.path("").display()),
                &format!("systemd-tmpfiles --create {}/{TMPFILES}", machine.path("").display()),
                "systemctl daemon-reload",
                "systemctl enable cloudkit-agent.service",
                "systemctl restart --no-block cloudkit-agent.service",
                "logger -t cloudkit the agent is installed",
            ]
        );
        assert!(!format!("{log:?}{output:?}").contains("X-Amz"), "the URL is nobody's to see");
    }
}

#[test]
fn the_login_user_is_put_into_the_group_which_is_made_where_it_is_not_there() {
    for shell in SHELLS {
        let (bucket, _heads) = bucket(0);
        let machine = machine(shell);
        machine.take("getent");
        machine.stand_in("getent", "#!/bin/sh\nexit 2\n");
        let mut boot = boot_from(&bucket, BINARY);
        boot.configuration.login_user = Some("ec2-user".to_owned());
        assert!(run(&machine, &boot).status.success());
        assert_eq!(machine.log()[1..3], ["groupadd --system cloudkit", "usermod -a -G cloudkit ec2-user"]);
        assert_installed(&machine);
    }
}

#[test]
fn where_no_group_can_be_made_the_agent_is_roots_alone() {
    for shell in SHELLS {
        let (bucket, _heads) = bucket(0);
        let machine = machine(shell);
        for tool in ["getent", "groupadd"] {
            machine.take(tool);
        }
        let output = run(&machine, &boot_from(&bucket, BINARY));
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains("only root may speak to the agent"), "{}", said(&output));
        let unit = machine.read(UNIT).unwrap();
        assert!(unit.contains("\nGroup=root\n") && !unit.contains("Group=cloudkit"), "{unit}");
        assert!(machine.read(TMPFILES).unwrap().contains("d /run/cloudkit 1775 root root -\n"));
    }
}

#[test]
fn a_file_of_the_machine_itself_is_installed_where_it_is_the_one() {
    let machine = machine(SHELLS[0]);
    let file = machine.path("program");
    std::fs::write(&file, BINARY).unwrap();
    let mut configuration = boot().configuration;
    let sha256 = boot_from("", BINARY).agent.unwrap().sha256;
    let scripts = crate::cloudinit::by_hand(&configuration, file.to_str().unwrap(), &sha256).unwrap();
    for script in &scripts {
        let output = machine.run_text(script);
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_installed(&machine);
    assert!(
        machine.read("etc/cloudkit/agent.yaml").is_some()
            && machine.read("var/lib/cloudkit/deadline").is_some()
    );
    std::fs::write(&file, "another").unwrap();
    assert_eq!(machine.run_text(&scripts[1]).status.code(), Some(1));
    assert_installed_binary_is_kept(&machine);
    configuration.login_user = Some("two\nlines".to_owned());
    assert!(crate::cloudinit::by_hand(&configuration, "/program", &sha256).is_err());
}

fn assert_installed_binary_is_kept(machine: &Machine) {
    assert_eq!(std::fs::read(machine.path(INSTALLED)).unwrap(), BINARY);
}

#[test]
fn without_curl_it_is_downloaded_with_python() {
    let (bucket, heads) = bucket(2);
    let machine = machine(SHELLS[0]);
    machine.take("curl");
    machine.give("python3");
    let mut boot = boot_from(&bucket, BINARY);
    boot.agent.as_mut().unwrap().sources[0].url = format!("{bucket}/cloudkit-x86_64?{SECRET}");
    let output = run(&machine, &boot);
    assert!(output.status.success(), "{}", said(&output));
    assert_installed(&machine);
    assert!(heads.recv().unwrap().to_lowercase().contains("\nx-amz-expected-bucket-owner: 123456789012\n"));
    assert!(said(&output).contains("python3: HTTPError 503\n"), "{}", said(&output));
    assert!(!said(&output).contains("X-Amz"));
}

#[test]
fn a_download_is_tried_again() {
    let (bucket, _heads) = bucket(3);
    let machine = machine(SHELLS[0]);
    assert!(run(&machine, &boot_from(&bucket, BINARY)).status.success());
    assert_installed(&machine);
    let log = machine.log();
    assert_eq!(
        log.iter().filter(|line| line.starts_with("sleep")).collect::<Vec<_>>(),
        ["sleep 3", "sleep 6"]
    );
}

#[test]
fn a_download_that_fails_for_good_says_so_and_shows_no_url() {
    for curl in [true, false] {
        let bucket = serve(|_| Answer::Status(403));
        let machine = machine(SHELLS[0]);
        if !curl {
            machine.take("curl");
            machine.give("python3");
        }
        let output = run(&machine, &boot_from(&bucket, BINARY));
        assert_failed(&machine, &output, "its download failed");
    }
}

#[test]
fn a_binary_of_another_sum_is_never_installed() {
    for shell in SHELLS {
        let (bucket, _heads) = bucket(0);
        let machine = machine(shell);
        machine.write(INSTALLED, "the one before");
        let output = run(&machine, &boot_from(&bucket, b"another"));
        assert_failed(
            &machine,
            &output,
            "what was downloaded is not the agent that was promised: its SHA-256 is another",
        );
        assert_eq!(machine.read(INSTALLED).as_deref(), Some("the one before"));
    }
}

/// A boot with a second place behind the first.
fn boot_from_two(first: &str, second: &str) -> Boot {
    let mut boot = boot_from(first, BINARY);
    let sources = &mut boot.agent.as_mut().unwrap().sources;
    sources.push(DownloadSource { url: format!("{second}/mirrored"), headers: Vec::new() });
    boot
}

#[test]
fn what_the_first_place_has_not_the_second_gives_at_once() {
    for (shell, curl) in [(SHELLS[0], true), (SHELLS[1], true), (SHELLS[0], false)] {
        let gone = serve(|_| Answer::Status(404));
        let (mirror, heads) = bucket(0);
        let machine = machine(shell);
        if !curl {
            machine.take("curl");
            machine.give("python3");
        }
        let output = run(&machine, &boot_from_two(&gone, &mirror));
        assert!(output.status.success(), "{}", said(&output));
        assert_installed(&machine);
        let head = heads.recv().unwrap().to_lowercase();
        assert!(head.starts_with("get /mirrored http/1.1\n"), "{head}");
        assert!(!head.contains("x-amz-"), "the headers of one place go to no other: {head}");
        assert!(!machine.log().iter().any(|line| line.starts_with("sleep")));
    }
}

#[test]
fn a_place_with_other_bytes_is_asked_once_and_the_next_one_gives_the_right_ones() {
    let (asked, asks) = mpsc::channel();
    let wrong = serve(move |_| {
        asked.send(()).unwrap();
        Answer::Ok(b"something else".to_vec())
    });
    let (mirror, _heads) = bucket(2);
    let machine = machine(SHELLS[0]);
    let output = run(&machine, &boot_from_two(&wrong, &mirror));
    assert!(output.status.success(), "{}", said(&output));
    assert_installed(&machine);
    assert_eq!(asks.try_iter().count(), 1);
    assert_eq!(machine.log().iter().filter(|line| line.starts_with("sleep")).count(), 1);
}

#[test]
fn what_is_cut_short_or_damaged_is_noticed_and_the_next_place_asked() {
    let whole = packed(BINARY);
    let mut damaged = whole.clone();
    damaged[15] ^= 0xff;
    for (shell, first) in SHELLS.iter().zip([whole[..whole.len() / 2].to_vec(), damaged]) {
        let wrong = serve(move |_| Answer::Ok(first.clone()));
        let (mirror, heads) = bucket(0);
        let machine = machine(shell);
        let output = run(&machine, &boot_from_two(&wrong, &mirror));
        assert!(output.status.success(), "{}", said(&output));
        assert_installed(&machine);
        assert_eq!(heads.try_iter().count(), 1);
        assert!(said(&output).contains("its SHA-256 is another"), "{}", said(&output));
    }
}

#[test]
fn a_connection_that_ends_too_soon_is_a_failed_download_and_tried_again() {
    for curl in [true, false] {
        let mut asked = 0;
        let bucket = serve(move |_| {
            asked += 1;
            if asked == 1 { Answer::CutShort(packed(BINARY)) } else { Answer::Ok(packed(BINARY)) }
        });
        let machine = machine(SHELLS[0]);
        if !curl {
            machine.take("curl");
            machine.give("python3");
        }
        let mut boot = boot_from(&bucket, BINARY);
        boot.agent.as_mut().unwrap().sources[0].url = format!("{bucket}/cloudkit-x86_64?{SECRET}");
        let output = run(&machine, &boot);
        assert!(output.status.success(), "{}", said(&output));
        assert_installed(&machine);
        assert_eq!(machine.log().iter().filter(|line| line.starts_with("sleep")).count(), 1);
    }
}

#[test]
fn a_mirror_may_have_it_as_it_is() {
    for shell in SHELLS {
        let mirror = serve(|_| Answer::Ok(BINARY.to_vec()));
        let machine = machine(shell);
        let output = run(&machine, &boot_from(&mirror, BINARY));
        assert!(output.status.success(), "{}", said(&output));
        assert_installed(&machine);
    }
}

#[test]
fn what_unpacks_to_more_than_was_promised_fills_no_disk() {
    for shell in SHELLS {
        let bomb = packed(&vec![0; 8 << 20]);
        let bucket = serve(move |_| Answer::Ok(bomb.clone()));
        let machine = machine(shell);
        // So large may a file be here, in blocks of 512 bytes.
        let script = body(&boot_from(&bucket, BINARY), "00-cloudkit-agent.sh");
        let script = script.replacen("#!/bin/sh\n", "#!/bin/sh\nulimit -f 1024\n", 1);
        let output = machine.run_text(&script);
        assert_failed(
            &machine,
            &output,
            "what was downloaded is not the agent that was promised: its SHA-256 is another",
        );
        assert!(!said(&output).contains("File size limit"), "{}", said(&output));
    }
}

#[test]
fn each_place_is_asked_a_bounded_number_of_times() {
    let (sender, asks) = mpsc::channel();
    let place = |name: &'static str| {
        let sender = sender.clone();
        serve(move |_| {
            sender.send(name).unwrap();
            Answer::Status(503)
        })
    };
    let machine = machine(SHELLS[0]);
    let output = run(&machine, &boot_from_two(&place("first"), &place("second")));
    assert_failed(&machine, &output, "its download failed");
    assert_eq!(asks.try_iter().collect::<Vec<_>>(), ["first", "second"].repeat(3));
}

#[test]
fn a_binary_that_does_not_run_here_is_never_installed() {
    let needs_more = b"#!/bin/sh\necho 'GLIBC_2.99 not found' >&2\nexit 1\n";
    let bucket = serve(|_| Answer::Ok(needs_more.to_vec()));
    let machine = machine(SHELLS[0]);
    machine.write(INSTALLED, "the one before");
    let output = run(&machine, &boot_from(&bucket, needs_more));
    assert_failed(&machine, &output, "it does not run on this machine");
    assert_eq!(machine.read(INSTALLED).as_deref(), Some("the one before"));
}

#[test]
fn a_machine_without_a_console_fails_without_a_sign() {
    let bucket = serve(|_| Answer::Status(403));
    let machine = machine(SHELLS[0]);
    std::fs::remove_file(machine.path(CONSOLE)).unwrap();
    assert_eq!(run(&machine, &boot_from(&bucket, BINARY)).status.code(), Some(1));
    assert_eq!(machine.read(CONSOLE), None);
}

fn assert_failed(machine: &Machine, output: &std::process::Output, reason: &str) {
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(machine.read(FAILURE), Some(format!("{reason}\n")));
    let line = format!("the agent was not installed: {reason}");
    assert!(said(output).ends_with(&format!("cloudkit: {line}\n")), "{}", said(output));
    let log = machine.log();
    assert_eq!(log.last(), Some(&format!("logger -t cloudkit {line}")));
    assert!(!log.iter().any(|line| line.starts_with("systemctl")), "{log:?}");
    assert!(!format!("{log:?}{}", said(output)).contains("X-Amz"));
    let sign = format!("login: \ncloudkit-agent: failed launch=launch-one reason={reason}\n");
    assert_eq!(machine.read(CONSOLE), Some(sign));
    assert_eq!(machine.read(UNIT), None);
    assert!(!machine.path("usr/local/bin/.cloudkit.new").exists());
    assert_nothing_is_left_of_the_download(machine);
}
