//! From a wish to a running machine: observe, plan, execute; and what comes after: list, terminate, clean up.
//!
//! `observe` reads the world once into plain data; `plan` is a pure function of wish, world, catalog and seed; `execute`
//! follows the plan and decides nothing but which of its candidates comes next. Asking people and printing is the edge's.

pub mod agent_binary;
#[cfg(feature = "aws")]
pub mod cleanup;
pub mod cost;
#[cfg(feature = "aws")]
pub mod execute;
pub mod image;
#[cfg(feature = "aws")]
pub mod inventory;
pub mod journal;
#[cfg(feature = "aws")]
pub mod observe;
pub mod permissions;
pub mod plan;
pub mod report;
#[cfg(feature = "aws")]
mod settle;
#[cfg(feature = "aws")]
pub mod undo;
#[cfg(feature = "aws")]
pub mod wait;
pub mod wish;
pub mod world;
