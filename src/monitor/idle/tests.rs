//! The judgement by tables, by properties over made-up lives of machines, and by recordings of real ones.

mod judging;
mod properties;
#[cfg(all(target_os = "linux", feature = "net"))]
mod recordings;
mod windows;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::sample::{Cpu, Disk, Interface, Reading, Sample};
use super::verdict::{State, Verdict};

/// When the machines of these tests were booted.
const BOOTED: i64 = 1_795_300_000;

/// A machine of four cores at this many seconds since its boot, in which nothing has happened yet.
pub(in crate::monitor) fn sample(uptime: u64) -> Sample {
    let nothing = BTreeMap::new;
    Sample {
        taken_at: Timestamp::from_second(BOOTED + i64::try_from(uptime).unwrap()).unwrap(),
        boot: Reading::Known("one".to_owned()),
        uptime_ms: Reading::Known(uptime * 1000),
        cpu: Reading::Known(Cpu { cores: 4, busy_ms: 0, steal_ms: 0, iowait_ms: 0 }),
        network: Reading::Known(BTreeMap::from([(
            "ens5".to_owned(),
            Interface { index: 2, received_bytes: 0, sent_bytes: 0 },
        )])),
        disks: Reading::Known(BTreeMap::from([(
            "nvme0n1".to_owned(),
            Disk { read_bytes: 0, written_bytes: 0 },
        )])),
        nvidia: Reading::Known(nothing()),
        amd: Reading::Known(nothing()),
        neuron: Reading::Known(BTreeMap::new()),
        terminals: Reading::Known(BTreeMap::new()),
        desktops: Reading::Known(BTreeMap::new()),
        ssh: Reading::Known(BTreeMap::new()),
        session_manager: Reading::Known(BTreeMap::new()),
        processes: Reading::Known(BTreeMap::new()),
        inhibitors: Reading::Known(Vec::new()),
        probes: Reading::Known(BTreeMap::new()),
    }
}

fn with_cpu(uptime: u64, busy_ms: u64) -> Sample {
    Sample { cpu: Reading::Known(Cpu { cores: 4, busy_ms, steal_ms: 0, iowait_ms: 0 }), ..sample(uptime) }
}

/// The signals that are not quiet, as `name state`.
fn reasons(verdict: &Verdict) -> Vec<String> {
    verdict.reasons().map(|signal| format!("{:?} {}", signal.name, signal.state)).collect()
}

fn is_quiet(verdict: &Verdict) -> bool {
    verdict.state() == State::Quiet
}
