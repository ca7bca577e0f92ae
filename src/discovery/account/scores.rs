//! Spot placement scores: how likely AWS thinks a spot request to succeed, region by region or zone by zone.
//!
//! Fewer than three types always score low, whatever the capacity, so that such a score is not asked for.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-placement-score.html>

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;
use serde::Serialize;

use crate::aws::types::capacity::{PlacementScore, ScoreRequest, Scored};
use crate::aws::{AwsError, Session};
use crate::model::{InstanceTypeName, RegionName};

/// The value of [`ScoreRow`]'s `schema` field.
pub const SCHEMA: &str = "cloudkit.placement-score/v1";
/// What EC2 takes in one request.
const REGIONS_AT_ONCE: usize = 10;
/// EC2 tells the ten best places of a request, and a region may have six zones: one region at once, or some are lost.
const REGIONS_AT_ONCE_BY_ZONE: usize = 1;
const REQUESTS_AT_ONCE: usize = 4;
/// With fewer different types the score is always low.
pub const FEWEST_TYPES: usize = 3;

/// A question for scores.
#[derive(Debug, Clone)]
pub struct ScoreQuestion {
    /// The types among which EC2 may choose.
    pub types: Vec<InstanceTypeName>,
    /// The regions.
    pub regions: Vec<RegionName>,
    /// How many machines.
    pub count: u32,
    /// What is scored.
    pub scored: Scored,
    /// The region whose EC2 is asked.
    pub home: RegionName,
    /// The time of asking.
    pub now: Timestamp,
}

/// The score of a region or a zone; a place that EC2 gave none has none here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScoreRow {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// The region.
    pub region: String,
    /// The zone's id, where zones were asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// From 1 to 10, if EC2 gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// How many machines it is about.
    pub count: u32,
    /// The types among which EC2 may choose.
    pub instance_types: Vec<String>,
    /// When EC2 said so.
    pub as_of: Timestamp,
}

/// The scores of some regions, and the regions that could not be asked about.
#[derive(Debug, Default)]
pub struct Scores {
    /// Best first, then by region and zone; those without a score last.
    pub rows: Vec<ScoreRow>,
    /// The requests that failed, with the regions that they were about.
    pub failures: Vec<ScoreFailure>,
}

/// Regions that could not be asked about.
#[derive(Debug, thiserror::Error)]
#[error("{} could not be asked about", names(regions))]
pub struct ScoreFailure {
    /// The regions.
    pub regions: Vec<RegionName>,
    /// Why not.
    pub source: AwsError,
}

/// How many of the types count as different. EC2 takes variations of one type, with and without local disks, for one.
#[must_use]
pub fn different(types: &[InstanceTypeName]) -> usize {
    types.iter().map(|name| without_disks(name.as_str())).collect::<BTreeSet<_>>().len()
}

/// Asks for the scores of some regions.
pub async fn scores(session: &Session, question: &ScoreQuestion) -> Scores {
    let at_once = match question.scored {
        Scored::Regions => REGIONS_AT_ONCE,
        Scored::Zones => REGIONS_AT_ONCE_BY_ZONE,
    };
    let ec2 = session.ec2(&question.home);
    let asked = question.regions.chunks(at_once).map(|regions| {
        let (ec2, request) = (ec2.clone(), request(question, regions));
        async move { (regions, session.in_time(ec2.placement_scores(&request)).await) }
    });
    let mut scores = Scores::default();
    let mut answers = stream::iter(asked).buffered(REQUESTS_AT_ONCE);
    while let Some((regions, answer)) = answers.next().await {
        match answer {
            Ok(answer) => scores.rows.extend(rows(question, regions, &answer)),
            Err(source) => scores.failures.push(ScoreFailure { regions: regions.to_vec(), source }),
        }
    }
    scores.rows.sort_by(|one, other| {
        let place = |row: &ScoreRow| (row.region.clone(), row.zone.clone());
        other.score.cmp(&one.score).then_with(|| place(one).cmp(&place(other)))
    });
    scores
}

fn request(question: &ScoreQuestion, regions: &[RegionName]) -> ScoreRequest {
    ScoreRequest {
        instance_types: texts(&question.types),
        regions: texts(regions),
        count: question.count,
        scored: question.scored,
    }
}

/// A row for each score, and one for each region without any.
fn rows(question: &ScoreQuestion, regions: &[RegionName], answer: &[PlacementScore]) -> Vec<ScoreRow> {
    let row = |region: &str, zone: Option<String>, score: Option<u8>| ScoreRow {
        schema: SCHEMA,
        region: region.to_owned(),
        zone,
        score,
        count: question.count,
        instance_types: texts(&question.types),
        as_of: question.now,
    };
    let is_scored = |region: &RegionName| answer.iter().any(|one| one.region == region.as_str());
    let scored = answer.iter().map(|one| row(&one.region, one.zone_id.clone(), Some(one.score)));
    let unscored = regions.iter().filter(|region| !is_scored(region));
    scored.chain(unscored.map(|region| row(region.as_str(), None, None))).collect()
}

/// A type's name without the `d` of its family that stands for local disks: `m5ad.large` is a variation of `m5a.large`.
fn without_disks(name: &str) -> String {
    let Some((family, size)) = name.split_once('.') else { return name.to_owned() };
    let Some(generation) = family.find(|c: char| c.is_ascii_digit()) else { return name.to_owned() };
    let (class, rest) = family.split_at(generation);
    format!("{class}{}.{size}", rest.replacen('d', "", 1))
}

fn texts(names: &[impl ToString]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn names(regions: &[RegionName]) -> String {
    texts(regions).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variations_of_a_type_count_once() {
        let different =
            |names: &[&str]| different(&names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>());
        assert_eq!(different(&["m5.large", "m5d.large", "m5d.large"]), 1);
        assert_eq!(different(&["m5ad.large", "m5a.large", "g4dn.xlarge"]), 2);
        assert_eq!(different(&["m5.large", "m5.xlarge", "c5.large"]), 3);
        assert_eq!(different(&["d3.xlarge", "d3en.xlarge", "u7in-16tb.224xlarge"]), 3);
    }

    #[test]
    fn a_region_without_a_score_is_named() {
        let question = ScoreQuestion {
            types: vec!["m5.large".parse().unwrap()],
            regions: vec!["us-east-1".parse().unwrap(), "ap-east-1".parse().unwrap()],
            count: 1,
            scored: Scored::Regions,
            home: "us-east-1".parse().unwrap(),
            now: Timestamp::UNIX_EPOCH,
        };
        let answer = [PlacementScore { region: "us-east-1".to_owned(), zone_id: None, score: 7 }];
        let rows = rows(&question, &question.regions, &answer);
        let short: Vec<_> = rows.iter().map(|row| (row.region.as_str(), row.score)).collect();
        assert_eq!(short, [("us-east-1", Some(7)), ("ap-east-1", None)]);
    }
}
