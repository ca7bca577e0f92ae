//! Capacity blocks for machine learning that can be bought.
//!
//! EC2 answers for one type, count and duration at a time, and an empty answer says nothing of any other; what is nearby
//! is asked in [`super::nearby`]. Nothing is bought.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-blocks.html>

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use super::described::described;
use crate::aws::regions::{PerRegion, RegionFailure, ask_each};
use crate::aws::types::capacity::{BlockOffering, BlockRequest, Zone};
use crate::aws::{AwsError, Session};
use crate::catalog::Catalog;
use crate::model::{Block, BlockDuration, Market, Offer, OperatingSystem, RegionName};

/// The most machines that one block may have.
pub const MOST_MACHINES: u32 = 64;
const REQUESTS_AT_ONCE: usize = 16;

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

/// What AWS says of blocks, region by region.
#[derive(Debug, Default)]
pub struct Sales {
    /// The blocks of the types that were answered for, by region; none where there are none.
    pub answers: Vec<(RegionName, Vec<ForSale>)>,
    /// The types that could not be asked for.
    pub failures: Vec<SaleFailure>,
}

/// Types that a region could not be asked for, all of them for the same reason.
#[derive(Debug)]
pub struct SaleFailure {
    /// The region.
    pub region: RegionName,
    /// The types.
    pub instance_types: Vec<String>,
    /// Why not.
    pub source: AwsError,
}

/// Asks each region for blocks of its types, all side by side. What one type is refused, the others keep.
pub async fn for_sale(session: &Session, question: &BlockQuestion) -> Sales {
    let places =
        question.places.iter().flat_map(|(region, types)| types.iter().map(move |name| (region, name)));
    let asked = places.map(|(region, name)| async move {
        let request = question.request(name);
        (region, name, session.in_time(session.ec2(region).block_offerings(&request)).await)
    });
    let mut answers = stream::iter(asked).buffer_unordered(REQUESTS_AT_ONCE);
    let (mut offerings, mut failures): (BTreeMap<_, Vec<_>>, Vec<SaleFailure>) =
        (BTreeMap::new(), Vec::new());
    while let Some((region, name, answer)) = answers.next().await {
        match answer {
            Ok(answer) => offerings.entry(region.clone()).or_default().extend(answer),
            Err(source) => add_failure(&mut failures, region, name, source),
        }
    }
    failures.sort_unstable_by(|one, other| one.region.cmp(&other.region));
    failures.iter_mut().for_each(|failure| failure.instance_types.sort_unstable());
    let regions: Vec<RegionName> = offerings.keys().cloned().collect();
    let PerRegion { answers: zones, failures: unzoned } = ask_each(session, &regions, |region| {
        let is_empty = offerings[region].is_empty();
        async move { if is_empty { Ok(Vec::new()) } else { session.ec2(region).zones().await } }
    })
    .await;
    for RegionFailure { region, source } in unzoned {
        let types: BTreeSet<_> =
            offerings.remove(&region).into_iter().flatten().map(|one| one.instance_type).collect();
        failures.push(SaleFailure { region, instance_types: types.into_iter().collect(), source });
    }
    let answers = zones.into_iter().map(|(region, zones)| {
        let offerings = offerings.remove(&region).unwrap_or_default();
        (region, offerings.into_iter().map(|offering| sale(offering, &zones)).collect())
    });
    Sales { answers: answers.collect(), failures }
}

fn add_failure(failures: &mut Vec<SaleFailure>, region: &RegionName, name: &str, source: AwsError) {
    let is_same =
        |known: &&mut SaleFailure| known.region == *region && known.source.to_string() == source.to_string();
    match failures.iter_mut().find(is_same) {
        Some(known) => known.instance_types.push(name.to_owned()),
        None => failures.push(SaleFailure {
            region: region.clone(),
            instance_types: vec![name.to_owned()],
            source,
        }),
    }
}

fn sale(offering: BlockOffering, zones: &[Zone]) -> ForSale {
    let zone = zones.iter().find(|zone| Some(&zone.name) == offering.zone_name.as_ref());
    ForSale { zone_id: zone.map(|zone| zone.id.clone()), offering }
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
