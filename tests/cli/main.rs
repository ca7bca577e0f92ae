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
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by a panic, in what it stands on too, which clippy does not know for a test"
)]

mod agent;
mod config;
mod documents;
mod elf;
mod support;

mod find;
mod launch;
mod personalities;
