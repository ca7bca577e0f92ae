//! What somebody wants launched, with every default filled in and nothing looked up yet.
//!
//! A wish says nothing of prices or images; whether it can be had is the plan's to find out.

pub mod count;
pub mod deployment;
pub mod ending;
pub mod image;
pub mod network;
pub mod role;

use std::borrow::Cow;

use network::NetworkWish;

use super::mirror::MirrorUrl;
use crate::cloudinit::user::UserBoot;
use crate::model::tag::Tag;
use crate::model::{
    AddressRange, InstanceTypeName, Market, Money, NotAValue, Offer, OperatingSystem, RegionName, Span,
};

pub use image::{ImageWish, VolumesWish};

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The machines that would do, best first: the first that AWS can give is launched.
    pub candidates: Vec<WishedMachine>,
    /// How many of them are launched.
    pub count: count::Count,
    /// What the machine is called, or each of several; the launch id where nothing was said.
    pub name: Option<String>,
    /// When it ends.
    pub lifetime: Lifetime,
    /// How it ends, besides.
    pub ending: ending::Ending,
    /// What it is allowed at AWS.
    pub role: role::RoleWish,
    /// What it starts from.
    pub image: ImageWish,
    /// The volumes that it has.
    pub volumes: VolumesWish,
    /// Who may reach its SSH port.
    pub ssh_from: SshFrom,
    /// The port of its SSH server.
    pub ssh_port: u16,
    /// Whether the machine gets an agent.
    pub agent: AgentWish,
    /// Where the machine gets its agent from, where that is not the account's bucket.
    pub agent_url: Option<MirrorUrl>,
    /// What the user adds to the machine's start.
    pub user: UserBoot,
    /// The tags that its user gives it.
    pub tags: Vec<Tag>,
    /// What is wanted of its network.
    pub network: NetworkWish,
    /// The EC2 key pair that is let in instead of a key of the caller's own.
    pub key_pair: Option<String>,
    /// The deployment that it is a machine of.
    pub deployment: Option<deployment::DeploymentWish>,
}

impl Wish {
    /// Nothing wished but when it ends: no machine yet, and of everything else what goes without saying.
    #[must_use]
    pub fn of(lifetime: Lifetime) -> Self {
        Self {
            candidates: Vec::new(),
            count: count::Count::default(),
            name: None,
            lifetime,
            ending: ending::Ending::default(),
            role: role::RoleWish::default(),
            image: ImageWish::default(),
            volumes: VolumesWish::default(),
            ssh_from: SshFrom::Caller,
            ssh_port: 22,
            agent: AgentWish::default(),
            agent_url: None,
            user: UserBoot::default(),
            tags: Vec::new(),
            network: NetworkWish::default(),
            key_pair: None,
            deployment: None,
        }
    }

    /// Whether machines of a region are asked for in whichever zone has room, so that its subnets have to be known: several
    /// machines, or one of several of the spot market, where no zone was wished.
    #[must_use]
    pub fn spreads_over_zones(&self, region: &RegionName) -> bool {
        let here = || self.candidates.iter().filter(|machine| machine.region == *region);
        let spot = here().filter(|machine| machine.market == Market::Spot).count();
        let for_fleets = |market| match market {
            Market::Spot => self.count.is_several() || spot > 1,
            Market::OnDemand => self.count.is_several(),
            Market::Reservation | Market::CapacityBlock => false,
        };
        here().any(|machine| machine.zones.is_empty() && for_fleets(machine.market))
    }
}

/// Whether a machine gets an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AgentWish {
    /// It is installed.
    #[default]
    Installed,
    /// There is none: the dead-man timer alone ends the machine, and no bucket is needed for an agent.
    None,
}

/// One machine that would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishedMachine {
    /// The type.
    pub instance_type: InstanceTypeName,
    /// Where.
    pub region: RegionName,
    /// The zones that would do, ids or names; none where any would.
    pub zones: Vec<String>,
    /// How it is bought.
    pub market: Market,
    /// The most that a spot machine may cost an hour; at most the price on demand where nothing was said.
    pub max_price: Option<Money>,
    /// The reservation or capacity block to launch into.
    pub reservation: Option<WishedReservation>,
    /// What it runs.
    pub os: OperatingSystem,
    /// The price that came with it, where one did.
    pub price: Option<QuotedPrice>,
}

impl WishedMachine {
    /// The machine that an offer is of.
    ///
    /// # Errors
    /// Where its type or its region is none by its name.
    pub fn of_offer(offer: &Offer<'_>) -> Result<Self, NotAValue> {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
        Ok(Self {
            instance_type: offer.instance_type.parse()?,
            region: offer.region.parse()?,
            zones: offer.zones.iter().map(ToString::to_string).collect(),
            market: offer.market,
            max_price: None,
            reservation: offer.reservation_id.as_ref().map(|id| WishedReservation::Named(id.to_string())),
            os: offer.os,
            price: offer.price_usd_hour.map(|usd_hour| QuotedPrice {
                usd_hour,
                source: text(&offer.price_source),
                as_of: text(&offer.price_as_of),
            }),
        })
    }
}

/// Which of the account's reservations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WishedReservation {
    /// The one with this id.
    Named(String),
    /// Any that is for such a machine and has room.
    Any,
}

/// A price per hour as an offer quotes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedPrice {
    /// US dollars an hour.
    pub usd_hour: Money,
    /// Where the figure is from.
    pub source: String,
    /// The date it is from.
    pub as_of: String,
}

/// When a machine ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// This long after the launch.
    For(Span),
    /// Until this instant.
    Until(jiff::Timestamp),
    /// When somebody ends it.
    UntilEnded,
}

/// Who may reach the SSH port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SshFrom {
    /// The address that the caller is seen from.
    Caller,
    /// A range of addresses in CIDR notation.
    Range(AddressRange),
}
