//! The machine that cloudkit runs on: its arguments, variables, directories, clock, files, keys and commands.
//!
//! The one door: nothing else touches the process environment, starts a program or speaks HTTP of its own. It knows
//! nothing of AWS.

pub mod clock;
#[cfg(feature = "net")]
pub mod command;
pub mod files;
pub mod folders;
#[cfg(feature = "net")]
pub mod http;
#[cfg(target_os = "linux")]
pub mod journal;
pub mod keys;
pub mod process;
pub mod programs;
pub mod random;
#[cfg(feature = "net")]
pub mod rest;
#[cfg(feature = "net")]
pub mod streamed;
pub mod terminal;
pub mod time_zone;
#[cfg(feature = "net")]
pub mod transient_unit;
pub mod variables;

pub use process::Process;
pub use programs::Programs;
