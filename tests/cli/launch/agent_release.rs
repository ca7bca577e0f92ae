//! Released agents, for machines that this program can't run on: fetched, verified, and verified again at a launch.

use std::io::{Read, Write};
use std::net::TcpListener;

use insta::assert_snapshot;
use minisign::KeyPair;

use super::user_data::{install_script, variable};
use crate::elf;
use crate::support::{Home, Lab};

const ARM: &str = "cloudkit-agent-linux-arm64";
const INTEL: &str = "cloudkit-agent-linux-x86_64";
const STORED: &str = concat!(".cache/cloudkit/agents/", env!("CARGO_PKG_VERSION"));

/// The folder of a release, signed with a key that is thrown away.
struct Release {
    pair: KeyPair,
}

impl Release {
    /// A release in the folder `release` of this home, whose key the home's cloudkit has.
    fn in_home(home: &mut Home) -> Self {
        let release = Self { pair: KeyPair::generate_unencrypted_keypair().unwrap() };
        home.set("CLOUDKIT_TEST_RELEASE_KEY", &release.pair.pk.to_base64());
        release.sign(home, ARM, elf::for_arm64(), &of_this_version(ARM));
        release.sign(home, INTEL, elf::for_x86_64(), &of_this_version(INTEL));
        release
    }

    fn sign(&self, home: &Home, name: &str, content: Vec<u8>, comment: &str) {
        let signature = minisign::sign(None, &self.pair.sk, content.as_slice(), Some(comment), None).unwrap();
        home.write(&format!("release/{name}"), content);
        home.write(&format!("release/{name}.minisig"), signature.to_string());
    }
}

fn of_this_version(name: &str) -> String {
    format!("{name} {}", env!("CARGO_PKG_VERSION"))
}

#[test]
fn a_release_is_verified_and_kept() {
    let mut home = Home::new();
    Release::in_home(&mut home);
    assert_snapshot!(home.run("cloudkit agent fetch --from release -o table"), @"
    ARCHITECTURE  FILE
    x86_64        [HOME]/.cache/cloudkit/agents/0.1.0/cloudkit-agent-linux-x86_64
    arm64         [HOME]/.cache/cloudkit/agents/0.1.0/cloudkit-agent-linux-arm64
    --- stderr
    fetching cloudkit-agent-linux-x86_64: verified
    fetching cloudkit-agent-linux-arm64: verified
    columns that did not fit: VERSION, BYTES (-o wide shows them)
    ");
    assert_eq!(home.read(&format!("{STORED}/{ARM}.minisig")), home.read(&format!("release/{ARM}.minisig")));
    assert_snapshot!(home.run("cloudkit agent fetch --from release --arch arm64 --quiet"), @r#"{"schema":"cloudkit.fetched-agent/v1","architecture":"arm64","version":"0.1.0","bytes":64,"sha256":"[SHA256]","path":"[HOME]/.cache/cloudkit/agents/0.1.0/cloudkit-agent-linux-arm64"}"#);
}

#[test]
fn what_is_not_the_release_is_refused_and_nothing_is_kept() {
    let mut home = Home::new();
    let release = Release::in_home(&mut home);
    let fetch = |home: &Home| home.run("cloudkit agent fetch --from release --arch arm64");
    let mut truncated = elf::for_arm64();
    truncated.pop();
    home.write(&format!("release/{ARM}"), &truncated);
    assert_snapshot!(fetch(&home), @"
    --- stderr
    error: release/cloudkit-agent-linux-arm64 is not what was released
    caused by: The signature verification failed
    hint: take it from where cloudkit [VERSION] was released: --from URL; nothing was stored
    --- exit 1
    ");
    release.sign(&home, ARM, elf::for_arm64(), "cloudkit-agent-linux-arm64 0.0.9");
    assert_snapshot!(fetch(&home), @r#"
    --- stderr
    error: release/cloudkit-agent-linux-arm64 was released as "cloudkit-agent-linux-arm64 0.0.9", not as "cloudkit-agent-linux-arm64 0.1.0"
    hint: take it from where cloudkit [VERSION] was released: --from URL; nothing was stored
    --- exit 1
    "#);
    release.sign(&home, ARM, elf::for_x86_64(), &of_this_version(ARM));
    assert_snapshot!(fetch(&home), @"
    --- stderr
    error: release/cloudkit-agent-linux-arm64 is not a Linux program for arm64
    hint: take it from where cloudkit [VERSION] was released: --from URL; nothing was stored
    --- exit 1
    ");
    let stranger = Release { pair: KeyPair::generate_unencrypted_keypair().unwrap() };
    stranger.sign(&home, ARM, elf::for_arm64(), &of_this_version(ARM));
    assert_snapshot!(fetch(&home), @"
    --- stderr
    error: release/cloudkit-agent-linux-arm64 is not what was released
    caused by: The signature was created with a different key than the one provided
    hint: take it from where cloudkit [VERSION] was released: --from URL; nothing was stored
    --- exit 1
    ");
    std::fs::remove_file(home.path(&format!("release/{ARM}.minisig"))).unwrap();
    assert_snapshot!(fetch(&home), @"
    --- stderr
    error: release has no cloudkit-agent-linux-arm64.minisig
    hint: a release has cloudkit-agent-linux-ARCH and cloudkit-agent-linux-ARCH.minisig
    --- exit 2
    ");
    assert!(!home.path(".cache/cloudkit/agents").exists());
    home.unset("CLOUDKIT_TEST_RELEASE_KEY");
    assert_snapshot!(fetch(&home), @"
    --- stderr
    error: this build of cloudkit knows no key of releases, so none can be verified
    hint: build the agent yourself and name it: cloudkit launch --agent-binary FILE
    --- exit 1
    ");
    assert_snapshot!(home.run("cloudkit agent fetch --arch i386"), @"
    --- stderr
    error: invalid value 'i386' for '--arch <ARCH>' [possible values: x86_64, arm64]
    hint: every flag with its values: --help
    --- exit 2
    ");
}

#[test]
fn a_build_that_knows_no_place_of_releases_says_so() {
    let mut home = Home::new();
    Release::in_home(&mut home);
    assert_snapshot!(home.run("cloudkit agent fetch"), @"
    --- stderr
    error: this build of cloudkit knows no place that has its releases
    hint: name one: --from URL, or --from DIR for files that you have
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit agent fetch --from http://example.com/release"), @r#"
    --- stderr
    error: "http://example.com/release" is not an address that begins with https:// (http:// on this computer's own loopback alone), without a user
    --- exit 2
    "#);
}

#[test]
fn a_release_comes_from_an_address_too() {
    let mut home = Home::new();
    Release::in_home(&mut home);
    let address = serve(&home);
    home.run(&format!("cloudkit agent fetch --from {address}/release --arch arm64")).ok();
    assert!(home.path(&format!("{STORED}/{ARM}")).exists());
    home.set("CLOUDKIT_AGENT_RELEASES_URL", &format!("{address}/release/"));
    home.run("cloudkit agent fetch --arch x86_64").ok();
    assert_snapshot!(home.run(&format!("cloudkit agent fetch --from {address}/nowhere --arch arm64")), @"
    --- stderr
    error: http://127.0.0.1:[PORT]/nowhere/cloudkit-agent-linux-arm64 does not exist
    hint: name another place: --from URL|DIR
    --- exit 2
    ");
    assert_snapshot!(home.run("cloudkit agent fetch --from http://127.0.0.1:9 --arch arm64").stderr.lines().last().unwrap(), @"hint: check the network, or name files that you have: --from DIR");
}

/// Serves the home's files, a request at a time, until the tests end.
fn serve(home: &Home) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, root) = (listener.local_addr().unwrap(), home.path(""));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let length = stream.read(&mut head).unwrap();
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let path = head.split_whitespace().nth(1).unwrap_or_default().trim_start_matches('/');
            let (status, body) = match std::fs::read(root.join(path)) {
                Ok(content) => (200, content),
                Err(_) => (404, Vec::new()),
            };
            let head =
                format!("HTTP/1.1 {status} .\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    format!("http://{address}")
}

#[test]
fn a_machine_of_the_other_architecture_gets_the_release() {
    let lab = Lab::start();
    let mut home = lab.home();
    Release::in_home(&mut home);
    let launch = "cloudkit launch -t t4g.small --ttl 1h --wait accepted";
    assert_snapshot!(home.run(launch), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: t4g.small in us-east-1 cannot be launched: the agent [HOME]/agent is for x86_64, the type for arm64
    hint: fetch a release: cloudkit agent fetch --arch arm64
    hint: give a Linux build of cloudkit for arm64 that needs at most glibc 2.34: --agent-binary FILE
    --- exit 2
    ");
    home.run("cloudkit agent fetch --from release --arch arm64").ok();
    home.run(launch).ok();
    let expected = super::user_data::sha256(&elf::for_arm64());
    assert_eq!(variable(&install_script(&lab), "CLOUDKIT_AGENT_SHA256"), expected);
}

#[test]
fn candidates_of_both_architectures_have_an_agent_each() {
    let lab = Lab::start();
    let mut home = lab.home();
    Release::in_home(&mut home);
    let offers = home.run("cloudkit find search t4g.small t3.small -r us-east-1 --sort type").ok().stdout;
    lab.fault(
        &serde_json::json!({"kind": "error", "action": "RunInstances", "params": {"InstanceType": "t3.small"},
        "status": 500, "code": "InsufficientInstanceCapacity", "message": "None left."}),
    );
    home.run_with(&offers, "cloudkit launch --ttl 1h --yes --wait accepted --agent-folder release").ok();
    assert_eq!(lab.only_machine()["type"], "t4g.small");
    let expected = super::user_data::sha256(&elf::for_arm64());
    assert_eq!(variable(&install_script(&lab), "CLOUDKIT_AGENT_SHA256"), expected);
    assert_eq!(lab.left()["us-east-1"]["buckets"][0]["objects"], 2);
}

#[test]
fn a_stored_release_that_was_changed_is_never_launched_with() {
    let lab = Lab::start();
    let mut home = lab.home();
    Release::in_home(&mut home);
    home.run("cloudkit agent fetch --from release --arch arm64").ok();
    let mut changed = elf::for_arm64();
    changed.push(0);
    home.write(&format!("{STORED}/{ARM}"), changed);
    assert_snapshot!(home.run("cloudkit launch -t t4g.small --ttl 1h"), @"
    --- stderr
    region us-east-1 (AWS_REGION)
    looking at the account: done
    error: t4g.small in us-east-1 cannot be launched: there is no agent for it: [HOME]/.cache/cloudkit/agents/0.1.0/cloudkit-agent-linux-arm64 is not what was released: The signature verification failed; it was dropped
    hint: fetch a release: cloudkit agent fetch --arch arm64
    --- exit 2
    ");
    assert!(!home.path(&format!("{STORED}/{ARM}")).exists(), "what is damaged is dropped");
    assert_eq!(lab.changes(), [""; 0]);
}
