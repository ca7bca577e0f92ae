//! How what is about deployments looks.
//!
//! What it means is decided elsewhere.

pub mod validation;
