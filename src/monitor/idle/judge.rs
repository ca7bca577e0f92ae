//! Two looks and the thresholds come to a verdict: a pure function.
//!
//! What can't be told is unknown and never taken for nothing: a reading that failed, a counter that went back, a device that
//! was not there a minute ago. None of these lasts: the look after has two good ones to go by.

mod accelerators;
mod people;
mod rates;
mod said;

use super::Thresholds;
use super::sample::{Reading, Sample};
use super::verdict::{Signal, SignalName, Verdict};

/// The words of a signal that needs two looks.
const FIRST: &str = "looked at once: how it moves is known at the next look";

/// Judges a look beside the one before it, which lies so many milliseconds back; without one, nothing that moves can be
/// told.
#[must_use]
pub fn judge(before: Option<(&Sample, u64)>, after: &Sample, thresholds: &Thresholds) -> Verdict {
    let pair = Pair { before, after, thresholds };
    let signals = vec![
        rates::cpu(&pair),
        rates::steal(&pair),
        rates::network(&pair),
        rates::disks(&pair),
        accelerators::nvidia(&pair),
        accelerators::amd(&pair),
        accelerators::neuron(&pair),
        people::terminals(&pair),
        people::desktops(&pair),
        people::ssh(&pair),
        people::session_manager(&pair),
        said::processes(&pair),
        said::inhibitors(&pair),
        said::probes(&pair),
    ];
    Verdict { at: after.taken_at, signals }
}

/// What a verdict goes by.
struct Pair<'s> {
    before: Option<(&'s Sample, u64)>,
    after: &'s Sample,
    thresholds: &'s Thresholds,
}

/// One reading in two looks.
struct Moved<'s, T> {
    before: &'s T,
    after: &'s T,
    elapsed_ms: u64,
}

impl<'s> Pair<'s> {
    /// A reading of both looks, or the signal that says why it is not there.
    fn moved<T>(
        &self,
        name: SignalName,
        of: impl Fn(&'s Sample) -> &'s Reading<T>,
    ) -> Result<Moved<'s, T>, Signal> {
        let after = known(name, of(self.after))?;
        let Some((before, elapsed_ms)) = self.before else { return Err(Signal::unknown(name, FIRST)) };
        match of(before) {
            Reading::Known(before) => Ok(Moved { before, after, elapsed_ms }),
            Reading::Unknown(_) => Err(Signal::unknown(
                name,
                "could not be read a minute ago: how it moves is known at the next look",
            )),
        }
    }
}

fn known<T>(name: SignalName, reading: &Reading<T>) -> Result<&T, Signal> {
    match reading {
        Reading::Known(value) => Ok(value),
        Reading::Unknown(why) => Err(Signal::unknown(name, why)),
    }
}

/// Whichever of two a signal came to.
fn either(result: Result<Signal, Signal>) -> Signal {
    result.unwrap_or_else(|signal| signal)
}

/// A counter's growth; one that went back was begun anew meanwhile, and says nothing.
fn grown(name: SignalName, what: &str, before: u64, after: u64) -> Result<u64, Signal> {
    after.checked_sub(before).ok_or_else(|| {
        Signal::unknown(name, format!("the counter of {what} went back: begun anew meanwhile"))
    })
}

/// So much by the second.
fn per_second(amount: u64, elapsed_ms: u64) -> u64 {
    let rate = u128::from(amount) * 1000 / u128::from(elapsed_ms.max(1));
    u64::try_from(rate).unwrap_or(u64::MAX)
}
