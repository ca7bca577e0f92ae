//! What is said in so many words: processes that count where they run, systemd's inhibitors, the user's probes.

use super::{Pair, either, known};
use crate::monitor::idle::sample::ProbeAnswer;
use crate::monitor::idle::verdict::{Signal, SignalName};

pub(super) fn processes(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Processes;
    either(known(NAME, &pair.after.processes).map(|running| match running.iter().next() {
        Some((name, count)) => Signal::active(NAME, format!("{name} is running ({count})")),
        None => Signal::quiet(NAME, "none is running"),
    }))
}

pub(super) fn inhibitors(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Inhibitors;
    either(known(NAME, &pair.after.inhibitors).map(|inhibitors| match inhibitors.first() {
        Some(inhibitor) => Signal::active(NAME, format!("{} says: {}", inhibitor.who, inhibitor.why)),
        None => Signal::quiet(NAME, "none"),
    }))
}

pub(super) fn probes(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Probes;
    either(known(NAME, &pair.after.probes).map(|probes| {
        let active = probes.iter().find(|(_, answer)| **answer == ProbeAnswer::Active);
        if let Some((name, _)) = active {
            return Signal::active(NAME, format!("{name} says that there is work"));
        }
        let unknown = probes.iter().find_map(|(name, answer)| match answer {
            ProbeAnswer::Unknown(why) => Some((name, why)),
            ProbeAnswer::Active | ProbeAnswer::Idle => None,
        });
        match unknown {
            Some((name, why)) => Signal::unknown(NAME, format!("{name} {why}")),
            None if probes.is_empty() => Signal::quiet(NAME, "none"),
            None => Signal::quiet(NAME, "none says that there is work"),
        }
    }))
}
