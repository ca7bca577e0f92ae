//! GPUs and Neuron devices: at work, or only held.
//!
//! Memory in use is no work: a notebook that was left open holds it for days. Memory that moves, processes that come and go
//! and time at work are.

use std::collections::BTreeMap;

use super::rates::same_ones;
use super::{Moved, Pair, either, grown};
use crate::model::thresholds::Thresholds;
use crate::monitor::idle::sample::{Gpu, Neuron, Reading, Sample};
use crate::monitor::idle::verdict::{Signal, SignalName, State, Unit};

pub(super) fn nvidia(pair: &Pair<'_>) -> Signal {
    gpus(pair, SignalName::Nvidia, |sample| &sample.nvidia)
}

pub(super) fn amd(pair: &Pair<'_>) -> Signal {
    gpus(pair, SignalName::Amd, |sample| &sample.amd)
}

fn gpus<'s>(
    pair: &Pair<'s>,
    name: SignalName,
    of: impl Fn(&'s Sample) -> &'s Reading<BTreeMap<String, Gpu>>,
) -> Signal {
    if of(pair.after).known().is_some_and(BTreeMap::is_empty) && there_were_none(pair, &of) {
        return Signal::quiet(name, "none");
    }
    either(pair.moved(name, of).and_then(|Moved { before, after, .. }| {
        same_ones(name, before, after)?;
        let judged =
            after.iter().filter_map(|(id, gpu)| Some(one_gpu(name, before.get(id)?, gpu, pair.thresholds)));
        Ok(strongest(judged).unwrap_or_else(|| Signal::quiet(name, "none")))
    }))
}

fn there_were_none<'s, T: 's>(
    pair: &Pair<'s>,
    of: &impl Fn(&'s Sample) -> &'s Reading<BTreeMap<String, T>>,
) -> bool {
    pair.before.is_none_or(|(before, _)| of(before).known().is_some_and(BTreeMap::is_empty))
}

fn one_gpu(name: SignalName, before: &Gpu, after: &Gpu, thresholds: &Thresholds) -> Signal {
    let threshold = u64::from(thresholds.gpu_busy_permille);
    let busy = after.busy_permille.map(|busy| Signal::measured(name, busy, threshold, Unit::Permille));
    let has_processes = after.processes.as_ref().is_none_or(|processes| !processes.is_empty());
    let signal = match busy {
        Some(busy) if busy.state == State::Active => busy,
        busy => {
            if before.processes != after.processes {
                Signal::active(name, "processes have come or gone")
            } else if moved(before.used_bytes, after.used_bytes, after.total_bytes, thresholds) {
                let (before, after) = (mebibytes(before.used_bytes), mebibytes(after.used_bytes));
                Signal::active(name, format!("its memory in use went from {before} to {after} MiB"))
            } else if let Some(busy) = busy {
                let words = format!("{}; {} MiB held", busy.words, mebibytes(after.used_bytes));
                Signal { words, ..busy }
            } else if has_processes {
                Signal::unknown(name, "it does not tell how busy it is, and a process may use it")
            } else {
                Signal::quiet(name, "no process uses it")
            }
        }
    };
    signal.of(&after.name)
}

pub(super) fn neuron(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Neuron;
    if pair.after.neuron.known().is_some_and(BTreeMap::is_empty) && there_were_none(pair, &neurons) {
        return Signal::quiet(NAME, "none");
    }
    either(pair.moved(NAME, neurons).and_then(|Moved { before, after, .. }| {
        same_ones(NAME, before, after)?;
        let mut executions = 0_u64;
        for (name, device) in after {
            let earlier = before.get(name).copied().unwrap_or(*device);
            executions = executions.saturating_add(grown(NAME, name, earlier.executions, device.executions)?);
            if earlier.used_bytes != device.used_bytes {
                return Ok(Signal::active(NAME, format!("the memory of {name} in use has changed")));
            }
        }
        Ok(match executions {
            0 => Signal::quiet(NAME, "nothing was executed"),
            executions => Signal::active(NAME, format!("{executions} executions")),
        })
    }))
}

const fn neurons(sample: &Sample) -> &Reading<BTreeMap<String, Neuron>> {
    &sample.neuron
}

/// An active one says most, then an unknown one; of several of a kind the first.
fn strongest(signals: impl Iterator<Item = Signal>) -> Option<Signal> {
    signals.min_by_key(|signal| match signal.state {
        State::Active => 0,
        State::Unknown => 1,
        State::Quiet => 2,
    })
}

fn moved(before: u64, after: u64, total: u64, thresholds: &Thresholds) -> bool {
    let difference = u128::from(before.abs_diff(after)) * 1000;
    difference > u128::from(total) * u128::from(thresholds.gpu_memory_permille)
}

const fn mebibytes(bytes: u64) -> u64 {
    bytes / (1024 * 1024)
}
