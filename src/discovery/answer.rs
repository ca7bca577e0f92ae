//! What came of a question.
//!
//! The facts alone; the edge says them on stderr in the words of its flags.

use std::fmt;

use crate::model::Offer;

use super::{Instead, OfferGroup, QuotaOrder, Subject};

/// The offers, and what a person may wonder about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer<'c> {
    /// The offers, best first; none where groups were asked for.
    pub offers: Vec<Offer<'c>>,
    /// How the offers are to be ordered once their quotas are filled in, where that was asked for.
    pub quota_order: Option<QuotaOrder>,
    /// The groups, best first, where groups were asked for.
    pub groups: Vec<OfferGroup<'c>>,
    /// How many offers or groups there were before the limit.
    pub total: usize,
    /// What was left out because it is not known whether it passes a filter.
    pub not_known: Vec<NotKnown>,
    /// What removed the last candidate, where there is no offer.
    pub emptied_by: Option<Emptied>,
    /// What there is instead, where there is no offer and something near.
    pub instead: Option<Instead<'c>>,
    /// How many offers there were, before the limit, whose price is not known.
    pub unpriced: usize,
    /// The regions, by code, of spot offers of which no spot price is known at all.
    pub without_spot_prices: Vec<&'c str>,
    /// The patterns that contributed nothing, in the order of the question.
    pub unmatched: Vec<Unmatched<'c>>,
}

impl Answer<'_> {
    /// How many offers or groups the limit left out.
    #[must_use]
    pub const fn left_out(&self) -> usize {
        self.total - self.offers.len() - self.groups.len()
    }
}

/// What is counted: filters look at types first, then at offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Instance types, wherever they are offered.
    Types,
    /// Types in regions.
    Offers,
}

/// What passes every filter but one, of which it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotKnown {
    /// What is not known.
    pub subject: Subject,
    /// Of how many.
    pub count: usize,
    /// What is counted.
    pub counted: Counted,
}

impl fmt::Display for NotKnown {
    /// `12 types left out, because their clock is not known`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, count, counted } = self;
        let noun = match counted {
            Counted::Types => "type",
            Counted::Offers => "offer",
        };
        let (plural, whose) = if *count == 1 { ("", "its") } else { ("s", "their") };
        let subject = subject.in_the_singular();
        write!(f, "{count} {noun}{plural} left out, because {whose} {subject} is not known")
    }
}

/// The filter that left nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emptied {
    /// What it looks at.
    pub subject: Subject,
    /// What it asked for.
    pub wanted: String,
    /// How many candidates there still were before it.
    pub removed: usize,
    /// How many there were before any filter of the same kind.
    pub of: usize,
    /// What is counted.
    pub counted: Counted,
}

impl fmt::Display for Emptied {
    /// `architecture arm64 removed the last 3 of 1395 instance types`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, wanted, removed, of, counted } = self;
        let counted = match counted {
            Counted::Types => "instance types",
            Counted::Offers => "offers",
        };
        if *subject == Subject::Market {
            return write!(f, "not sold as {wanted} there: the last {removed} of {of} {counted}");
        }
        write!(f, "{subject} {wanted} removed the last {removed} of {of} {counted}")
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
