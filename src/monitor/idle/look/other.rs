//! The look at a system that is not looked at: everything is unknown, so it is never idle.
//!
//! The agent runs on Linux; elsewhere the crate only has to build.

use super::{Root, Watched};
use crate::monitor::idle::sample::Sample;

/// Takes looks.
#[derive(Debug)]
pub struct Sampler;

impl Sampler {
    /// Looks at nothing, whatever there is.
    #[must_use]
    pub fn new(root: Root, watched: Watched) -> Self {
        drop((root, watched));
        Self
    }

    /// Nothing.
    pub const fn glance(&mut self) {}

    /// Sees nothing.
    #[expect(clippy::unused_async, reason = "on Linux it waits")]
    pub async fn look(&mut self) -> Sample {
        Sample::unknown(crate::platform::clock::now(), "this system is not looked at")
    }
}
