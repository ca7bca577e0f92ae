//! The world as it was read once, before planning: plain data that a test can write down.
//!
//! What could not be found out is absent here and named by the plan; what had to be found out and failed never comes this
//! far.

pub mod key;
pub mod looks;
pub mod network;
pub mod profile;

use std::collections::{BTreeMap, BTreeSet};

use self::profile::ProfileWorld;
use super::agents::Agents;
use super::image::ImageKind;
use super::refusal_memory::RecentRefusal;
use crate::aws::types::capacity::CapacityReservation;
use crate::aws::types::network::KeyPair;
use crate::aws::types::{Identity, Image, TypeFacts};
use crate::model::{AddressRange, Architecture};
use key::KnownKey;
use looks::Looks;
use network::RegionNetwork;

/// Everything that a plan depends on.
#[derive(Debug, Clone)]
pub struct World {
    /// When it was read.
    pub now: jiff::Timestamp,
    /// Who is asking.
    pub caller: Identity,
    /// Who may reach the SSH port: the caller's own address, or the range that was asked for.
    pub ssh_from: AddressRange,
    /// The SSH key that is let in.
    pub key: KnownKey,
    /// The binaries that can become the agent, where there is to be one.
    pub agents: Option<Agents>,
    /// The regions whose buckets of the account are known to have held a binary, by its name there; the last one first.
    pub stored: BTreeMap<String, Vec<String>>,
    /// The instance profile that was asked for, where one was.
    pub profile: Option<ProfileWorld>,
    /// The pools that had no room a short while ago.
    pub recent_refusals: Vec<RecentRefusal>,
    /// What was looked at besides, to tell beforehand what would fail.
    pub looks: Looks,
    /// The regions of the candidates.
    pub regions: BTreeMap<String, RegionWorld>,
}

/// A region as it was read.
#[derive(Debug, Clone)]
pub struct RegionWorld {
    /// The images that the candidates start from, by their kind and architecture; without those that are not published.
    pub images: BTreeMap<(ImageKind, Architecture), Image>,
    /// The image that was asked for by its id, where one was and this region has it.
    pub named_image: Option<Image>,
    /// The network to launch into.
    pub network: RegionNetwork,
    /// The key pair that was named, where one was and this region has it.
    pub key_pair: Option<KeyPair>,
    /// What EC2 says of the types that the catalog does not have here or knows by a price alone; `None` where EC2 has no
    /// such type either.
    pub types: BTreeMap<String, Option<TypeFacts>>,
    /// The account's reservations and capacity blocks, where a candidate is for one.
    pub reservations: Vec<CapacityReservation>,
    /// The account's bucket.
    pub bucket: BucketState,
}

/// The account's bucket of a region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BucketState {
    /// It has to be made; or nobody looked, since no bucket is needed.
    #[default]
    Missing,
    /// It is there, and holds what was looked for by these names: agent binaries, the bundle of a deployment.
    Holds(BTreeSet<String>),
}

impl BucketState {
    /// Whether it is there and holds what is called so.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        matches!(self, Self::Holds(keys) if keys.contains(key))
    }
}
