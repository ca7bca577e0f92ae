//! What cloudkit prints: one document in many formats on stdout, talk and progress on stderr.
//!
//! Nothing else prints. What is printed, and what it means, is decided by the caller; what the streams are connected to,
//! how wide they are and whether they show colour is decided here, once.

pub mod agent;
pub mod agent_control;
mod agent_word;
#[cfg(feature = "aws")]
mod block;
pub mod capacity;
#[cfg(feature = "aws")]
pub mod capacity_check;
pub mod coverage;
mod csv_rows;
pub mod deploy;
mod document;
mod ending;
mod escape;
mod failure;
pub mod finding;
mod format;
#[cfg(feature = "aws")]
mod history;
#[cfg(feature = "aws")]
pub mod history_chart;
#[cfg(feature = "aws")]
pub mod history_svg;
pub mod launch;
mod launch_image;
mod lines;
pub mod machine;
mod offer;
mod offer_group;
mod progress;
#[cfg(feature = "aws")]
mod quotas;
pub mod refresh;
pub mod regions;
mod streams;
mod surroundings;
mod table;
mod tree;
pub mod type_sheet;

pub use document::{Column, Record};
pub use escape::escape_control;
pub use failure::Failure;
pub use format::Format;
pub use offer::machine_gist;
pub use progress::Step;
pub use streams::{Settings, Streams, Verbosity};
pub use surroundings::{ColorChoice, Surroundings};

#[cfg(test)]
pub(crate) mod captured;
#[cfg(test)]
mod tests;
