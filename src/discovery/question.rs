//! What somebody wants to know.
//!
//! Plain data: how it is typed belongs to the edge, how it is answered to [`super::search`].

use crate::model::{Architecture, DeviceCount, Market, Mebibytes, Money, OperatingSystem, Range};

use super::{NamePattern, SortKey};

/// Which machines, where, and in what order. What is not asked is not filtered by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// The codes of the regions that are asked about; see [`super::RegionSelection`].
    pub regions: Vec<String>,
    /// Instance types; several mean any of them, none means all.
    pub patterns: Vec<NamePattern>,
    /// An architecture that the type has to run.
    pub architecture: Option<Architecture>,
    /// Virtual processors.
    pub vcpus: Option<Range<u32>>,
    /// Main memory.
    pub memory: Option<Range<Mebibytes>>,
    /// The name of a GPU that the type has to have.
    pub gpu_name: Option<String>,
    /// GPUs in all, of that name where there is one. A type without any has 0.
    pub gpus: Option<Range<DeviceCount>>,
    /// How the machines are sold.
    pub market: Market,
    /// What the hour is billed as.
    pub os: OperatingSystem,
    /// The most that an hour may cost; an offer whose price is unknown is dropped.
    pub max_price: Option<Money>,
    /// What offers are sorted by before the usual order: price, type, region.
    pub sort: Vec<SortKey>,
    /// How many offers are wanted at most.
    pub limit: Option<usize>,
}
