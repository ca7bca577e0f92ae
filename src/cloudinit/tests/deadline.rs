//! The dead-man script, as the machine's shell runs it.

use std::path::Path;
use std::process::Output;

use super::machine::{Machine, SHELLS, command, said};
use super::server::{Answer, metadata};
use super::{DEADLINE, LAUNCHED_AT, instant};

const MINUTE: i64 = 60;
const HOUR: i64 = 3600;
const ARMED: [&str; 2] = ["systemctl daemon-reload", "systemctl restart --no-block cloudkit-deadline.timer"];
const ENDED: [&str; 4] =
    ["sleep 30", "sleep 60", "systemctl poweroff --force --force", "systemctl poweroff -i --no-block"];

fn script() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/boot/deadline.sh"))
}

fn tag_of(text: &str) -> String {
    let text = text.to_owned();
    metadata(move || Answer::Ok(text.clone().into_bytes()))
}

/// A machine that was launched with [`DEADLINE`] and has booted, and whose tag is answered so; then the clock moves on.
fn launched(shell: &'static [&'static str], metadata: &str, clock: i64) -> Machine {
    let mut machine = Machine::new(shell, LAUNCHED_AT + MINUTE);
    machine.set_variable("CLOUDKIT_METADATA", metadata);
    machine.set_variable("CLOUDKIT_POWER_SWITCH", machine.path("power-switch").to_str().unwrap());
    boot(&machine, "launch-one", DEADLINE);
    assert_eq!(machine.log(), ARMED);
    assert_eq!(armed(&machine), Some(DEADLINE));
    machine.set_clock(clock);
    machine
}

fn boot(machine: &Machine, launch: &str, deadline: i64) {
    let output = machine.run(script(), &["boot", launch, &LAUNCHED_AT.to_string(), &deadline.to_string()]);
    assert!(output.status.success(), "{}", said(&output));
}

fn fire(machine: &Machine) -> Output {
    machine.run(script(), &["fire"])
}

/// What the timer is set to.
fn armed(machine: &Machine) -> Option<i64> {
    let drop_in = machine.read("etc/systemd/system/cloudkit-deadline.timer.d/time.conf")?;
    let moment = drop_in.strip_prefix("[Timer]\nOnCalendar=\nOnCalendar=@").expect(&drop_in);
    Some(moment.trim_end().parse().unwrap())
}

fn assert_ended(machine: &Machine, output: &Output) {
    let mut log = machine.log();
    let wall = log.remove(0);
    assert!(wall.starts_with("wall cloudkit: the deadline has passed; the machine ends now"), "{wall}");
    assert_eq!(log[..2], ["systemctl poweroff -i --no-block", "sleep 60"]);
    log.sort_unstable();
    assert_eq!(log, ENDED, "{}", said(output));
    assert_eq!(machine.read("power-switch").as_deref(), Some("o\n"));
    // The clock moved by the two sleeps alone.
    let fired = machine.clock() - 90;
    assert_eq!(armed(machine), Some(fired + 10), "a time that is still ahead, for the boot after");
    assert_eq!(machine.read("var/lib/cloudkit/deadline-armed").as_deref(), Some("0\n"));
}

fn assert_ten_minutes(machine: &Machine) {
    let mut log = machine.log();
    let end = machine.clock() + 10 * MINUTE;
    let wall = format!(
        "wall cloudkit: the deadline has passed; the machine ends at {} unless its deadline is moved",
        instant(end)
    );
    assert_eq!(log.remove(0), wall);
    assert_eq!(log, ARMED);
    assert_eq!(armed(machine), Some(end));
    let warning = machine.read("run/cloudkit/warning").unwrap();
    assert_eq!(format!("wall cloudkit: {}", warning.trim_end()), wall);
}

/// The test for each shell that a machine may have.
fn on_each(test: impl Fn(&'static [&'static str])) {
    SHELLS.into_iter().for_each(test);
}

#[test]
fn at_its_deadline_the_machine_ends_and_after_a_minute_by_force() {
    on_each(|shell| {
        let machine = launched(shell, &tag_of(&instant(DEADLINE).to_string()), DEADLINE + 1);
        let output = fire(&machine);
        assert_ended(&machine, &output);
    });
}

#[test]
fn a_later_tag_puts_the_end_off_and_is_remembered() {
    on_each(|shell| {
        let later = DEADLINE + 5 * HOUR;
        let machine = launched(shell, &tag_of(&instant(later).to_string()), DEADLINE + 1);
        let output = fire(&machine);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(machine.log(), ARMED);
        assert_eq!(armed(&machine), Some(later));
        boot(&machine, "launch-one", DEADLINE);
        assert_eq!(armed(&machine), Some(later), "a reboot keeps a moved deadline");
    });
}

#[test]
fn a_tag_is_read_in_every_form_of_its_time() {
    for text in ["2026-11-20T22:00:00Z", "2026-11-20T22:00:00.25Z", "2026-11-21T00:00:00+02:00"] {
        let machine = launched(SHELLS[0], &tag_of(text), DEADLINE + 1);
        assert!(fire(&machine).status.success());
        assert_eq!(armed(&machine), Some(LAUNCHED_AT + 10 * HOUR), "{text}");
    }
}

#[test]
fn a_tag_that_is_earlier_absent_or_garbage_does_not_put_the_end_off() {
    let garbage = [
        "2026-11-20T13:00:00Z",
        "",
        "tomorrow",
        "8h",
        "now + 1 year",
        "2026-02-30T99:00:00Z",
        "2027-01-01",
        "$(touch \"$CLOUDKIT_ROOT/pwned\")",
        "`touch \"$CLOUDKIT_ROOT/pwned\"`",
        "2027-01-01T00:00:00Z; touch \"$CLOUDKIT_ROOT/pwned\"",
        "2027-01-01T00:00:00Z\n2028-01-01T00:00:00Z",
        "99999999999",
        "-1",
        "1969-01-01T00:00:00Z",
    ];
    on_each(|shell| {
        for text in garbage {
            let machine = launched(shell, &tag_of(text), DEADLINE + 1);
            let output = fire(&machine);
            assert_ended(&machine, &output);
            assert_eq!(machine.read("pwned"), None);
        }
        let machine = launched(shell, &metadata(|| Answer::Status(404)), DEADLINE + 1);
        let output = fire(&machine);
        assert_ended(&machine, &output);
    });
}

#[test]
fn metadata_that_does_not_answer_is_not_waited_for() {
    for curl in [true, false] {
        let mut machine = launched(SHELLS[0], &metadata(|| Answer::Silence), DEADLINE + 1);
        machine.set_variable("CLOUDKIT_METADATA_LIMIT", "0.5");
        if !curl {
            machine.take("curl");
            machine.give("python3");
        }
        let output = fire(&machine);
        assert_ended(&machine, &output);
    }
}

#[test]
fn a_machine_without_curl_asks_with_python() {
    let later = DEADLINE + HOUR;
    let machine = launched(SHELLS[0], &tag_of(&instant(later).to_string()), DEADLINE + 1);
    machine.take("curl");
    machine.give("python3");
    assert!(fire(&machine).status.success());
    assert_eq!(armed(&machine), Some(later));
}

#[test]
fn a_deadline_that_went_by_in_sleep_leaves_ten_minutes_and_no_second_ten() {
    on_each(|shell| {
        let machine = launched(shell, &metadata(|| Answer::Status(404)), DEADLINE + 3 * HOUR);
        assert!(fire(&machine).status.success());
        assert_ten_minutes(&machine);
        machine.set_clock(DEADLINE + 3 * HOUR + 10 * MINUTE + 1);
        let output = fire(&machine);
        assert_ended(&machine, &output);
    });
}

#[test]
fn what_somebody_put_in_the_place_of_the_warning_is_never_written_to() {
    let sleeper = |shell| launched(shell, &metadata(|| Answer::Status(404)), DEADLINE + 3 * HOUR);
    on_each(|shell| {
        let machine = sleeper(shell);
        machine.write("run/cloudkit/complete", "");
        machine.write("etc/important", "stays");
        std::os::unix::fs::symlink(machine.path("etc/important"), machine.path("run/cloudkit/warning"))
            .unwrap();
        assert!(fire(&machine).status.success());
        assert_ten_minutes(&machine);
        assert_eq!(machine.read("etc/important").as_deref(), Some("stays"));
    });
    on_each(|shell| {
        let machine = sleeper(shell);
        machine.write("run/cloudkit/complete", "");
        let pipe = machine.path("run/cloudkit/warning");
        assert!(command("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(fire(&machine).status.success());
        assert_ten_minutes(&machine);
    });
}

#[test]
fn a_machine_that_was_started_after_its_deadline_has_ten_minutes_however_soon_it_was() {
    for (uptime, is_new) in [("20.55 3.00\n", true), ("3000.10 3.00\n", false), ("garbage\n", false)] {
        let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE + 40);
        machine.write("proc/uptime", uptime);
        let output = fire(&machine);
        if is_new { assert_ten_minutes(&machine) } else { assert_ended(&machine, &output) }
    }
}

#[test]
fn a_machine_that_was_ended_and_is_started_again_has_ten_minutes_without_cloud_init() {
    let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE + 1);
    let output = fire(&machine);
    assert_ended(&machine, &output);
    let next = armed(&machine).unwrap();
    for lateness in [0, 60, HOUR] {
        machine.set_clock(next + lateness);
        machine.write("var/lib/cloudkit/deadline-armed", "0\n");
        assert!(fire(&machine).status.success());
        assert_ten_minutes(&machine);
    }
}

#[test]
fn each_sleep_past_the_deadline_has_ten_minutes_of_its_own() {
    let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE + 3 * HOUR);
    for hours in [3, 20] {
        machine.set_clock(DEADLINE + hours * HOUR);
        assert!(fire(&machine).status.success());
        assert_ten_minutes(&machine);
    }
}

#[test]
fn a_boot_past_the_deadline_leaves_ten_minutes_each_time() {
    on_each(|shell| {
        let machine = launched(shell, &metadata(|| Answer::Status(404)), DEADLINE + 3 * HOUR);
        boot(&machine, "launch-one", DEADLINE);
        assert_ten_minutes(&machine);
        machine.set_clock(machine.clock() + 5 * MINUTE);
        boot(&machine, "launch-one", DEADLINE);
        assert_ten_minutes(&machine);
        machine.set_clock(machine.clock() + 10 * MINUTE);
        let output = fire(&machine);
        assert_ended(&machine, &output);
    });
}

#[test]
fn started_by_hand_in_its_last_ten_minutes_it_keeps_to_them() {
    let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE + HOUR);
    boot(&machine, "launch-one", DEADLINE);
    let end = armed(&machine);
    machine.set_clock(machine.clock() + MINUTE);
    assert!(fire(&machine).status.success());
    assert_eq!(armed(&machine), end);
}

#[test]
fn a_deadline_that_is_moved_in_the_last_ten_minutes_takes_the_warning_back() {
    let mut tags = vec![instant(DEADLINE + 9 * HOUR).to_string()];
    let metadata =
        metadata(move || tags.pop().map_or(Answer::Status(404), |tag| Answer::Ok(tag.into_bytes())));
    let machine = launched(SHELLS[0], &metadata, DEADLINE + HOUR);
    boot(&machine, "launch-one", DEADLINE);
    assert!(machine.read("run/cloudkit/warning").is_some());
    machine.set_clock(machine.clock() + 10 * MINUTE);
    assert!(fire(&machine).status.success());
    assert_eq!(machine.read("run/cloudkit/warning"), None);
    assert_eq!(armed(&machine), Some(DEADLINE + 9 * HOUR));
}

#[test]
fn a_new_launch_from_an_image_of_the_machine_has_its_own_deadline() {
    on_each(|shell| {
        let machine = launched(shell, &metadata(|| Answer::Status(404)), DEADLINE + 48 * HOUR);
        boot(&machine, "launch-two", DEADLINE + 50 * HOUR);
        assert_eq!(machine.log(), ARMED);
        assert_eq!(armed(&machine), Some(DEADLINE + 50 * HOUR));
    });
}

#[test]
fn a_copy_of_the_machine_that_nobody_launched_with_cloudkit_is_left_alone() {
    let asset_tag = "sys/class/dmi/id/board_asset_tag";
    let mut machine = Machine::new(SHELLS[0], LAUNCHED_AT + MINUTE);
    machine.set_variable("CLOUDKIT_METADATA", metadata(|| Answer::Status(404)));
    machine.write(asset_tag, "i-0aaaaaaaaaaaaaaaa\n");
    boot(&machine, "launch-one", DEADLINE);
    machine.log();
    machine.set_clock(DEADLINE + 48 * HOUR);
    machine.write(asset_tag, "i-0bbbbbbbbbbbbbbbb\n");
    assert!(fire(&machine).status.success());
    assert_eq!(machine.log(), ["systemctl stop --no-block cloudkit-deadline.timer"]);
    assert_eq!(armed(&machine), None);
}

#[test]
fn a_clock_before_the_launch_ends_nothing() {
    on_each(|shell| {
        let machine = launched(shell, &metadata(|| Answer::Status(404)), HOUR);
        assert!(fire(&machine).status.success());
        assert_eq!(machine.log(), ARMED);
        assert_eq!(armed(&machine), Some(HOUR + MINUTE));
    });
}

#[test]
fn the_timer_is_never_set_to_what_will_not_elapse() {
    let machine = launched(SHELLS[0], &tag_of(&instant(DEADLINE + 3).to_string()), DEADLINE + 1);
    assert!(fire(&machine).status.success());
    assert_eq!(armed(&machine), Some(DEADLINE + 11), "not while this run may be going on");

    let machine = launched(SHELLS[0], &tag_of("9999-12-30T00:00:00Z"), DEADLINE);
    assert!(fire(&machine).status.success());
    assert_eq!(armed(&machine), Some(DEADLINE + 30 * 24 * HOUR), "systemd refuses the year 9999");
}

#[test]
fn a_record_that_is_gone_or_damaged_leaves_ten_minutes_and_then_ends() {
    for damage in ["", "garbage\n", "1800000000000000000\n"] {
        let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE + 1);
        machine.write("var/lib/cloudkit/deadline", damage);
        machine.write("var/lib/cloudkit/deadline-armed", damage);
        assert!(fire(&machine).status.success());
        assert_ten_minutes(&machine);
        machine.set_clock(machine.clock() + 10 * MINUTE);
        let output = fire(&machine);
        assert_ended(&machine, &output);
        boot(&machine, "launch-one", DEADLINE + 10 * HOUR);
        assert_eq!(armed(&machine), Some(DEADLINE + 10 * HOUR), "the next boot makes it good");
    }
}

#[test]
fn ten_minutes_that_no_timer_can_be_set_for_are_waited_for() {
    let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE + HOUR);
    machine.write("systemd-is-ill", "");
    let output = fire(&machine);
    let log = machine.log();
    assert_eq!(
        log[1..5],
        [
            "systemctl daemon-reload",
            "sleep 600",
            "wall cloudkit: the deadline has passed; the machine ends now",
            "systemctl poweroff -i --no-block"
        ]
    );
    assert_eq!(machine.read("power-switch").as_deref(), Some("o\n"), "{}", said(&output));
}

#[test]
fn a_later_time_that_cannot_be_set_is_a_failure_that_systemd_repeats() {
    let machine = launched(SHELLS[0], &tag_of(&instant(DEADLINE + HOUR).to_string()), DEADLINE + 1);
    machine.write("systemd-is-ill", "");
    assert!(!fire(&machine).status.success());
    assert_eq!(machine.log(), ["systemctl daemon-reload"]);
}

fn set(machine: &Machine, arguments: &[&str]) -> Output {
    machine.run(script(), &[&["set"], arguments].concat())
}

#[test]
fn the_agent_sets_a_later_deadline_that_the_tag_does_not_know_of() {
    on_each(|shell| {
        let later = DEADLINE + 3 * HOUR;
        let tag = tag_of(&instant(DEADLINE).to_string());
        let machine = launched(shell, &tag, DEADLINE - HOUR);
        let output = set(&machine, &[&later.to_string(), "later", &DEADLINE.to_string()]);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(machine.log(), ARMED);
        assert_eq!(armed(&machine), Some(later));
        // Whoever starts it before, and a reboot, change nothing.
        machine.set_clock(DEADLINE + HOUR);
        assert!(fire(&machine).status.success());
        assert_eq!(machine.log(), ARMED);
        boot(&machine, "launch-one", DEADLINE);
        assert_eq!((machine.log(), armed(&machine)), (ARMED.map(str::to_owned).to_vec(), Some(later)));
        machine.set_clock(later + 1);
        assert_ended(&machine, &fire(&machine));
    });
}

#[test]
fn a_tag_that_says_something_new_has_the_last_word() {
    let (later, tagged) = (DEADLINE + 3 * HOUR, DEADLINE + 2 * HOUR);
    let machine = launched(SHELLS[0], &tag_of(&instant(tagged).to_string()), DEADLINE - HOUR);
    assert!(set(&machine, &[&later.to_string(), "later", &DEADLINE.to_string()]).status.success());
    assert!(fire(&machine).status.success());
    assert_eq!(armed(&machine), Some(tagged));
    assert_eq!(machine.read("var/lib/cloudkit/deadline-over"), None);
}

#[test]
fn an_earlier_deadline_is_set_where_it_is_meant_and_only_there() {
    on_each(|shell| {
        let machine = launched(shell, &metadata(|| Answer::Status(404)), DEADLINE - 5 * HOUR);
        let earlier = (DEADLINE - HOUR).to_string();
        let refused = set(&machine, &[&earlier, "later"]);
        assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
        assert_eq!((machine.log(), armed(&machine)), (Vec::new(), Some(DEADLINE)));
        assert!(set(&machine, &[&earlier, "sooner"]).status.success());
        assert_eq!(armed(&machine), Some(DEADLINE - HOUR));
        let past = (DEADLINE - 6 * HOUR).to_string();
        assert_eq!(set(&machine, &[&past, "sooner"]).status.code(), Some(3), "that would end it at once");
        assert_eq!(armed(&machine), Some(DEADLINE - HOUR));
    });
}

#[test]
fn a_deadline_that_systemd_does_not_take_is_a_failure() {
    let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE - HOUR);
    machine.write("systemd-is-ill", "");
    assert_eq!(set(&machine, &[&(DEADLINE + HOUR).to_string(), "later"]).status.code(), Some(1));
}

#[test]
fn a_new_launch_knows_nothing_of_an_extension_of_the_old_one() {
    let machine = launched(SHELLS[0], &metadata(|| Answer::Status(404)), DEADLINE - HOUR);
    let later = (DEADLINE + HOUR).to_string();
    assert!(set(&machine, &[&later, "later", &DEADLINE.to_string()]).status.success());
    boot(&machine, "launch-two", DEADLINE + 50 * HOUR);
    assert_eq!(machine.read("var/lib/cloudkit/deadline-over"), None);
    assert_eq!(armed(&machine), Some(DEADLINE + 50 * HOUR));
}

#[test]
fn anything_else_is_refused() {
    let machine = Machine::new(SHELLS[0], DEADLINE);
    for arguments in [
        &[][..],
        &["poweroff"],
        &["boot"],
        &["boot", "a", "1", ""],
        &["set"],
        &["set", "1800000000"],
        &["set", "1800000000", "now"],
        &["set", "$(reboot)", "later"],
        &["set", "1800000000", "later", "never"],
    ] {
        let output = machine.run(script(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?} {}", said(&output));
    }
    assert!(machine.log().is_empty());
}
