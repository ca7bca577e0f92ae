//! Whether the machine is at work: looks at it, judged minute by minute, summed up to how long it has been quiet.
//!
//! It ends nothing and does not know what follows from a quiet machine; that is [`decide`](super::decide)'s. What counts as
//! work, and why the thresholds are what they are, is in `docs/idle.md`.
//!
//! The map, in reading order:
//!
//! * [`sample`]: what one look sees, as raw counters, unknown included
//! * [`Thresholds`]: what is too little to be work
//! * [`judge`]: two looks and the thresholds -> a [`verdict`], a pure function
//! * [`window`]: the verdicts of a row of minutes, a pure function of what is kept and the next look
//! * [`look`]: takes a look at this machine, or at a recording of one

pub mod judge;
pub mod look;
pub mod sample;
pub mod verdict;
pub mod window;

pub use crate::model::thresholds::Thresholds;
pub use look::{Sampler, Watched};
pub use sample::{Reading, Sample};
pub use verdict::{Signal, SignalName, State, Unit, Verdict};
pub use window::{Window, advance};

#[cfg(test)]
pub(super) mod tests;
