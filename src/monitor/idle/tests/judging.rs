//! Verdicts on two looks, signal by signal.

use std::collections::BTreeSet;

use super::*;
use crate::model::thresholds::Thresholds;
use crate::monitor::idle::judge::judge;
use crate::monitor::idle::sample::{Desktop, Gpu, Inhibitor, Neuron, ProbeAnswer, Terminal};
use crate::monitor::idle::verdict::{Signal, SignalName};

fn judged(before: &Sample, after: &Sample) -> Verdict {
    judge(Some((before, 60_000)), after, &Thresholds::default())
}

fn signal(before: &Sample, after: &Sample, name: SignalName) -> Signal {
    let verdict = judged(before, after);
    verdict.signal(name).unwrap().clone()
}

/// What a change of a quiet machine within a minute comes to.
fn after_change(change: impl Fn(&mut Sample)) -> Vec<String> {
    let mut after = sample(120);
    change(&mut after);
    reasons(&judged(&sample(60), &after))
}

fn map<T, const N: usize>(entries: [(&str, T); N]) -> Reading<BTreeMap<String, T>> {
    Reading::Known(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[test]
fn a_machine_on_which_nothing_happens_is_quiet() {
    let verdict = judged(&sample(60), &sample(120));
    assert!(is_quiet(&verdict), "{:?}", reasons(&verdict));
    assert_eq!(verdict.signals.len(), 14);
    let names: BTreeSet<SignalName> = verdict.signals.iter().map(|signal| signal.name).collect();
    assert_eq!(names.len(), 14, "each signal is there once");
}

#[test]
fn one_look_alone_tells_nothing_that_moves() {
    let verdict = judge(None, &sample(60), &Thresholds::default());
    assert_eq!(verdict.state(), State::Unknown);
    assert_eq!(
        verdict.signal(SignalName::Cpu).unwrap().words,
        "looked at once: how it moves is known at the next look"
    );
}

#[test]
fn processor_time_counts_by_the_core_and_by_the_machine() {
    let state = |cores, busy_ms: u64| {
        let cpu = |busy_ms| Reading::Known(Cpu { cores, busy_ms, steal_ms: 0, iowait_ms: 0 });
        let (before, after) =
            (Sample { cpu: cpu(5), ..sample(60) }, Sample { cpu: cpu(5 + busy_ms), ..sample(120) });
        signal(&before, &after, SignalName::Cpu).state
    };
    // Two seconds of one core in a minute are a blip, six are work.
    assert_eq!(
        (state(4, 2_000), state(4, 5_990), state(4, 6_000)),
        (State::Quiet, State::Quiet, State::Active)
    );
    // A single busy thread shows on every machine that there is.
    for cores in [1, 4, 96, 192, 448, 896] {
        assert_eq!(state(cores, 60_000), State::Active, "{cores} cores");
    }
    // What 192 cores do by themselves, a thousandth of their time, would be work on four.
    assert_eq!((state(192, 11_000), state(4, 11_000)), (State::Quiet, State::Active));
}

#[test]
fn a_signal_tells_value_threshold_and_words() {
    let signal = signal(&with_cpu(60, 0), &with_cpu(120, 1_900), SignalName::Cpu);
    assert_eq!((signal.value, signal.threshold), (Some(31), Some(100)));
    assert_eq!(signal.words, "3.1 % of a core, active from 10.0 % of a core; 4 cores, waiting for disks 0 %");
}

#[test]
fn stolen_time_is_told_apart_and_counts() {
    let cpu = |steal_ms| Reading::Known(Cpu { cores: 2, busy_ms: 0, steal_ms, iowait_ms: 0 });
    let (before, after) = (Sample { cpu: cpu(0), ..sample(60) }, Sample { cpu: cpu(55_000), ..sample(120) });
    assert_eq!(reasons(&judged(&before, &after)), ["Steal active"]);
}

#[test]
fn waiting_for_a_disk_is_no_work_of_the_processor_and_may_be_corrected() {
    let cpu = |iowait_ms| Reading::Known(Cpu { cores: 2, busy_ms: 0, steal_ms: 0, iowait_ms });
    for (earlier, later) in [(0, 50_000), (50_000, 49_000)] {
        let (before, after) =
            (Sample { cpu: cpu(earlier), ..sample(60) }, Sample { cpu: cpu(later), ..sample(120) });
        assert!(is_quiet(&judged(&before, &after)));
    }
}

#[test]
fn bytes_count_in_both_directions() {
    let interface =
        |received_bytes, sent_bytes| map([("ens5", Interface { index: 2, received_bytes, sent_bytes })]);
    assert_eq!(after_change(|sample| sample.network = interface(150_000, 149_000)), Vec::<String>::new());
    assert_eq!(after_change(|sample| sample.network = interface(150_000, 150_000)), ["Network active"]);
    let disk = |read_bytes, written_bytes| map([("nvme0n1", Disk { read_bytes, written_bytes })]);
    assert_eq!(after_change(|sample| sample.disks = disk(1_000_000, 1_000_000)), Vec::<String>::new());
    assert_eq!(after_change(|sample| sample.disks = disk(3_000_000, 3_000_000)), ["Disk active"]);
}

#[test]
fn what_was_put_in_or_taken_out_is_unknown_once() {
    let interface = |index, bytes| Interface { index, received_bytes: bytes, sent_bytes: 0 };
    let replugged = map([("ens5", interface(7, 9_000_000_000))]);
    assert_eq!(after_change(|sample| sample.network = replugged.clone()), ["Network unknown"]);
    let added = map([("ens5", interface(2, 0)), ("ens6", interface(3, 0))]);
    assert_eq!(after_change(|sample| sample.network = added.clone()), ["Network unknown"]);
    assert_eq!(after_change(|sample| sample.disks = map([])), ["Disk unknown"]);
    let later = Sample { network: replugged.clone(), ..sample(180) };
    assert!(is_quiet(&judged(&Sample { network: replugged, ..sample(120) }, &later)));
}

fn gpu(
    busy_permille: Option<u64>,
    used_mebibytes: u64,
    processes: Option<&[u32]>,
) -> Reading<BTreeMap<String, Gpu>> {
    let processes = processes.map(|ids| ids.iter().copied().collect());
    let name = "NVIDIA A10G 0".to_owned();
    map([(
        "GPU-1",
        Gpu { name, busy_permille, used_bytes: used_mebibytes << 20, total_bytes: 24_000 << 20, processes },
    )])
}

#[test]
fn a_gpu_is_at_work_where_it_computes_its_memory_moves_or_processes_come_and_go() {
    let held = gpu(Some(0), 9_000, Some(&[7]));
    for (after, expected) in [
        (held.clone(), vec![]),
        (gpu(Some(19), 9_000, Some(&[7])), vec![]),
        (gpu(Some(20), 9_000, Some(&[7])), vec!["Nvidia active"]),
        (gpu(Some(0), 9_200, Some(&[7])), vec![]),
        (gpu(Some(0), 9_300, Some(&[7])), vec!["Nvidia active"]),
        (gpu(Some(0), 8_700, Some(&[7])), vec!["Nvidia active"]),
        (gpu(Some(0), 9_000, Some(&[8])), vec!["Nvidia active"]),
        (gpu(Some(0), 9_000, Some(&[])), vec!["Nvidia active"]),
        (gpu(None, 9_000, Some(&[7])), vec!["Nvidia unknown"]),
        (map([]), vec!["Nvidia unknown"]),
        (Reading::Unknown("driver mismatch".to_owned()), vec!["Nvidia unknown"]),
    ] {
        let (before, after) =
            (Sample { nvidia: held.clone(), ..sample(60) }, Sample { nvidia: after, ..sample(120) });
        assert_eq!(reasons(&judged(&before, &after)), expected, "{:?}", after.nvidia);
    }
}

#[test]
fn a_gpu_that_tells_nothing_and_that_nobody_uses_is_quiet() {
    let divided = gpu(None, 500, Some(&[]));
    let (before, after) =
        (Sample { nvidia: divided.clone(), ..sample(60) }, Sample { nvidia: divided, ..sample(120) });
    assert!(is_quiet(&judged(&before, &after)));
    let (before, after) = (
        Sample { amd: gpu(None, 500, None), ..sample(60) },
        Sample { amd: gpu(None, 500, None), ..sample(120) },
    );
    assert_eq!(reasons(&judged(&before, &after)), ["Amd unknown"]);
}

#[test]
fn a_neuron_device_is_at_work_where_its_counters_move() {
    let device = |executions, used_bytes| map([("neuron0", Neuron { executions, used_bytes })]);
    for (after, expected) in [
        (device(40, Some(9)), vec![]),
        (device(41, Some(9)), vec!["Neuron active"]),
        (device(40, Some(8)), vec!["Neuron active"]),
        (device(3, Some(9)), vec!["Neuron unknown"]),
    ] {
        let before = Sample { neuron: device(40, Some(9)), ..sample(60) };
        assert_eq!(reasons(&judged(&before, &Sample { neuron: after, ..sample(120) })), expected);
    }
}

fn terminal(input: i64) -> Reading<BTreeMap<String, Terminal>> {
    let input_at = Timestamp::from_second(BOOTED + input).unwrap();
    map([("pts/0", Terminal { owner: "alice".to_owned(), input_at })])
}

#[test]
fn who_types_is_active_and_who_left_a_terminal_open_is_not() {
    let states = |earlier, later, uptime| {
        let before = Sample { terminals: earlier, ..sample(uptime - 60) };
        reasons(&judged(&before, &Sample { terminals: later, ..sample(uptime) }))
    };
    let nothing = Vec::<String>::new();
    assert_eq!(states(terminal(10), terminal(10), 3600), nothing, "left behind");
    assert_eq!(states(terminal(10), terminal(3550), 3600), ["Terminals active"], "types");
    assert_eq!(states(map([]), terminal(10), 3600), ["Terminals active"], "has come");
    assert_eq!(states(terminal(10), map([]), 3600), nothing, "has gone");
    assert_eq!(states(terminal(3570), terminal(3570), 3600), ["Terminals active"], "half a minute ago");
    // The clock went back by an hour: times that lie ahead say nothing, times that move do.
    assert_eq!(states(terminal(9000), terminal(9000), 3600), nothing);
    assert_eq!(states(terminal(9000), terminal(9008), 3600), ["Terminals active"]);
}

#[test]
fn a_terminal_tells_whose_it_is_and_when_it_was_last_used() {
    let before = Sample { terminals: terminal(0), ..sample(3540) };
    let signal = signal(&before, &Sample { terminals: terminal(0), ..sample(3600) }, SignalName::Terminals);
    assert_eq!(signal.words, "pts/0 of alice: last input 1h ago, active below 1m");
}

#[test]
fn a_desktop_counts_until_it_says_that_it_is_idle() {
    let desktop = |idle| map([("2", Desktop { user: "alice".to_owned(), idle })]);
    assert_eq!(after_change(|sample| sample.desktops = desktop(Some(true))), Vec::<String>::new());
    assert_eq!(after_change(|sample| sample.desktops = desktop(Some(false))), ["Desktops active"]);
    assert_eq!(after_change(|sample| sample.desktops = desktop(None)), ["Desktops unknown"]);
}

#[test]
fn an_ssh_connection_counts_by_what_its_peer_sends() {
    let states = |earlier, later| {
        let before = Sample { ssh: earlier, ..sample(60) };
        reasons(&judged(&before, &Sample { ssh: later, ..sample(120) }))
    };
    let peer = |bytes| map([("192.0.2.1:40000", bytes)]);
    let nothing = Vec::<String>::new();
    assert_eq!(states(peer(5000), peer(5000 + 12 * 100)), nothing, "a keep-alive each five seconds");
    assert_eq!(states(peer(5000), peer(35_000)), ["Ssh active"]);
    assert_eq!(states(map([]), peer(0)), ["Ssh active"], "has connected");
    assert_eq!(states(peer(5000), map([])), nothing, "has gone");
    assert_eq!(states(peer(5000), peer(100)), nothing, "another one from the same port");
}

#[test]
fn a_session_of_session_manager_counts_by_the_time_it_takes() {
    let states = |earlier, later| {
        let sessions =
            |time: Option<u64>| Reading::Known(time.map(|time| (4711, time)).into_iter().collect());
        let before = Sample { session_manager: sessions(earlier), ..sample(60) };
        reasons(&judged(&before, &Sample { session_manager: sessions(later), ..sample(120) }))
    };
    assert_eq!(states(Some(500), Some(600)), Vec::<String>::new());
    assert_eq!(states(Some(500), Some(700)), ["SessionManager active"]);
    assert_eq!(states(None, Some(10)), ["SessionManager active"]);
    assert_eq!(states(Some(500), None), Vec::<String>::new());
}

#[test]
fn what_is_said_is_believed() {
    assert_eq!(after_change(|sample| sample.processes = map([("train.py", 2)])), ["Processes active"]);
    let inhibitor = Inhibitor { who: "train.py".to_owned(), why: "epoch 3".to_owned() };
    assert_eq!(
        after_change(|sample| sample.inhibitors = Reading::Known(vec![inhibitor.clone()])),
        ["Inhibitors active"]
    );
    let broken = || ProbeAnswer::Unknown("ended with exit code 2".to_owned());
    for (answers, expected) in [
        (map([("a", ProbeAnswer::Idle), ("b", ProbeAnswer::Idle)]), vec![]),
        (map([("a", ProbeAnswer::Idle), ("b", ProbeAnswer::Active)]), vec!["Probes active"]),
        (map([("a", ProbeAnswer::Idle), ("b", broken())]), vec!["Probes unknown"]),
        (map([("a", broken()), ("b", ProbeAnswer::Active)]), vec!["Probes active"]),
    ] {
        assert_eq!(after_change(|sample| sample.probes = answers.clone()), expected);
    }
}
