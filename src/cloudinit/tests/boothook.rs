//! The boothook, as cloud-init would run it.

use super::machine::{Machine, SHELLS, said};
use super::{DEADLINE, LAUNCHED_AT, body, boot, instant};
use crate::cloudinit::Boot;
use crate::cloudinit::script::without_comments;
use crate::model::agent::AgentConfiguration;

const TIMER: &str = "etc/systemd/system/cloudkit-deadline.timer";
const SERVICE: &str = "etc/systemd/system/cloudkit-deadline.service";
const WANTED: &str = "etc/systemd/system/timers.target.wants/cloudkit-deadline.timer";
const DROP_IN: &str = "etc/systemd/system/cloudkit-deadline.timer.d/time.conf";
const AGENT: &str = "etc/cloudkit/agent.yaml";

fn run(machine: &Machine, boot: &Boot) {
    let output = machine.run_text(&body(boot, "cloudkit-boothook.sh"));
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), "");
}

fn launch(id: &str, deadline: Option<i64>) -> Boot {
    let mut boot = boot();
    boot.configuration = AgentConfiguration::for_machine(id, instant(LAUNCHED_AT), deadline.map(instant));
    boot
}

#[test]
fn the_first_boot_writes_everything_and_waits_for_nothing() {
    for shell in SHELLS {
        let machine = Machine::new(shell, LAUNCHED_AT + 30);
        run(&machine, &boot());
        let log = machine.log();
        assert_eq!(log, ["systemctl daemon-reload", "systemctl restart --no-block cloudkit-deadline.timer"]);
        for (path, template) in [
            (
                "usr/local/lib/cloudkit/deadline",
                include_str!("../../../templates/boot/deadline.sh").to_owned(),
            ),
            (TIMER, without_comments(include_str!("../../../templates/systemd/cloudkit-deadline.timer"))),
            (SERVICE, without_comments(include_str!("../../../templates/systemd/cloudkit-deadline.service"))),
        ] {
            assert_eq!(machine.read(path), Some(template), "{path}");
        }
        assert_eq!(machine.path(WANTED).canonicalize().unwrap(), machine.path(TIMER).canonicalize().unwrap());
        assert_eq!(machine.read(DROP_IN).unwrap(), format!("[Timer]\nOnCalendar=\nOnCalendar=@{DEADLINE}\n"));
        let configuration: AgentConfiguration = serde_yaml::from_str(&machine.read(AGENT).unwrap()).unwrap();
        assert_eq!(configuration, boot().configuration);
    }
}

#[test]
fn a_hostile_value_is_only_text() {
    let mut hostile = boot();
    hostile.configuration.launch = "it's \"$(touch $CLOUDKIT_ROOT/pwned)\" `id` \\ grüße".to_owned();
    hostile.configuration.run_directory = "/run/'; touch $CLOUDKIT_ROOT/pwned\nEOF\n".to_owned();
    for shell in SHELLS {
        let machine = Machine::new(shell, LAUNCHED_AT + 30);
        run(&machine, &hostile);
        let configuration: AgentConfiguration = serde_yaml::from_str(&machine.read(AGENT).unwrap()).unwrap();
        assert_eq!(configuration, hostile.configuration);
        assert_eq!(machine.read("pwned"), None);
        let record = machine.read("var/lib/cloudkit/deadline").unwrap();
        assert_eq!(record.lines().nth(2), Some(hostile.configuration.launch.as_str()));
        // A second boot knows the launch again, whatever its id is.
        machine.write("var/lib/cloudkit/deadline", &record.replace(&DEADLINE.to_string(), "1795300000"));
        run(&machine, &hostile);
        assert!(machine.read(DROP_IN).unwrap().ends_with("@1795300000\n"));
    }
}

#[test]
fn a_second_boot_changes_nothing() {
    let machine = Machine::new(SHELLS[0], LAUNCHED_AT + 30);
    run(&machine, &boot());
    let before = (machine.read(DROP_IN), machine.read("var/lib/cloudkit/deadline"), machine.log());
    machine.set_clock(LAUNCHED_AT + 3600);
    run(&machine, &boot());
    assert_eq!((machine.read(DROP_IN), machine.read("var/lib/cloudkit/deadline"), machine.log()), before);
}

#[test]
fn an_image_of_the_machine_takes_the_deadline_of_its_new_launch() {
    let machine = Machine::new(SHELLS[0], LAUNCHED_AT + 30);
    run(&machine, &boot());
    machine.set_clock(DEADLINE + 3600);
    run(&machine, &launch("launch-two", Some(DEADLINE + 7200)));
    assert!(machine.read(DROP_IN).unwrap().ends_with(&format!("@{}\n", DEADLINE + 7200)));
    assert_eq!(machine.read("run/cloudkit/warning"), None);
}

#[test]
fn an_image_of_the_machine_that_is_launched_without_a_deadline_has_none() {
    let machine = Machine::new(SHELLS[0], LAUNCHED_AT + 30);
    run(&machine, &boot());
    machine.log();
    run(&machine, &launch("launch-two", None));
    assert_eq!(
        machine.log(),
        [
            "systemctl stop --no-block cloudkit-deadline.timer cloudkit-deadline.service",
            "systemctl daemon-reload"
        ]
    );
    for path in [TIMER, WANTED, DROP_IN, "var/lib/cloudkit/deadline", "usr/local/lib/cloudkit/deadline"] {
        assert!(std::fs::symlink_metadata(machine.path(path)).is_err(), "{path}");
    }
    assert!(machine.read(AGENT).is_some());
}

#[test]
fn a_machine_that_never_had_a_deadline_is_left_alone() {
    let machine = Machine::new(SHELLS[0], LAUNCHED_AT + 30);
    run(&machine, &launch("launch-one", None));
    assert!(machine.log().is_empty());
}

#[test]
fn what_fails_keeps_nothing_else_from_being_done() {
    let machine = Machine::new(SHELLS[0], LAUNCHED_AT + 30);
    machine.write("systemd-is-ill", "");
    machine.write("var/lib/cloudkit", "a file where a directory should be");
    let output = machine.run_text(&body(&boot(), "cloudkit-boothook.sh"));
    assert!(said(&output).contains("cloudkit: the dead-man timer could not be set\n"), "{}", said(&output));
    assert!(machine.read(AGENT).is_some());
}
