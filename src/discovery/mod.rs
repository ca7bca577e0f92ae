//! From a question to ranked offers.
//!
//! A [`Question`] is plain data, [`search`] reads the catalog that it is handed, and the [`Answer`] holds the offers in
//! their order together with all that a person may wonder about: what was left out, and why nothing was left. Nothing
//! here knows a flag or prints, and only `account` asks an account.

#[cfg(feature = "aws")]
pub mod account;
mod answer;
mod candidate;
pub mod capacity;
mod check;
mod criterion;
mod device_choice;
mod figure;
mod filter;
mod group;
mod group_column;
mod inquiry;
mod instead;
mod label;
mod like;
mod live_prices;
mod named;
mod pattern;
mod processor_generation;
mod question;
mod quota_order;
mod rank;
mod region_listing;
mod region_selection;
mod saving;
mod search;
mod sort_key;
pub mod type_sheet;
mod vocabulary;
mod words;

pub use answer::{Answer, Counted, Emptied, NotKnown, Unmatched};
pub use criterion::Criterion;
pub use figure::Figure;
pub use filter::{Filter, NotAFilter, Subject};
pub use group::{Cheapest, GroupBy, OfferGroup};
pub use group_column::GroupColumn;
pub use inquiry::{Inquiry, Understood};
pub use instead::Instead;
pub use label::Label;
pub use like::like;
pub use live_prices::{LivePrice, LivePrices};
use pattern::names_of;
pub use pattern::{NamePattern, NotAPattern};
pub use question::Question;
pub use quota_order::QuotaOrder;
pub use region_listing::RegionListing;
pub use region_selection::RegionSelection;
pub use search::{search, search_with};
pub use sort_key::{Direction, SortColumn, SortKey};
pub use words::{Reading, Term, read_question};

use crate::catalog::Catalog;
use crate::model::Market;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod word_tests;

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// A name that no instance type has.
    #[error("no {} called {asked:?}{}", label.of_what(), or_nearest(nearest))]
    UnknownName {
        /// What it is a name of.
        label: Label,
        /// What was asked for.
        asked: String,
        /// The names nearest to it, nearest first.
        nearest: Vec<String>,
    },
    /// The name of a type that does not exist, where one is needed.
    #[error("no instance type is called {asked:?}{}", or_nearest(nearest))]
    UnknownType {
        /// What was asked for.
        asked: String,
        /// The names nearest to it, nearest first.
        nearest: Vec<String>,
    },
    /// A region is to be named, and there is nothing.
    #[error("a region is missing, such as us-east-1, us-* or all")]
    NoRegion,
    /// A word that means nothing.
    #[error("{word:?} means nothing here{}", or_nearest(nearest))]
    UnknownWord {
        /// The word.
        word: String,
        /// The words nearest to it, nearest first.
        nearest: Vec<String>,
    },
    /// Two words that no type can have both.
    #[error("a type has one {}: {one} and {other} can't both hold", label.title())]
    Contradiction {
        /// What there is one of.
        label: Label,
        /// One name of it.
        one: String,
        /// Another.
        other: String,
    },
    /// What is counted, without a number before it.
    #[error("{word:?} says nothing without a number before it, such as 8 {word}")]
    NoNumber {
        /// The word.
        word: String,
    },
    /// A number that nothing follows that can be counted.
    #[error("{number:?} of what? say {number} vcpus, {number} gib or {number} gpus")]
    NumberAlone {
        /// The number.
        number: String,
    },
    /// A number that is no such figure.
    #[error("the {} can't be read", figure.title())]
    NotAFigure {
        /// The figure.
        figure: Figure,
        /// Why.
        source: NotAFilter,
    },
    /// A word that asks for another market than is asked about.
    #[error("these are {of_command} offers, and {other:?} asks for others", other = .other.to_string())]
    OtherMarket {
        /// The market that is asked about.
        of_command: Market,
        /// The one of the word.
        other: Market,
    },
    /// Two orders of one column, of which only one can come first.
    #[error("sorted by {one} the other way round than by {other}: one of them has to go")]
    OppositeOrders {
        /// What comes first.
        one: SortKey,
        /// What comes behind it.
        other: SortKey,
    },
    /// Offers sorted by what only groups of them have.
    #[error("sorted by {key}: only groups of offers have that")]
    OrderOfGroups {
        /// The order.
        key: SortKey,
    },
    /// A pattern that can't be read.
    #[error(transparent)]
    Pattern(#[from] NotAPattern),
}

impl DiscoveryError {
    /// That no type is called so, and what may have been meant.
    #[must_use]
    pub fn unknown_type(catalog: &Catalog<'_>, asked: &str) -> Self {
        let name = asked.trim().to_ascii_lowercase();
        let nearest = catalog.nearest_types(&name).into_iter().map(str::to_owned).collect();
        Self::UnknownType { asked: asked.to_owned(), nearest }
    }
}

/// The end of a sentence that names what may have been meant.
fn or_nearest(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; near it: {}", nearest.join(", ")) }
}
