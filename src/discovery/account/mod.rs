//! What is asked of an account: what it holds, what it could buy, what it would pay.
//!
//! Each answer comes from AWS at that moment; a region that fails is named, never left out in silence.

pub mod blocks;
pub mod check;
pub mod history;
pub mod nearby;
pub mod price_summary;
pub mod reservations;
pub mod scores;
