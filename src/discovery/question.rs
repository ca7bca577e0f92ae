//! What somebody wants to know.
//!
//! Plain data: how it is typed belongs to the edge and to [`super::read_question`], how it is answered to
//! [`super::search`].

use jiff::civil::Date;

use crate::model::{Market, OperatingSystem};

use super::{Filter, GroupBy, NamePattern, SortKey};

/// Which machines, where, and in what order. What is not asked is not filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// The codes of the regions that are asked about; see [`super::RegionSelection`].
    pub regions: Vec<String>,
    /// Instance types; several mean any of them, none means all.
    pub patterns: Vec<NamePattern>,
    /// What all have to pass. An offer of which it is not known whether it passes is left out, and counted.
    pub filters: Vec<Filter>,
    /// How the machines are sold; none means on demand.
    pub markets: Vec<Market>,
    /// What the hour is billed as.
    pub os: OperatingSystem,
    /// The day by which figures are called old; none are where there is no day.
    pub today: Option<Date>,
    /// What offers are sorted by before the usual order: price, type, region, market.
    pub sort: Vec<SortKey>,
    /// How many offers, or groups of them, are wanted at most.
    pub limit: Option<usize>,
    /// What offers are put together by.
    pub group_by: Option<GroupBy>,
}
