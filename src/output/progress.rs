//! Steps that take a while: a spinner on a terminal, one plain line a finished step elsewhere.
//!
//! Only steps that happen are shown, and nothing waits for the show. How many steps are still to come is not guessed.

use std::fmt;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

use super::Streams;

const TICK: Duration = Duration::from_millis(100);

/// Where spinners turn.
pub(super) struct Spinners {
    bars: MultiProgress,
}

impl Spinners {
    /// On the process's stderr where `visible`, nowhere otherwise.
    pub(super) fn new(visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bars: MultiProgress::with_draw_target(target) }
    }

    /// Does what writes to the terminal while no spinner is on it.
    pub(super) fn pause_for<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bars.suspend(write)
    }

    fn start(&self, title: &str) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new_spinner().with_message(title.to_owned()));
        if !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        bar
    }
}

/// A step that is going on. Dropped before it is done it leaves no line: the error that follows says more.
#[must_use = "a step is shown until it is dropped"]
pub struct Step<'s> {
    streams: &'s Streams,
    title: String,
    bar: ProgressBar,
}

impl<'s> Step<'s> {
    pub(super) fn start(streams: &'s Streams, spinners: &Spinners, title: String) -> Self {
        let bar = spinners.start(&super::escape_control(&title));
        Self { streams, title, bar }
    }

    /// Says beside the spinner how far the step is.
    pub fn update(&self, news: impl fmt::Display) {
        self.bar.set_message(super::escape_control(&format!("{}: {news}", self.title)).into_owned());
    }

    /// Ends the step with a line that says what came of it: `title: outcome`.
    pub fn done(self, outcome: impl fmt::Display) {
        self.bar.finish_and_clear();
        self.streams.status(format_args!("{}: {outcome}", self.title));
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
