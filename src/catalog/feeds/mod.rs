//! The five public files of AWS that say what machines cost: spot prices, interruption rates, on-demand prices, the
//! index of the on-demand lists, and the names of places.
//!
//! Bytes in, rows out: a file is known by its content ([`identify()`]), unpacked within a limit ([`decoded`]) and read
//! by the parser of its kind. Every row of a file is accounted for: it is kept, or dropped for a reason that is counted
//! ([`Parsed`]); a file whose format has changed is refused. Nothing here fetches, caches or merges, and what a file
//! does not say stays unknown.

mod decode;
mod error;
mod field;
mod identify;
pub mod interruption;
mod json;
pub mod locations;
pub mod on_demand;
pub mod on_demand_index;
mod parsed;
pub mod spot_price;
pub mod storage;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use decode::decoded;
pub use error::FeedError;
pub use field::published;
pub use identify::{Identified, identify};
pub use parsed::{DropReason, Parsed};

/// Which of the files it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FeedKind {
    /// `spot.json`: what an hour of spot costs. <https://website.spot.ec2.aws.a2z.com/spot.json>
    SpotPrice,
    /// `spot-advisor-data.json`: how often spot machines are taken back.
    /// <https://spot-bid-advisor.s3.amazonaws.com/spot-advisor-data.json>
    Interruption,
    /// `index.json`: what an hour on demand costs, a file per location and operating system, below
    /// <https://b0.p.awsstatic.com/pricing/2.0/meteredUnitMaps/ec2/USD/current/ec2-ondemand-without-sec-sel/>.
    OnDemand,
    /// `metadata.json` beside them: for which locations and operating systems there are such files.
    OnDemandIndex,
    /// `locations.json`: which display name is which region.
    /// <https://b0.p.awsstatic.com/locations/1.0/aws/current/locations.json>
    Locations,
}

impl FeedKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::SpotPrice, Self::Interruption, Self::OnDemand, Self::OnDemandIndex, Self::Locations];

    /// What several of them are called.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::SpotPrice => "lists of spot prices",
            Self::Interruption => "lists of spot interruptions",
            Self::OnDemand => "lists of on-demand prices",
            Self::OnDemandIndex => "indexes of on-demand prices",
            Self::Locations => "lists of locations",
        }
    }
}

impl fmt::Display for FeedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SpotPrice => "list of spot prices",
            Self::Interruption => "list of spot interruptions",
            Self::OnDemand => "list of on-demand prices",
            Self::OnDemandIndex => "index of on-demand prices",
            Self::Locations => "list of locations",
        })
    }
}
