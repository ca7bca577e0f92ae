//! The one door to AWS: a file per service, our own types in and out, errors classified.
//!
//! Nothing else names the SDK. What to call when, and what an answer means for a launch, is decided elsewhere.

pub mod metadata;
