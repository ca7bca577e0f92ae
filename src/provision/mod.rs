//! From a wish to a running machine: observe, plan, execute; and what comes after: list, terminate, clean up.
//!
//! `observe` reads the world once into plain data; `plan` is a pure function of wish, world, catalog and seed; `execute`
//! follows the plan and decides nothing but which of its candidates comes next. Asking people and printing is the edge's.

pub mod agent_beside;
pub mod agent_binary;
pub mod agent_release;
pub mod agent_word;
pub mod agents;
#[cfg(feature = "aws")]
pub mod block_purchase;
#[cfg(feature = "aws")]
pub mod cleanup;
pub mod cost;
pub mod deadline;
#[cfg(feature = "aws")]
mod delivery;
#[cfg(feature = "aws")]
pub mod execute;
#[cfg(feature = "aws")]
mod first_sign;
pub mod image;
#[cfg(feature = "aws")]
pub mod inventory;
pub mod journal;
pub mod mirror;
#[cfg(feature = "aws")]
mod network;
#[cfg(feature = "aws")]
pub mod observe;
#[cfg(feature = "aws")]
pub mod packed_agents;
pub mod permissions;
pub mod plan;
#[cfg(feature = "aws")]
pub mod power;
pub mod preflight;
pub mod reach;
pub mod refusal_memory;
pub mod report;
pub mod selection;
#[cfg(feature = "aws")]
pub(crate) mod settle;
pub mod spend;
pub mod status;
pub mod stored_agents;
#[cfg(feature = "aws")]
pub mod undo;
#[cfg(feature = "aws")]
pub mod user_objects;
#[cfg(feature = "aws")]
pub mod wait;
pub mod wish;
pub mod world;
