//! People: what they type, what they move over SSH, their desktops.
//!
//! Being logged in is nothing: a session that somebody left open, a tmux with a shell in it. What somebody does is.

use std::collections::BTreeMap;

use super::{Moved, Pair, either, known, per_second};
use crate::model::Span;
use crate::monitor::idle::sample::Terminal;
use crate::monitor::idle::verdict::{Signal, SignalName, State, Unit};

/// Active where a terminal is new, or where something was typed on it since the last look or within the time that counts.
/// The first is told by a time that moved, whatever the clock was set to meanwhile.
pub(super) fn terminals(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Terminals;
    either(known(NAME, &pair.after.terminals).and_then(|after| {
        let before = match pair.before {
            Some((before, _)) => Some(known(NAME, &before.terminals)?),
            None => None,
        };
        if let Some((name, terminal)) =
            after.iter().find(|(name, terminal)| has_input(before, name, terminal))
        {
            return Ok(Signal::active(NAME, format!("{name} of {}: something was typed", terminal.owner)));
        }
        let latest = after.iter().max_by_key(|(_, terminal)| terminal.input_at);
        let Some((name, terminal)) = latest else { return Ok(Signal::quiet(NAME, "none")) };
        // A time that lies ahead was written before the clock was set back: that it has not moved is all that counts.
        let age = Span::between(terminal.input_at, pair.after.taken_at);
        let fresh = terminal.input_at <= pair.after.taken_at && age < pair.thresholds.input_age;
        Ok(Signal {
            value: Some(age.seconds()),
            threshold: Some(pair.thresholds.input_age.seconds()),
            unit: Some(Unit::Seconds),
            ..Signal::new(
                NAME,
                if fresh { State::Active } else { State::Quiet },
                format!(
                    "{name} of {}: last input {} ago, active below {}",
                    terminal.owner,
                    age.rough(),
                    pair.thresholds.input_age
                ),
            )
        })
    }))
}

fn has_input(before: Option<&BTreeMap<String, Terminal>>, name: &str, terminal: &Terminal) -> bool {
    before.is_some_and(|before| before.get(name).is_none_or(|earlier| earlier.input_at != terminal.input_at))
}

pub(super) fn desktops(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Desktops;
    either(known(NAME, &pair.after.desktops).map(|desktops| {
        let of = |idle| desktops.iter().find(|(_, desktop)| desktop.idle == idle);
        if let Some((id, desktop)) = of(Some(false)) {
            let words = format!("session {id} of {} does not say that it is idle", desktop.user);
            Signal::active(NAME, words)
        } else if let Some((id, desktop)) = of(None) {
            Signal::unknown(NAME, format!("session {id} of {} could not be asked", desktop.user))
        } else {
            Signal::quiet(NAME, if desktops.is_empty() { "none" } else { "all say that they are idle" })
        }
    }))
}

/// Bytes that peers send: keep-alives are few, and what a machine shows to somebody who went home does not count.
pub(super) fn ssh(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::Ssh;
    either(pair.moved(NAME, |sample| &sample.ssh).map(|Moved { before, after, elapsed_ms }| {
        if let Some(peer) = after.keys().find(|peer| !before.contains_key(*peer)) {
            return Signal::active(NAME, format!("{peer} has connected"));
        }
        let threshold = pair.thresholds.ssh_bytes_per_second;
        let busiest = after
            .iter()
            .map(|(peer, bytes)| {
                // An address and a port that are in use again are another connection, whose bytes are all new.
                let earlier = before.get(peer).copied().filter(|earlier| earlier <= bytes).unwrap_or(0);
                (per_second(bytes - earlier, elapsed_ms), peer)
            })
            .max();
        match busiest {
            Some((rate, peer)) => Signal::measured(NAME, rate, threshold, Unit::BytesPerSecond)
                .of(&format!("{} open, the busiest from {peer}", after.len())),
            None => Signal::quiet(NAME, "none"),
        }
    }))
}

/// What is typed in such a session shows on its terminal; what is forwarded by it, in the time that it takes.
pub(super) fn session_manager(pair: &Pair<'_>) -> Signal {
    const NAME: SignalName = SignalName::SessionManager;
    either(pair.moved(NAME, |sample| &sample.session_manager).map(|Moved { before, after, elapsed_ms }| {
        if after.keys().any(|process| !before.contains_key(process)) {
            return Signal::active(NAME, "a session has begun");
        }
        let threshold = u64::from(pair.thresholds.session_manager_permille);
        let busiest = after
            .iter()
            .map(|(process, time)| time.saturating_sub(before.get(process).copied().unwrap_or(0)))
            .max();
        match busiest {
            Some(time) => Signal::measured(NAME, per_second(time, elapsed_ms), threshold, Unit::Millicores)
                .of(&format!("{} open", after.len())),
            None => Signal::quiet(NAME, "none"),
        }
    }))
}
