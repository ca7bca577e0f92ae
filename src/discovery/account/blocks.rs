//! Capacity blocks for machine learning that can be bought.
//!
//! EC2 answers for one type, count and duration at a time, and an empty answer says nothing of any other; what is nearby
//! is asked in [`super::nearby`]. Nothing is bought.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html>

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::described::described;
use crate::aws::regions::{PerRegion, ask_each};
use crate::aws::types::capacity::{BlockOffering, BlockRequest};
use crate::aws::{AwsError, Session};
use crate::catalog::Catalog;
use crate::model::{Block, BlockDuration, Market, Offer, OperatingSystem, RegionName};

/// The most machines that one block may have.
pub const MOST_MACHINES: u32 = 64;

/// A question for blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockQuestion {
    /// The regions, and the types that are asked for in each.
    pub places: BTreeMap<RegionName, Vec<String>>,
    /// How many machines.
    pub count: u32,
    /// For how long.
    pub duration: BlockDuration,
    /// The earliest start.
    pub starts_after: Option<Timestamp>,
    /// The latest end.
    pub ends_by: Option<Timestamp>,
}

/// A block that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForSale {
    /// As EC2 offers it.
    pub offering: BlockOffering,
    /// The zone's id.
    pub zone_id: Option<String>,
}

impl BlockQuestion {
    /// How many requests it takes: one for each type in each region.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.places.values().map(Vec::len).sum()
    }

    fn request(&self, instance_type: &str) -> BlockRequest {
        BlockRequest {
            instance_type: instance_type.to_owned(),
            count: self.count,
            hours: self.duration.hours(),
            starts_after: self.starts_after,
            ends_by: self.ends_by,
        }
    }
}

impl fmt::Display for BlockQuestion {
    /// `8 x p5.48xlarge or p5e.48xlarge for 2d, to start after …, in us-east-1, us-west-2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut types: Vec<&str> = self.places.values().flatten().map(String::as_str).collect();
        types.sort_unstable();
        types.dedup();
        let regions: Vec<&str> = self.places.keys().map(RegionName::as_str).collect();
        write!(f, "{} x {} for {}", self.count, types.join(" or "), self.duration)?;
        if let Some(at) = self.starts_after {
            write!(f, ", to start after {at}")?;
        }
        if let Some(at) = self.ends_by {
            write!(f, ", to end by {at}")?;
        }
        write!(f, ", in {}", regions.join(", "))
    }
}

/// Asks each region for blocks of its types.
pub async fn for_sale(session: &Session, question: &BlockQuestion) -> PerRegion<Vec<ForSale>> {
    let regions: Vec<RegionName> = question.places.keys().cloned().collect();
    ask_each(&regions, |region| in_region(session, question, region)).await
}

async fn in_region(
    session: &Session,
    question: &BlockQuestion,
    region: &RegionName,
) -> Result<Vec<ForSale>, AwsError> {
    let ec2 = session.ec2(region);
    let mut offerings = Vec::new();
    for instance_type in question.places.get(region).into_iter().flatten() {
        offerings.extend(ec2.block_offerings(&question.request(instance_type)).await?);
    }
    let zones = if offerings.is_empty() { Vec::new() } else { ec2.zones().await? };
    let zone_id = |name: &str| zones.iter().find(|zone| zone.name == name).map(|zone| zone.id.clone());
    let sale = |offering: BlockOffering| ForSale {
        zone_id: offering.zone_name.as_deref().and_then(zone_id),
        offering,
    };
    Ok(offerings.into_iter().map(sale).collect())
}

/// Blocks as offers, by price, start, type, region and id; and how many were left out because their price is not in US
/// dollars.
#[must_use]
pub fn offers<'c>(
    catalog: &'c Catalog<'c>,
    answers: &[(RegionName, Vec<ForSale>)],
) -> (Vec<Offer<'c>>, usize) {
    let all = answers.iter().flat_map(|(region, sales)| sales.iter().map(move |sale| (region, sale)));
    let (mut offers, mut left_out) = (Vec::new(), 0);
    for (region, sale) in all {
        match offer(catalog, region, sale) {
            Some(offer) => offers.push(offer),
            None => left_out += 1,
        }
    }
    offers.sort_by(|one: &Offer<'_>, other| order(one).cmp(&order(other)));
    (offers, left_out)
}

fn order<'o>(offer: &'o Offer<'_>) -> impl Ord + use<'o> {
    let block = offer.block.as_ref().map(|block| (block.upfront_usd, &*block.starts_at, &*block.offering_id));
    (block, &*offer.instance_type, &*offer.region)
}

fn offer<'c>(catalog: &'c Catalog<'c>, region: &RegionName, sale: &ForSale) -> Option<Offer<'c>> {
    let ForSale { offering, zone_id } = sale;
    let block = Block {
        offering_id: Cow::Owned(offering.id.clone()),
        starts_at: Cow::Owned(offering.starts_at.to_string()),
        ends_at: Cow::Owned(offering.ends_at.to_string()),
        upfront_usd: offering.upfront?,
    };
    let (name, os) = (offering.instance_type.clone(), OperatingSystem::Linux);
    Some(Offer {
        zones: zone_id.iter().cloned().map(Cow::Owned).collect(),
        available_count: offering.count,
        block: Some(block),
        ..described(catalog, name, region.to_string(), Market::CapacityBlock, os)
    })
}
