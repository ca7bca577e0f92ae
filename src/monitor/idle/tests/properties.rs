//! What holds for every life of a machine.

use proptest::prelude::*;

use super::*;
use crate::model::thresholds::Thresholds;
use crate::monitor::idle::sample::Gpu;
use crate::monitor::idle::verdict::Unit;
use crate::monitor::idle::window::{Window, advance};

/// Something that happens to a machine between two looks.
#[derive(Debug, Clone)]
struct Minute {
    seconds: u64,
    busy_ms: u64,
    bytes: u64,
    /// Which reading fails, if any does.
    fails: Option<usize>,
    reboots: bool,
    replugged: bool,
}

fn minute() -> impl Strategy<Value = Minute> {
    let seconds = prop_oneof![8 => Just(60_u64), 1 => 1..600_u64];
    let busy = prop_oneof![3 => 0..5_000_u64, 1 => 0..240_000_u64];
    let bytes = prop_oneof![3 => 0..200_000_u64, 1 => any::<u64>()];
    let fails = prop_oneof![6 => Just(None), 1 => (0..READINGS).prop_map(Some)];
    let rarely = || prop::bool::weighted(0.05);
    (seconds, busy, bytes, fails, rarely(), rarely()).prop_map(
        |(seconds, busy_ms, bytes, fails, reboots, replugged)| Minute {
            seconds,
            busy_ms,
            bytes,
            fails,
            reboots,
            replugged,
        },
    )
}

/// How many readings can fail.
const READINGS: usize = 15;

fn fail(sample: &mut Sample, which: usize) {
    fn unknown<T>() -> Reading<T> {
        Reading::Unknown("a test".to_owned())
    }
    match which {
        0 => sample.boot = unknown(),
        1 => sample.uptime_ms = unknown(),
        2 => sample.cpu = unknown(),
        3 => sample.network = unknown(),
        4 => sample.disks = unknown(),
        5 => sample.nvidia = unknown(),
        6 => sample.amd = unknown(),
        7 => sample.neuron = unknown(),
        8 => sample.terminals = unknown(),
        9 => sample.desktops = unknown(),
        10 => sample.ssh = unknown(),
        11 => sample.session_manager = unknown(),
        12 => sample.processes = unknown(),
        13 => sample.inhibitors = unknown(),
        _ => sample.probes = unknown(),
    }
}

/// The looks at a life, as the machine's counters give them: they begin anew at a boot and where a device is replugged, and
/// run over.
fn looks(life: &[Minute]) -> Vec<Sample> {
    let (mut uptime, mut boot, mut busy, mut bytes, mut wall) = (600, 0, 0_u64, 0_u64, 600);
    let mut looks = Vec::new();
    for minute in life {
        wall += minute.seconds;
        uptime += minute.seconds;
        busy = busy.wrapping_add(minute.busy_ms);
        bytes = bytes.wrapping_add(minute.bytes);
        if minute.reboots {
            (uptime, boot, busy, bytes) = (minute.seconds, boot + 1, minute.busy_ms, minute.bytes);
        }
        if minute.replugged {
            bytes = minute.bytes % 1000;
        }
        let mut look = with_cpu(uptime, busy);
        look.taken_at = sample(wall).taken_at;
        look.boot = Reading::Known(boot.to_string());
        let interface = Interface { index: 2, received_bytes: bytes, sent_bytes: 0 };
        look.network = Reading::Known(BTreeMap::from([("ens5".to_owned(), interface)]));
        let gpu = Gpu {
            name: "a GPU".to_owned(),
            busy_permille: Some(0),
            used_bytes: 9,
            total_bytes: 10,
            processes: None,
        };
        look.nvidia = Reading::Known(BTreeMap::from([("GPU-1".to_owned(), gpu)]));
        if let Some(which) = minute.fails {
            fail(&mut look, which);
        }
        looks.push(look);
    }
    looks
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn never_quiet_with_an_unknown_reading(life in prop::collection::vec(minute(), 1..40)) {
        let mut window = Window::default();
        for (minute, look) in life.iter().zip(looks(&life)) {
            let before = window.clone();
            advance(&mut window, look, &Thresholds::default());
            let passed_over = window == before;
            prop_assert!(passed_over || minute.fails.is_none() || window.quiet_for().seconds() == 0);
            let state = window.verdict().map(Verdict::state);
            prop_assert_eq!(window.quiet_for().seconds() > 0, state == Some(State::Quiet));
        }
    }

    #[test]
    fn never_quiet_for_longer_than_the_time_that_has_passed(life in prop::collection::vec(minute(), 1..40)) {
        let mut window = Window::default();
        let mut passed = 0;
        for (number, (minute, look)) in life.iter().zip(looks(&life)).enumerate() {
            passed += if number == 0 { 0 } else { minute.seconds };
            advance(&mut window, look, &Thresholds::default());
            prop_assert!(window.quiet_for().seconds() <= passed);
        }
    }

    #[test]
    fn a_restart_between_any_two_looks_changes_nothing(life in prop::collection::vec(minute(), 1..40), restarts in any::<u64>()) {
        let (mut window, mut restarted) = (Window::default(), Window::default());
        for (number, look) in looks(&life).into_iter().enumerate() {
            if restarts >> (number % 64) & 1 == 1 {
                restarted = serde_json::from_str(&serde_json::to_string(&restarted).unwrap()).unwrap();
            }
            advance(&mut window, look.clone(), &Thresholds::default());
            advance(&mut restarted, look, &Thresholds::default());
            prop_assert_eq!(&window, &restarted);
        }
    }

    #[test]
    fn a_counter_that_went_back_makes_no_rate(before in any::<u64>(), after in any::<u64>(), elapsed in 45..=300_u64) {
        let counting = |uptime, bytes| {
            let interface = Interface { index: 2, received_bytes: bytes, sent_bytes: 0 };
            let network = Reading::Known(BTreeMap::from([("ens5".to_owned(), interface)]));
            Sample { network, ..sample(uptime) }
        };
        let mut window = Window::default();
        advance(&mut window, counting(600, before), &Thresholds::default());
        advance(&mut window, counting(600 + elapsed, after), &Thresholds::default());
        let verdict = window.verdict().unwrap();
        let network = verdict.signals.iter().find(|signal| signal.unit == Some(Unit::BytesPerSecond) && signal.words.starts_with("ens5"));
        match after.checked_sub(before) {
            Some(bytes) => prop_assert_eq!(network.and_then(|signal| signal.value), Some(bytes / elapsed)),
            None => {
                prop_assert_eq!(reasons(verdict), ["Network unknown"]);
                // Once: the look after goes by two that fit.
                advance(&mut window, counting(700 + elapsed, after), &Thresholds::default());
                prop_assert_eq!(window.quiet_for().seconds(), 100);
            }
        }
    }

    #[test]
    fn blips_do_not_end_a_quiet_time_and_a_busy_minute_does(blips in prop::collection::vec(0..=2_000_u64, 2..30), load in 10_000..240_000_u64) {
        let (mut window, mut uptime, mut busy) = (Window::default(), 600, 0);
        for blip in &blips {
            busy += blip;
            uptime += 60;
            advance(&mut window, with_cpu(uptime, busy), &Thresholds::default());
        }
        prop_assert_eq!(window.quiet_for().seconds(), 60 * (blips.len() as u64 - 1));
        advance(&mut window, with_cpu(uptime + 60, busy + load), &Thresholds::default());
        prop_assert_eq!(window.quiet_for().seconds(), 0);
    }
}
