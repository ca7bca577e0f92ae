//! Capacity that is held, sold, scored or priced, as EC2 tells of it.
//!
//! Plain data. A field that EC2 left out is `None`; zones are named by id wherever EC2 says the id.

use jiff::Timestamp;

use crate::model::Money;

/// A zone of a region: the id is everybody's, the name the account's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// `use1-az1`.
    pub id: String,
    /// `us-east-1a`.
    pub name: String,
}

/// What kind of reservation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReservationKind {
    /// Capacity that is kept until it is given back.
    Ordinary,
    /// A capacity block, bought for a stretch of time.
    Block,
}

/// Where a reservation is in its life.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CapacityReservation.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReservationState {
    /// Machines can be launched into it.
    Active,
    /// It is on its way, in this state of EC2's: `scheduled`, `payment-pending`.
    Coming(String),
    /// It is over, or never came to be.
    Ended,
}

/// A capacity reservation that the account holds or may use, capacity blocks included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapacityReservation {
    /// `cr-…`.
    pub id: String,
    /// The account that holds it.
    pub owner: Option<String>,
    /// The type that it is for.
    pub instance_type: String,
    /// What it is for, in EC2's words: `Linux/UNIX`, `Windows`.
    pub platform: String,
    /// The zone's id.
    pub zone_id: Option<String>,
    /// What the zone is called in this account.
    pub zone_name: Option<String>,
    /// How many machines it is for.
    pub total: Option<u32>,
    /// How many more can be launched into it.
    pub available: Option<u32>,
    /// Where it is in its life.
    pub state: ReservationState,
    /// What kind it is.
    pub kind: ReservationKind,
    /// When it starts, or has started.
    pub starts_at: Option<Timestamp>,
    /// When it ends, if it does by itself.
    pub ends_at: Option<Timestamp>,
}

/// A question for capacity blocks that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRequest {
    /// The type.
    pub instance_type: String,
    /// How many machines.
    pub count: u32,
    /// For how many hours.
    pub hours: u32,
    /// The earliest start.
    pub starts_after: Option<Timestamp>,
    /// The latest end.
    pub ends_by: Option<Timestamp>,
}

/// A capacity block that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockOffering {
    /// What buys it, `cbr-…`.
    pub id: String,
    /// The type.
    pub instance_type: String,
    /// The zone's name; EC2 says no id here.
    pub zone_name: Option<String>,
    /// How many machines it is for.
    pub count: Option<u32>,
    /// When it starts.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// What all of it costs, where that is said in US dollars.
    pub upfront: Option<Money>,
}

/// A question for placement scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreRequest {
    /// The types among which EC2 may choose.
    pub instance_types: Vec<String>,
    /// The regions, ten at most.
    pub regions: Vec<String>,
    /// How many machines.
    pub count: u32,
    /// What is scored.
    pub scored: Scored,
}

/// What a placement score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scored {
    /// A region, whose zones may all be used.
    Regions,
    /// A zone, into which all machines go.
    Zones,
}

/// How likely a spot request is to succeed, from 1 to 10.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-placement-score.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacementScore {
    /// The region.
    pub region: String,
    /// The zone's id, where zones were asked about.
    pub zone_id: Option<String>,
    /// The score.
    pub score: u8,
}

/// A stretch of the history of spot prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpotPriceRequest {
    /// The types.
    pub instance_types: Vec<String>,
    /// What the price is for, in EC2's words: `Linux/UNIX (Amazon VPC)`.
    pub products: Vec<String>,
    /// From when until now; the last change before is told too.
    pub from: Timestamp,
}

/// A change of a spot price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpotPriceChange {
    /// The type.
    pub instance_type: String,
    /// The zone's name.
    pub zone_name: String,
    /// The zone's id.
    pub zone_id: Option<String>,
    /// What it is for, in EC2's words.
    pub product: String,
    /// What an hour costs from then on.
    pub price: Money,
    /// From when on.
    pub at: Timestamp,
}
