//! What only an account can answer.
//!
//! Each question is a module of its own; the catalog's answers need none of them.

pub mod cache;
pub mod quota_fit;
pub mod quota_usage;
pub mod quotas;
