//! A fleet of type `instant`: one request for several machines in any of several pools.
//!
//! Plain data. What the machines start from is in launch templates, which are asked for by name.

use serde::{Deserialize, Serialize};

use crate::model::tag::Tag;
use crate::model::{Market, Money};

/// EC2 takes a minimum of no more machines than this.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotOptionsRequest.html>
pub const MOST_LEAST: u32 = 1000;

/// A request for several machines; the same request with the same token never makes more of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetRequest {
    /// The idempotency token, at most 64 ASCII characters.
    pub client_token: String,
    /// The launch that its machines are tagged with.
    pub launch: String,
    /// How the machines are bought.
    pub market: Market,
    /// How many are wanted.
    pub wanted: u32,
    /// With fewer than these EC2 is to launch none at all; absent where any number will do, or EC2 can't be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<FleetLeast>,
    /// What the machines start from, and where they may be.
    pub templates: Vec<FleetTemplate>,
    /// The tags of the fleet itself.
    pub tags: Vec<Tag>,
}

/// The fewest machines that will do. EC2 takes such a number only where all of them are of one type or in one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetLeast {
    /// How many.
    pub count: u32,
    /// What they have in common.
    pub single: FleetSingle,
}

/// What all machines of a fleet have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FleetSingle {
    /// Their type.
    InstanceType,
    /// Their zone.
    Zone,
}

/// A launch template and the pools that machines may be made in from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetTemplate {
    /// Its name.
    pub name: String,
    /// The pools.
    pub pools: Vec<FleetPool>,
}

/// A type in a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetPool {
    /// The type.
    pub instance_type: String,
    /// The zone, its id or its name; absent where the subnet says it, or EC2 chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The subnet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// The most that a spot machine may cost an hour; at most the price on demand where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<Money>,
    /// Its place in the order of machines on demand: the lowest comes first.
    pub rank: u32,
}

/// The pool that a part of an answer is about, as far as EC2 says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToldPool {
    /// The type.
    pub instance_type: Option<String>,
    /// The zone, by its id and by its name.
    pub zones: Vec<String>,
    /// The subnet.
    pub subnet: Option<String>,
}

impl ToldPool {
    /// Whether this may be said of a pool.
    #[must_use]
    pub fn is(&self, pool: &FleetPool) -> bool {
        let agrees = |told: &Option<String>, asked: &str| told.as_deref().is_none_or(|told| told == asked);
        agrees(&self.instance_type, &pool.instance_type)
            && pool.subnet.as_deref().is_none_or(|asked| agrees(&self.subnet, asked))
            && pool.zone.as_ref().is_none_or(|asked| self.zones.is_empty() || self.zones.contains(asked))
    }
}
