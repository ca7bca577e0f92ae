//! On the machine: from a bundle to packages, files, scripts and services that are there and healthy.
//!
//! * [`progress`]: what is said of it, for people and for `deploy`; the one part that is not of Linux alone
//! * `wanted`, `state`, `plan`: what is to be, what was done, and the steps between, as pure data
//! * `run`: follows the plan; `place`, `packages`, `tarballs`, `scripts`, `services`, `compose`, `health`,
//!   `secrets` are its steps
//! * `on_console`: what is said of it there
//! * `now`: how what was set up is later on
//! * `request`, `fetch`, `pending`, `waiting`: what a machine was told to fetch, until it is done
//! * `unpack`: archives, of which nothing gets out
//!
//! It does not know where bundles come from, nor what becomes of a machine that could not be set up.

pub mod progress;

#[cfg(all(unix, feature = "net"))]
mod compose;
#[cfg(all(unix, feature = "net"))]
mod error;
#[cfg(all(unix, feature = "net"))]
mod fetch;
#[cfg(all(unix, feature = "net"))]
mod health;
#[cfg(all(unix, feature = "net"))]
pub mod machine;
#[cfg(all(unix, feature = "net"))]
pub mod now;
#[cfg(all(unix, feature = "net"))]
mod on_console;
#[cfg(all(unix, feature = "net"))]
mod order;
#[cfg(all(unix, feature = "net"))]
mod packages;
#[cfg(all(unix, feature = "net"))]
pub mod pending;
#[cfg(all(unix, feature = "net"))]
mod people;
#[cfg(all(unix, feature = "net"))]
mod place;
#[cfg(all(unix, feature = "net"))]
pub mod plan;
#[cfg(all(unix, feature = "net"))]
pub mod request;
#[cfg(all(unix, feature = "net"))]
pub mod run;
#[cfg(all(unix, feature = "net"))]
mod scripts;
#[cfg(all(unix, feature = "net"))]
mod secrets;
#[cfg(all(unix, feature = "net"))]
mod services;
#[cfg(all(unix, feature = "net"))]
mod state;
#[cfg(all(unix, feature = "net"))]
mod tarballs;
#[cfg(test)]
#[cfg(all(unix, feature = "net"))]
mod tests;
#[cfg(all(unix, feature = "net"))]
pub mod unpack;
#[cfg(all(unix, feature = "net"))]
pub mod waiting;
#[cfg(all(unix, feature = "net"))]
pub mod wanted;

#[cfg(all(unix, feature = "net"))]
pub use error::StepError;
#[cfg(all(unix, feature = "net"))]
pub use machine::Machine;
#[cfg(all(unix, feature = "net"))]
pub use state::StateError;
