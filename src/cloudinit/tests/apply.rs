//! The script that hands a bundle over to the agent's program.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use super::machine::{Machine, SHELLS, said};
use super::{body, boot, presigned_url};
use crate::cloudinit::{Boot, LIMIT, RenderError, URL_PLACEHOLDER, render};
use crate::model::apply_request::{ApplyRequest, Place};
use crate::model::apply_sign::ApplySign;

const NAME: &str = "05-cloudkit-apply.sh";
const CONSOLE: &str = "dev/console";
/// Keeps what it is given, and says how it was called.
const PROGRAM: &str = "#!/bin/sh\necho \"cloudkit $*, umask $(umask)\" >>\"$LOG\"\ncat >\"${0%/*}/given\"\n";

fn boot_with_bundle() -> Boot {
    let place = Place {
        url: presigned_url(),
        headers: vec![("x-amz-expected-bucket-owner".to_owned(), "123456789012".to_owned())],
    };
    let objects = BTreeMap::from([("s3://bucket/it's a key".to_owned(), place.clone())]);
    let apply =
        ApplyRequest { sha256: "0123456789abcdef".repeat(4), bundle: vec![place], objects, secrets: None };
    Boot { apply: Some(apply), ..boot() }
}

#[test]
fn the_request_goes_through_a_pipe_and_is_the_same_behind_it() {
    for shell in SHELLS {
        let machine = Machine::new(shell, 0);
        machine.write("usr/local/bin/cloudkit", PROGRAM);
        let program = machine.path("usr/local/bin/cloudkit");
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let boot = boot_with_bundle();
        let output = machine.run_text(&body(&boot, NAME));
        assert!(output.status.success(), "{}", said(&output));
        let given = machine.read("usr/local/bin/given").unwrap();
        assert_eq!(serde_json::from_str::<ApplyRequest>(&given).ok(), boot.apply);
        assert_eq!(machine.log(), ["cloudkit agent apply --fetch - --detach, umask 0022"]);
        assert!(!format!("{output:?}").contains("X-Amz"), "the URL is nobody's to see");
    }
}

#[test]
fn without_the_agents_program_the_console_says_so() {
    for shell in SHELLS {
        let machine = Machine::new(shell, 0);
        machine.write(CONSOLE, "login: ");
        let boot = boot_with_bundle();
        let output = machine.run_text(&body(&boot, NAME));
        assert!(!output.status.success(), "{}", said(&output));
        let bundle = "0123456789abcdef".repeat(4);
        let written = machine.read(CONSOLE).unwrap();
        let (its_bundle, sign) = ApplySign::last_on(&written).unwrap();
        assert_eq!(its_bundle, bundle);
        assert!(matches!(sign, ApplySign::Failed { step, .. } if step == "user data"));
    }
}

#[test]
fn its_urls_are_shown_to_nobody_and_it_fits_beside_the_agent() {
    let boot = boot_with_bundle();
    assert!(render(&boot).unwrap().bytes().len() <= LIMIT);
    let shown = boot.redacted();
    assert_eq!(shown.apply.as_ref().unwrap().bundle[0].url, URL_PLACEHOLDER);
    assert!(!format!("{shown:?}{boot:?}{}", body(&shown, NAME)).contains("X-Amz"));
    let mut wrong = boot;
    wrong.apply.as_mut().unwrap().sha256 = "abc".to_owned();
    assert!(matches!(render(&wrong), Err(RenderError::Unfit { .. })));
}
