//! From a question to ranked offers.
//!
//! A [`Question`] is plain data, [`search`] reads the catalog that it is handed, and the [`Answer`] holds the offers in
//! their order together with all that a person may wonder about: what was left out, and why nothing was left. Nothing
//! here knows a flag or prints, and only `account` asks an account.

#[cfg(feature = "aws")]
pub mod account;
mod answer;
pub mod capacity;
mod gpu_name;
mod named;
mod pattern;
mod question;
mod rank;
mod region_selection;
mod search;
mod type_filter;

pub use answer::{Answer, Counted, Emptied, Filter, Unmatched};
pub use pattern::{NamePattern, NotAPattern};
pub use question::Question;
pub use rank::{Direction, SortColumn, SortKey};
pub use region_selection::RegionSelection;
pub use search::search;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryError {
    /// A region's code, or a pattern of such, that fits no region.
    #[error("no region is called {asked:?}{}", or_nearest(nearest))]
    UnknownRegion {
        /// What was asked for.
        asked: String,
        /// The codes nearest to it, nearest first.
        nearest: Vec<String>,
    },
    /// A region that exists and that the catalog says nothing of.
    #[error("the catalog has no data of {region}: what it offers is not known here")]
    RegionWithoutData {
        /// The region.
        region: String,
    },
    /// A GPU's name that no instance type has.
    #[error("no instance type has a GPU called {asked:?}{}", or_nearest(nearest))]
    UnknownGpu {
        /// What was asked for.
        asked: String,
        /// The names nearest to it, nearest first.
        nearest: Vec<String>,
    },
}

/// The end of a sentence that names what may have been meant.
fn or_nearest(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; near it: {}", nearest.join(", ")) }
}
