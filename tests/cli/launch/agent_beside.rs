//! The small program of machines beside cloudkit itself: it goes to them wherever it belongs to this cloudkit.

use std::fs;
use std::io::Read;

use cloudkit::model::mark::MARK;
use flate2::read::GzDecoder;
use minisign::KeyPair;

use super::user_data::{install_script, sha256, sources, variable};
use crate::elf;
use crate::support::{Home, Lab, PROGRAM};

/// Of an image of somebody's own the C library is theirs to judge, so that this very program may go there as well.
const LAUNCH: &str = "cloudkit launch -t m7i.large --ttl 1h --ami ami-1e749f67";

/// A home in which cloudkit is a file in a folder, and no binary is named.
fn installed(lab: &Lab) -> Home {
    let home = lab.home();
    home.settings("");
    let path = home.path("bin/cloudkit");
    fs::remove_file(&path).unwrap();
    fs::hard_link(PROGRAM, &path).or_else(|_| fs::copy(PROGRAM, &path).map(drop)).unwrap();
    home
}

fn of_this_build() -> Vec<u8> {
    [elf::for_x86_64(), MARK.as_bytes().to_vec()].concat()
}

/// What the plan's machine is to run, and what is said of it.
fn planned(home: &Home) -> String {
    let plan = home.run(&format!("{LAUNCH} --dry-run -o json")).ok().json();
    plan["candidates"][0]["agent"]["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn it_goes_to_the_machine_and_is_compressed_on_its_way() {
    let lab = Lab::start();
    let home = installed(&lab);
    home.write("bin/cloudkit-agent", of_this_build());
    home.run(&format!("{LAUNCH} --wait accepted")).ok();
    let script = install_script(&lab);
    assert_eq!(variable(&script, "CLOUDKIT_AGENT_SHA256"), sha256(&of_this_build()));
    assert_eq!(variable(&script, "CLOUDKIT_AGENT_BYTES"), of_this_build().len().to_string());
    let (url, header) = sources(&script).remove(0);
    assert!(url.split('?').next().unwrap().ends_with("/cloudkit.gz"), "{url}");
    let (name, value) = header.split_once(": ").unwrap();
    let answer = ureq::get(&url).header(name, value).call().unwrap();
    let mut fetched = Vec::new();
    GzDecoder::new(answer.into_body().into_reader()).read_to_end(&mut fetched).unwrap();
    assert_eq!(fetched, of_this_build());
    assert_eq!(lab.requests_of("HeadObject").len(), 1, "nothing else was looked for");
}

#[test]
fn what_was_not_built_with_this_cloudkit_stays_here() {
    let lab = Lab::start();
    let home = installed(&lab);
    let itself = sha256(&fs::read(PROGRAM).unwrap());
    assert_eq!(planned(&home), itself);
    home.write("bin/cloudkit-agent", elf::for_x86_64());
    assert_eq!(planned(&home), itself);
    home.write("bin/cloudkit-agent-linux-x86_64", of_this_build());
    assert_eq!(planned(&home), sha256(&of_this_build()));
    let named = home.write("named", elf::for_x86_64());
    home.settings(&format!("agent-binary: {}\n", named.display()));
    assert_eq!(planned(&home), sha256(&elf::for_x86_64()));
}

#[test]
fn a_cloudkit_that_knows_a_key_of_releases_takes_it_signed_alone() {
    let lab = Lab::start();
    let mut home = installed(&lab);
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    home.set("CLOUDKIT_TEST_RELEASE_KEY", &pair.pk.to_base64());
    home.write("bin/cloudkit-agent", of_this_build());
    assert_eq!(planned(&home), sha256(&fs::read(PROGRAM).unwrap()), "unsigned");
    let comment = concat!("cloudkit-agent-linux-x86_64 ", env!("CARGO_PKG_VERSION"));
    let signature = minisign::sign(None, &pair.sk, of_this_build().as_slice(), Some(comment), None).unwrap();
    home.write("bin/cloudkit-agent.minisig", signature.to_string());
    assert_eq!(planned(&home), sha256(&of_this_build()));
}
