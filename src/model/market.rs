//! The ways EC2 sells a machine.
//!
//! What each way costs and where it can be had is not known here.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::NotAValue;

/// The market of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Market {
    /// Billed by the second, kept until it is ended.
    #[default]
    OnDemand,
    /// Spare capacity that EC2 may take back with two minutes' notice.
    Spot,
    /// A reserved stretch of time on accelerated machines, paid up front.
    CapacityBlock,
    /// Capacity that the account already holds.
    Reservation,
}

impl Market {
    /// Every way there is.
    pub const ALL: [Self; 4] = [Self::OnDemand, Self::Spot, Self::CapacityBlock, Self::Reservation];

    /// Its name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::Spot => "spot",
            Self::CapacityBlock => "capacity-block",
            Self::Reservation => "reservation",
        }
    }
}

impl std::str::FromStr for Market {
    type Err = NotAValue;

    /// The spelling of documents, `capacity-block`.
    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let expected = "a market: on-demand, spot, capacity-block or reservation";
        let known = Self::ALL.into_iter().find(|market| market.to_string() == text);
        known.ok_or_else(|| NotAValue::new(text, expected))
    }
}

impl fmt::Display for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
