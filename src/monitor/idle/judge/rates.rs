//! What counts on and on: processor time, bytes of the network and of disks.

use std::collections::BTreeMap;

use super::{Moved, Pair, either, grown, per_second};
use crate::monitor::idle::verdict::{Signal, SignalName, Unit};

pub(super) fn cpu(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Cpu;
    either(pair.moved(NAME, |sample| &sample.cpu).and_then(|Moved { before, after, elapsed_ms }| {
        let busy = grown(NAME, "busy time", before.busy_ms, after.busy_ms)?;
        // Milliseconds in a second are thousandths of a core.
        let value = per_second(busy, elapsed_ms);
        let threshold = pair.thresholds.cpu_millicores(after.cores);
        // A counter that the kernel corrects downwards; it is told, and nothing hangs on it.
        let waited = per_second(after.iowait_ms.saturating_sub(before.iowait_ms), elapsed_ms);
        let signal = Signal::measured(NAME, value, threshold, Unit::Millicores);
        let words = format!("{}; {} cores, waiting for disks {} %", signal.words, after.cores, waited / 10);
        Ok(Signal { words, ..signal })
    }))
}

/// A burstable machine without credits is at work all the time and gets to do little of it.
pub(super) fn steal(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Steal;
    either(pair.moved(NAME, |sample| &sample.cpu).and_then(|Moved { before, after, elapsed_ms }| {
        let stolen = grown(NAME, "stolen time", before.steal_ms, after.steal_ms)?;
        let threshold = u64::from(pair.thresholds.steal_core_percent) * 10;
        Ok(Signal::measured(NAME, per_second(stolen, elapsed_ms), threshold, Unit::Millicores))
    }))
}

pub(super) fn network(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Network;
    either(pair.moved(NAME, |sample| &sample.network).and_then(|Moved { before, after, elapsed_ms }| {
        same_ones(NAME, before, after)?;
        let mut bytes = 0_u64;
        for (name, interface) in after {
            let earlier = before.get(name).filter(|earlier| earlier.index == interface.index);
            let Some(earlier) = earlier else { return Err(replaced(NAME, name)) };
            let received = grown(NAME, name, earlier.received_bytes, interface.received_bytes)?;
            let sent = grown(NAME, name, earlier.sent_bytes, interface.sent_bytes)?;
            bytes = bytes.saturating_add(received).saturating_add(sent);
        }
        let threshold = pair.thresholds.network_bytes_per_second;
        let signal = Signal::measured(NAME, per_second(bytes, elapsed_ms), threshold, Unit::BytesPerSecond);
        Ok(signal.of(&names(after)))
    }))
}

pub(super) fn disks(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Disk;
    either(pair.moved(NAME, |sample| &sample.disks).and_then(|Moved { before, after, elapsed_ms }| {
        same_ones(NAME, before, after)?;
        let mut bytes = 0_u64;
        for (name, disk) in after {
            let Some(earlier) = before.get(name) else { return Err(replaced(NAME, name)) };
            let read = grown(NAME, name, earlier.read_bytes, disk.read_bytes)?;
            let written = grown(NAME, name, earlier.written_bytes, disk.written_bytes)?;
            bytes = bytes.saturating_add(read).saturating_add(written);
        }
        let threshold = pair.thresholds.disk_bytes_per_second;
        let signal = Signal::measured(NAME, per_second(bytes, elapsed_ms), threshold, Unit::BytesPerSecond);
        Ok(signal.of(&names(after)))
    }))
}

/// What was put in or taken out between two looks has done what nobody counted.
pub(super) fn same_ones<T>(
    name: SignalName,
    before: &BTreeMap<String, T>,
    after: &BTreeMap<String, T>,
) -> Result<(), Signal> {
    let gone = before.keys().find(|key| !after.contains_key(*key));
    let new = after.keys().find(|key| !before.contains_key(*key));
    match (gone, new) {
        (Some(gone), _) => Err(Signal::unknown(name, format!("{gone} was there a minute ago and is gone"))),
        (_, Some(new)) => Err(Signal::unknown(name, format!("{new} was not there a minute ago"))),
        (None, None) => Ok(()),
    }
}

fn replaced(name: SignalName, what: &str) -> Signal {
    Signal::unknown(name, format!("{what} was taken out and put in again meanwhile"))
}

fn names<T>(of: &BTreeMap<String, T>) -> String {
    let names: Vec<&str> = of.keys().map(String::as_str).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
