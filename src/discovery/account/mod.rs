//! What is asked of an account: what it holds, what it could buy, what it would pay, how much more it may have.
//!
//! Each answer but that about quotas comes from AWS at that moment; a region that fails is named, never left out in
//! silence.

pub mod blocks;
pub mod cache;
pub mod check;
mod described;
pub mod history;
#[cfg(test)]
pub(crate) mod history_fixture;
pub mod nearby;
pub mod price_summary;
pub mod quota_fit;
pub mod quota_room;
pub mod quota_usage;
pub mod quotas;
pub mod reservations;
pub mod scores;
