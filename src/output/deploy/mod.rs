//! How what is about deployments looks.
//!
//! What it means is decided elsewhere.

pub mod change;
pub mod executed;
pub mod listing;
#[cfg(feature = "aws")]
pub mod machines;
pub mod plan;
pub mod sarif;
mod scaffold;
pub mod validation;

pub use scaffold::{WrittenFile, WrittenState};
