//! STAND-IN, replaced by the merge.
use crate::model::Span;
use serde::{Deserialize, Serialize};
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub quiet: bool,
    pub uptime: u64,
}
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Window {
    quiet: u64,
    last: Option<u64>,
}
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thresholds;
#[derive(Debug, Clone, Copy)]
pub enum Continuity {
    Unbroken,
}
impl Window {
    #[must_use]
    pub fn quiet_for(&self) -> Span {
        Span::from_seconds(self.quiet)
    }
}
pub fn advance(window: &mut Window, sample: Sample, _t: &Thresholds, _c: Continuity) {
    match window.last {
        Some(l) if sample.quiet && sample.uptime > l => window.quiet += sample.uptime - l,
        _ => window.quiet = 0,
    }
    window.last = Some(sample.uptime);
}
