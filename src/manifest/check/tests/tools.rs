//! What real programs say, where this machine has them, and what is said where it has not.

use super::*;
use crate::platform::{Process, Programs};

fn everything(app: &App, programs: &Programs) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    shown(&runtime.block_on(all(app.subject(), programs)))
}

/// What this machine has; a test without its program says so.
pub(super) fn real(needed: &[&str]) -> Option<Programs> {
    let programs = Programs::look_for(&Process::current(), &TOOLS);
    let missing: Vec<&&str> = needed.iter().filter(|name| programs.path(name).is_none()).collect();
    if !missing.is_empty() {
        eprintln!("left out: {missing:?} are not installed");
        return None;
    }
    Some(programs)
}

const SCRIPT: &str =
    "scripts: [{name: setup, run: {file: setup.sh}, working_directory: /opt, timeout: 5m}]\n";

#[test]
fn what_is_not_there_is_a_note_and_never_silence() {
    let unit =
        "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n";
    let app = App::unit("web.service", unit, SCRIPT).with("setup.sh", "#!/bin/bash\nif\n");
    assert_eq!(
        everything(&app, &Programs::default()),
        [
            "note[left-out] units were not verified by systemd: systemd-analyze is not on this computer",
            "note[left-out] scripts were not read by a shell: bash is not on this computer",
            "note[left-out] scripts were not looked through by shellcheck: shellcheck is not on this computer",
        ]
    );
    assert_eq!(everything(&App::of(""), &Programs::default()), [""; 0]);
}

#[test]
fn shells_say_where_they_do_not_understand() {
    let Some(programs) = real(&["bash", "sh"]) else { return };
    let app = |text: &str| App::of(SCRIPT).with("setup.sh", text);
    for text in ["#!/bin/bash\nif true; then\n", "#!/bin/sh\nif true; then\n"] {
        let faults = everything(&app(text), &programs);
        assert!(
            faults[0].starts_with("error[shell-syntax] setup.sh:")
                || faults[0].starts_with("error[shellcheck]"),
            "{faults:?}"
        );
        assert!(faults.iter().any(|fault| fault.starts_with("error[shell-syntax]")), "{faults:?}");
    }
    let command =
        App::of("scripts: [{name: c, run: {command: 'if true'}, working_directory: /opt, timeout: 5m}]\n");
    assert!(
        everything(&command, &programs)[0]
            .starts_with("error[shell-syntax] sh does not understand the command of c: ")
    );
}

#[test]
fn shellcheck_says_what_it_doubts_with_line_and_column() {
    let Some(programs) = real(&["bash", "shellcheck"]) else { return };
    let app = App::of(SCRIPT)
        .with("setup.sh", "#!/bin/bash\ncd /opt/none\nfor f in $(ls *.mp3); do echo \"$f\"; done\n");
    assert_eq!(
        everything(&app, &programs),
        [
            "warning[shellcheck] setup.sh:2:1 SC2164: Use 'cd ... || exit' or 'cd ... || return' in case cd fails.",
            "error[shellcheck] setup.sh:3:10 SC2045: Iterating over ls output is fragile. Use globs.",
        ]
        .map(|line| line.replace("error[shellcheck] setup.sh:3", "warning[shellcheck] setup.sh:3"))
    );
}

#[test]
fn systemd_says_what_only_it_knows_and_nothing_of_this_machine() {
    let Some(programs) = real(&["systemd-analyze"]) else { return };
    let unit = "[Unit]\nDescription=x\nAfter=redis.service none-here.service\nRequires=redis.service\n[Service]\nExecStart=/opt/app/run --now\nMemoryMax=a lot\nExectStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n";
    let app = App::unit(
        "web.service",
        unit,
        "packages: [{name: redis}]\nuploads: [{source: run, destination: /opt/app/run, mode: '0755'}]\n",
    )
    .with("run", "#!/bin/sh\n");
    assert_eq!(
        everything(&app, &programs),
        [
            "warning[unit-dependency] services/web.service:3:1 After=none-here.service does nothing: neither the deployment nor systemd brings it",
            "warning[systemd-analyze] services/web.service:7 Invalid memory limit 'a lot', ignoring: Invalid argument",
            "warning[unknown-unit-key] services/web.service:8:1 systemd knows no ExectStart= in [Service], and skips what it does not know",
        ]
    );
}

#[test]
fn cloud_init_judges_what_a_template_adds() {
    let Some(programs) = real(&["cloud-init"]) else { return };
    let app = App::of("");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let judged = |text: &str| {
        let config: Mapping = serde_yaml::from_str(text).unwrap();
        let subject = Subject { cloud_config: Some(&config), ..app.subject() };
        shown(&runtime.block_on(all(subject, &programs)))
    };
    assert_eq!(judged("timezone: Etc/UTC\n"), [""; 0]);
    let faults = judged("runcmd: 7\n");
    assert!(
        faults[0].starts_with(
            "error[cloud-config] cloud-init's schema refuses the cloud-config: runcmd: 7 is not of type"
        ),
        "{faults:?}"
    );
}
