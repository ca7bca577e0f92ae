//! How long the machine has been quiet: one look after the other, each judged beside the one before.
//!
//! It knows no clock: time is what passed between two looks since the boot, so that a clock that is set changes nothing. It
//! decides nothing.

use serde::{Deserialize, Serialize};

use super::Thresholds;
use super::judge::judge;
use super::sample::Sample;
use super::verdict::{State, Verdict};
use crate::model::Span;

/// How often the machine is looked at.
pub const INTERVAL: Span = Span::from_seconds(60);
/// A look that comes sooner after the last one is passed over, so that a restarted agent judges whole minutes as well: in a
/// few seconds every blip is a load.
const SOONEST: Span = Span::from_seconds(45);
/// Looks that lie further apart say nothing of the time between them.
const LATEST: Span = Span::from_seconds(300);

/// What is kept from look to look.
///
/// One that another version kept, and that can't be read any more, is read as one that has seen nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "serde_json::Value")]
pub struct Window {
    #[serde(flatten)]
    kept: Kept,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// What was judged by: other thresholds start a new window.
    thresholds: Thresholds,
    last: Option<Sample>,
    quiet_ms: u64,
    verdict: Option<Verdict>,
}

impl From<serde_json::Value> for Window {
    fn from(value: serde_json::Value) -> Self {
        Self { kept: serde_json::from_value(value).unwrap_or_default() }
    }
}

impl Window {
    /// Whether it is time for the next look, at this time since this boot. What is kept says when the last one was, so a
    /// restart of the agent neither skips one nor takes one too soon.
    #[must_use]
    pub fn is_due(&self, boot: &str, uptime: Span) -> bool {
        let last =
            self.kept.last.as_ref().and_then(|last| Some((last.boot.known()?, last.uptime_ms.known()?)));
        last.is_none_or(|(last_boot, last_ms)| {
            last_boot != boot
                || uptime.seconds().saturating_mul(1000).abs_diff(*last_ms) >= milliseconds(INTERVAL)
        })
    }

    /// For how long every signal has been quiet, without a break until the last look.
    #[must_use]
    pub const fn quiet_for(&self) -> Span {
        Span::from_seconds(self.kept.quiet_ms / 1000)
    }

    /// What the last look came to.
    #[must_use]
    pub const fn verdict(&self) -> Option<&Verdict> {
        self.kept.verdict.as_ref()
    }
}

/// Takes the next look into account. Another boot and a long gap are seen here; who knows of anything else that makes what
/// was before not count, such as a sleep, begins with a new window.
pub fn advance(window: &mut Window, sample: Sample, thresholds: &Thresholds) {
    let kept = &mut window.kept;
    let step = if kept.thresholds == *thresholds { step(kept.last.as_ref(), &sample) } else { Step::Anew };
    let (verdict, quiet_ms) = match (step, &kept.last) {
        (Step::TooSoon, _) => return,
        (Step::On(elapsed_ms), Some(last)) => {
            let verdict = judge(Some((last, elapsed_ms)), &sample, thresholds);
            let quiet = verdict.state() == State::Quiet;
            (verdict, if quiet { kept.quiet_ms.saturating_add(elapsed_ms) } else { 0 })
        }
        (Step::Anew | Step::On(_), _) => (judge(None, &sample, thresholds), 0),
    };
    *kept = Kept { thresholds: *thresholds, last: Some(sample), quiet_ms, verdict: Some(verdict) };
}

/// How a look follows the one before it.
enum Step {
    /// So many milliseconds later.
    On(u64),
    /// Too soon to say anything new.
    TooSoon,
    /// Not at all.
    Anew,
}

fn step(last: Option<&Sample>, next: &Sample) -> Step {
    let same_boot = |last: &Sample| last.boot.known().is_some() && last.boot.known() == next.boot.known();
    let Some(last) = last.filter(|last| same_boot(last)) else { return Step::Anew };
    let (Some(before), Some(after)) = (last.uptime_ms.known(), next.uptime_ms.known()) else {
        return Step::Anew;
    };
    match after.checked_sub(*before) {
        Some(elapsed) if elapsed > milliseconds(LATEST) => Step::Anew,
        Some(elapsed) if elapsed >= milliseconds(SOONEST) => Step::On(elapsed),
        Some(_) => Step::TooSoon,
        None => Step::Anew,
    }
}

const fn milliseconds(span: Span) -> u64 {
    span.seconds().saturating_mul(1000)
}
