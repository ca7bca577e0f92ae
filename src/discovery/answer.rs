//! What came of a question.
//!
//! The facts alone; the edge says them on stderr in the words of its flags.

use std::fmt;

use crate::model::Offer;

/// The offers, and what a person may wonder about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer<'c> {
    /// The offers, best first.
    pub offers: Vec<Offer<'c>>,
    /// How many there were before the limit.
    pub total: usize,
    /// How many were dropped because their price is unknown and a highest price was asked for.
    pub unpriced: usize,
    /// What removed the last candidate, where there is no offer.
    pub emptied_by: Option<Emptied>,
    /// The patterns that contributed nothing, in the order of the question.
    pub unmatched: Vec<Unmatched<'c>>,
}

impl Answer<'_> {
    /// How many offers the limit left out.
    #[must_use]
    pub const fn left_out(&self) -> usize {
        self.total - self.offers.len()
    }
}

/// A filter, in the order in which filters are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filter {
    /// The instance type's name.
    Name,
    /// The architecture.
    Architecture,
    /// The count of virtual processors.
    Vcpus,
    /// The size of the memory.
    Memory,
    /// The GPU's name.
    GpuName,
    /// The count of GPUs.
    Gpus,
    /// The regions.
    Region,
    /// The highest price.
    Price,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Name => "name",
            Self::Architecture => "architecture",
            Self::Vcpus => "vCPUs",
            Self::Memory => "memory",
            Self::GpuName => "GPU",
            Self::Gpus => "number of GPUs",
            Self::Region => "region",
            Self::Price => "price up to",
        })
    }
}

/// The filter that left nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emptied {
    /// The filter.
    pub filter: Filter,
    /// What it asked for.
    pub wanted: String,
    /// How many candidates there still were before it.
    pub removed: usize,
    /// How many there were before any filter of the same kind.
    pub of: usize,
    /// What is counted.
    pub counted: Counted,
}

/// What a filter counts: the first ones look at types, the price at offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Instance types, wherever they are offered.
    Types,
    /// Types in regions.
    Offers,
}

impl fmt::Display for Emptied {
    /// `architecture arm64 removed the last 3 of 1395 instance types`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filter, wanted, removed, of, counted } = self;
        let counted = match counted {
            Counted::Types => "instance types",
            Counted::Offers => "offers",
        };
        write!(f, "{filter} {wanted} removed the last {removed} of {of} {counted}")
    }
}

/// A pattern that contributed nothing to the answer, whatever the other filters say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmatched<'c> {
    /// No type has such a name.
    NoSuchType {
        /// What was asked for.
        pattern: String,
        /// What may have been meant, nearest first; to be typed as it is.
        nearest: Vec<String>,
    },
    /// There are such types, but not in the regions that were asked about.
    NotOffered {
        /// What was asked for.
        pattern: String,
        /// The regions that have at least one of them, by code.
        offered_in: Vec<&'c str>,
    },
}

impl fmt::Display for Unmatched<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchType { pattern, nearest } => {
                write!(f, "no instance type is called {pattern:?}{}", super::or_nearest(nearest))
            }
            Self::NotOffered { pattern, offered_in } if offered_in.is_empty() => {
                write!(f, "no region is known to offer {pattern}")
            }
            Self::NotOffered { pattern, offered_in } => {
                write!(
                    f,
                    "{pattern} is not offered in the regions asked about, but in {}",
                    offered_in.join(", ")
                )
            }
        }
    }
}
