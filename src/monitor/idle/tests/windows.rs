//! The window: minutes that follow each other, gaps, boots, restarts.

use super::*;
use crate::model::Span;
use crate::model::thresholds::Thresholds;
use crate::monitor::idle::window::{Window, advance};

/// A machine of which a look is taken now and then.
struct Machine {
    window: Window,
    thresholds: Thresholds,
}

impl Machine {
    fn new() -> Self {
        Self { window: Window::default(), thresholds: Thresholds::default() }
    }

    /// Takes a look; the seconds that the machine has been quiet for then.
    fn look(&mut self, sample: Sample) -> u64 {
        advance(&mut self.window, sample, &self.thresholds);
        self.window.quiet_for().seconds()
    }
}

#[test]
fn quiet_minutes_add_up_and_a_busy_one_ends_them() {
    let mut machine = Machine::new();
    let quiet: Vec<u64> = (0..5).map(|minute| machine.look(with_cpu(600 + minute * 60, 0))).collect();
    assert_eq!(quiet, [0, 60, 120, 180, 240]);
    // Two seconds of one core are a blip, half a minute is not.
    assert_eq!(machine.look(with_cpu(900, 2_000)), 300);
    assert_eq!(machine.look(with_cpu(960, 32_000)), 0);
    assert_eq!(reasons(machine.window.verdict().unwrap()), ["Cpu active"]);
    assert_eq!(machine.look(with_cpu(1020, 32_000)), 60);
}

#[test]
fn a_clock_that_is_set_changes_nothing() {
    let mut machine = Machine::new();
    machine.look(sample(600));
    let ahead = Sample { taken_at: sample(90_000).taken_at, ..sample(660) };
    assert_eq!(machine.look(ahead), 60);
    assert_eq!(machine.look(sample(720)), 120);
}

#[test]
fn a_look_too_soon_is_passed_over() {
    let mut machine = Machine::new();
    machine.look(with_cpu(600, 0));
    machine.look(with_cpu(660, 0));
    // Two seconds of one core are much of five seconds and little of a minute.
    assert_eq!(machine.look(with_cpu(665, 2_000)), 60);
    assert_eq!(machine.look(with_cpu(720, 2_000)), 120);
}

#[test]
fn a_gap_a_boot_a_resume_and_other_thresholds_begin_anew() {
    let two_minutes = || {
        let mut machine = Machine::new();
        machine.look(sample(600));
        machine.look(sample(660));
        assert_eq!(machine.look(sample(720)), 120);
        machine
    };
    assert_eq!(two_minutes().look(sample(1020)), 420, "five minutes are no gap");
    assert_eq!(two_minutes().look(sample(1021)), 0, "more are one");
    assert_eq!(two_minutes().look(sample(700)), 0, "the time since the boot went back");
    let other_boot = Sample { boot: Reading::Known("two".to_owned()), ..sample(780) };
    assert_eq!(two_minutes().look(other_boot), 0);
    let mut machine = two_minutes();
    machine.window = Window::default();
    assert_eq!(machine.look(sample(780)), 0);
    assert_eq!(machine.look(sample(840)), 60, "and goes on from there");
    let mut machine = two_minutes();
    machine.thresholds.network_bytes_per_second = 1;
    assert_eq!(machine.look(sample(780)), 0);
    assert_eq!(machine.look(sample(840)), 60);
}

#[test]
fn without_a_time_since_the_boot_nothing_is_quiet() {
    let why = || Reading::Unknown("cannot read /proc/uptime".to_owned());
    let mut machine = Machine::new();
    machine.look(sample(600));
    assert_eq!(machine.look(Sample { uptime_ms: why(), ..sample(660) }), 0);
    assert_eq!(machine.look(sample(720)), 0);
    assert_eq!(machine.look(Sample { boot: Reading::Unknown(String::new()), ..sample(780) }), 0);
    assert_eq!(machine.look(sample(840)), 0);
    assert_eq!(machine.look(sample(900)), 60);
}

#[test]
fn a_look_is_due_a_minute_after_the_last_one_also_for_who_was_restarted() {
    let mut machine = Machine::new();
    assert!(machine.window.is_due("one", Span::from_seconds(600)));
    machine.look(sample(600));
    let json = serde_json::to_string(&machine.window).unwrap();
    let again: Window = serde_json::from_str(&json).unwrap();
    let due = |boot: &str, uptime| again.is_due(boot, Span::from_seconds(uptime));
    assert_eq!((due("one", 601), due("one", 659), due("one", 660)), (false, false, true));
    assert!(due("two", 601) && due("one", 10));
}

#[test]
fn what_another_version_kept_is_read_as_nothing() {
    for text in ["null", "{}", "[1]", r#"{"last":{"cpu":7},"quiet_ms":99}"#, r#"{"thresholds":{"new":1}}"#] {
        let window: Window = serde_json::from_str(text).unwrap();
        assert_eq!(window, Window::default(), "{text}");
    }
}
