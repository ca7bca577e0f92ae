//! What is rendered, as data.

use super::super::{Encoding, LIMIT, PartKind, RenderError, URL_PLACEHOLDER, render};
use super::{body, boot, presigned_url};

#[test]
fn the_dead_man_timer_comes_first_and_the_agent_last() {
    let data = render(&boot()).unwrap();
    let parts: Vec<_> = data.parts().iter().map(|part| (part.kind(), part.file_name())).collect();
    assert_eq!(
        parts,
        [
            (PartKind::Boothook, "cloudkit-boothook.sh"),
            (PartKind::CloudConfig, "cloudkit.yaml"),
            (PartKind::Script, "00-cloudkit-agent.sh"),
        ]
    );
}

#[test]
fn a_machine_without_keys_and_agent_has_the_boothook_alone() {
    let mut bare = boot();
    bare.authorized_keys.clear();
    bare.agent = None;
    let data = render(&bare).unwrap();
    assert_eq!(data.parts().len(), 1);
}

#[test]
fn a_machine_without_a_deadline_is_told_of_none() {
    let mut endless = boot();
    endless.configuration.deadline = None;
    let boothook = body(&endless, "cloudkit-boothook.sh");
    assert!(boothook.contains("\nCLOUDKIT_DEADLINE=''\n"));
    assert!(!boothook.contains("CLOUDKIT_DEADLINE_SCRIPT="), "not carried where it is not used");
}

#[test]
fn the_same_boot_gives_the_same_bytes() {
    assert_eq!(render(&boot()).unwrap(), render(&boot()).unwrap());
}

#[test]
fn a_machine_of_a_long_url_and_many_keys_fits() {
    let mut large = boot();
    large.authorized_keys =
        (0..5).map(|n| format!("ssh-rsa {n}{} me@laptop", "Ab3/x+Z".repeat(77))).collect();
    let data = render(&large).unwrap();
    assert_eq!(data.encoding(), Encoding::Gzip);
    assert!(data.bytes().len() < LIMIT * 3 / 4, "{}", data.bytes().len());
}

#[test]
fn the_url_is_in_the_bytes_and_nowhere_that_is_shown() {
    let boot = boot();
    let url = presigned_url();
    let data = render(&boot).unwrap();
    assert!(data.parts()[2].body().contains(&url));
    assert!(!format!("{boot:?} {data:?}").contains("X-Amz-Security-Token"));

    let shown = render(&boot.redacted()).unwrap();
    assert!(shown.parts()[2].body().contains(URL_PLACEHOLDER));
    for part in shown.parts() {
        assert!(!part.body().contains("X-Amz"), "{part:?}");
    }
    assert_eq!(shown.parts()[..2], data.parts()[..2]);
}

#[test]
fn values_that_would_be_more_than_one_are_refused() {
    let refused = |change: fn(&mut super::Boot)| {
        let mut boot = boot();
        change(&mut boot);
        let error = render(&boot).unwrap_err();
        assert!(matches!(error, RenderError::Unfit { .. }), "{error}");
        error.to_string()
    };
    let messages = [
        refused(|boot| boot.authorized_keys.push("ssh-rsa A\nssh-rsa B".to_owned())),
        refused(|boot| boot.authorized_keys.push(" ".to_owned())),
        refused(|boot| boot.configuration.launch = "a\nb".to_owned()),
        refused(|boot| boot.agent.as_mut().unwrap().sources[0].url = "https://a/\nurl = b".to_owned()),
        refused(|boot| boot.agent.as_mut().unwrap().sources[0].url.clear()),
        refused(|boot| boot.agent.as_mut().unwrap().sha256.push('0')),
        refused(|boot| boot.agent.as_mut().unwrap().sha256 = "A".repeat(64)),
        refused(|boot| boot.agent.as_mut().unwrap().sources[0].headers[0].0 = "x y".to_owned()),
        refused(|boot| boot.agent.as_mut().unwrap().sources[0].headers[0].1 = "a\r\nb: c".to_owned()),
    ];
    insta::assert_snapshot!(messages.join("\n"), @"
    a public key is not one line of text
    a public key is not one line of text
    the launch's id is not one line of text
    the agent's URL is not one word of visible ASCII characters
    the agent's URL is not one word of visible ASCII characters
    the agent's SHA-256 is not 64 hexadecimal digits
    the agent's SHA-256 is not 64 hexadecimal digits
    the name of a signed header is not one word of visible ASCII characters
    the value of a signed header is not one line of text
    ");
}
