//! How what is about deployments looks.
//!
//! What it means is decided elsewhere.

pub mod listing;
pub mod sarif;
mod scaffold;
pub mod validation;

pub use scaffold::{WrittenFile, WrittenState};
