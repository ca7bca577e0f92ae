//! What `cloudkit deploy` prints.

pub mod sarif;
mod scaffold;

pub use scaffold::{WrittenFile, WrittenState};
