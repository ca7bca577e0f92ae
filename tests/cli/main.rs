//! Sessions with cloudkit: a command, then the exact screen.
//!
//! Each test has a home of its own and sees nothing of the machine that it runs on; AWS is the lab. One program, so that
//! the SDK is linked once.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests start programs, and say what those see of the machine"
)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by a panic, in what it stands on too, which clippy does not know for a test"
)]
#![cfg_attr(feature = "aws", expect(clippy::expect_used, reason = "as above"))]

#[cfg(feature = "aws")]
mod agent;
mod completions;
mod config;
mod deploy;
#[cfg(feature = "aws")]
mod documents;
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "most of it is for tests of launches"))]
mod elf;
mod man;
#[cfg_attr(
    not(feature = "aws"),
    expect(dead_code, unused_imports, reason = "most of it is for tests of launches")
)]
mod support;

mod find;
#[cfg(feature = "aws")]
mod launch;
#[cfg(feature = "aws")]
mod personalities;
