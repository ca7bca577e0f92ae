//! Capacity blocks near a question that found none: fewer machines, another duration, other dates; then fewer machines for
//! a shorter time.
//!
//! Each proposal was asked of AWS and answered. The number of requests is bounded, and whoever reads learns how many
//! there were.

use crate::aws::{AwsError, Session};
use crate::model::{BlockDuration, Money, RegionName};

use super::blocks::{BlockQuestion, ForSale, Sales, for_sale};

/// How many further requests an empty answer may cost.
const MOST_REQUESTS: usize = 24;
/// How many other durations are tried.
const DURATIONS: usize = 4;
/// How many shorter ones are tried with fewer machines, and how many such pairs.
const SHORTER: usize = 3;
const PAIRS: usize = 6;

/// What is asked for differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// So many machines.
    Count(u32),
    /// So long.
    Duration(BlockDuration),
    /// Whenever it starts and ends.
    AnyDates,
    /// So many machines for so long.
    CountAndDuration(u32, BlockDuration),
}

/// A change that found blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What is asked for differently.
    pub change: Change,
    /// How many blocks there are.
    pub blocks: usize,
    /// What the cheapest of them costs up front, where that is known in US dollars.
    pub cheapest: Option<Money>,
    /// The regions that have some.
    pub regions: Vec<RegionName>,
}

/// What lies near a question.
#[derive(Debug, Default)]
pub struct Nearby {
    /// At most one of each kind of change, the nearest that found anything; both at once only where neither did alone.
    pub proposals: Vec<Proposal>,
    /// How many requests were made.
    pub requests: usize,
    /// Whether more could have been tried.
    pub cut_short: bool,
    /// Why the search ended early, if AWS refused a request.
    pub failure: Option<AwsError>,
}

/// Asks AWS what lies near a question that found nothing: one change at a time, each kind until it finds something, and
/// where none does, two at once.
pub async fn nearby(session: &Session, question: &BlockQuestion) -> Nearby {
    let mut nearby = Nearby::default();
    nearby.climb(session, question, &mut ladders(question)).await;
    if nearby.proposals.is_empty() {
        nearby.climb(session, question, &mut [pairs(question)]).await;
    }
    nearby
}

impl Nearby {
    /// Asks step by step, a step of each ladder in turn, until each has found something or has no more steps.
    async fn climb(&mut self, session: &Session, question: &BlockQuestion, ladders: &mut [Vec<Change>]) {
        while ladders.iter().any(|ladder| !ladder.is_empty()) {
            for ladder in &mut *ladders {
                if ladder.is_empty() {
                    continue;
                }
                let change = ladder.remove(0);
                let changed = changed(question, change);
                self.cut_short |= self.requests + changed.requests() > MOST_REQUESTS;
                if self.cut_short || self.failure.is_some() {
                    return;
                }
                self.requests += changed.requests();
                let Sales { answers, failures } = for_sale(session, &changed).await;
                self.failure = failures.into_iter().next().map(|failure| failure.source);
                if let Some(proposal) = proposal(change, &answers).filter(|_| self.failure.is_none()) {
                    self.proposals.push(proposal);
                    ladder.clear();
                }
            }
        }
    }
}

/// The changes of each kind, the nearest first.
fn ladders(question: &BlockQuestion) -> [Vec<Change>; 3] {
    let counts = std::iter::successors(largest_below(question.count), |count| largest_below(*count));
    let durations = question.duration.others().into_iter().take(DURATIONS);
    let has_dates = question.starts_after.is_some() || question.ends_by.is_some();
    [
        counts.map(Change::Count).collect(),
        durations.map(Change::Duration).collect(),
        has_dates.then_some(Change::AnyDates).into_iter().collect(),
    ]
}

/// Fewer machines for a shorter time, the least changed first.
fn pairs(question: &BlockQuestion) -> Vec<Change> {
    let counts = std::iter::successors(largest_below(question.count), |count| largest_below(*count));
    let is_shorter = |other: &BlockDuration| *other < question.duration;
    let durations: Vec<_> = question.duration.others().into_iter().filter(is_shorter).take(SHORTER).collect();
    let mut pairs: Vec<(usize, Change)> = counts
        .enumerate()
        .flat_map(|(step, count)| durations.iter().enumerate().map(move |(at, one)| (step + at, count, *one)))
        .map(|(steps, count, duration)| (steps, Change::CountAndDuration(count, duration)))
        .collect();
    pairs.sort_by_key(|(steps, _)| *steps);
    pairs.into_iter().map(|(_, change)| change).take(PAIRS).collect()
}

/// The next smaller power of two: EC2 sells blocks of 1, 2, 4, 8, 16, 32 and 64 machines.
const fn largest_below(count: u32) -> Option<u32> {
    match count {
        0 | 1 => None,
        count => Some(1 << (count - 1).ilog2()),
    }
}

fn changed(question: &BlockQuestion, change: Change) -> BlockQuestion {
    let question = question.clone();
    match change {
        Change::Count(count) => BlockQuestion { count, ..question },
        Change::Duration(duration) => BlockQuestion { duration, ..question },
        Change::AnyDates => BlockQuestion { starts_after: None, ends_by: None, ..question },
        Change::CountAndDuration(count, duration) => BlockQuestion { count, duration, ..question },
    }
}

fn proposal(change: Change, answers: &[(RegionName, Vec<ForSale>)]) -> Option<Proposal> {
    let having: Vec<_> = answers.iter().filter(|(_, sales)| !sales.is_empty()).collect();
    let sales = || having.iter().flat_map(|(_, sales)| sales);
    (!having.is_empty()).then(|| Proposal {
        change,
        blocks: sales().count(),
        cheapest: sales().filter_map(|sale| sale.offering.upfront).min(),
        regions: having.iter().map(|(region, _)| region.clone()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_machines_are_tried_in_the_steps_that_blocks_are_sold_in() {
        let question = BlockQuestion {
            places: [("us-east-1".parse().unwrap(), vec!["p5.48xlarge".to_owned()])].into(),
            count: 12,
            duration: "2d".parse().unwrap(),
            starts_after: None,
            ends_by: None,
        };
        let [counts, durations, dates] = ladders(&question);
        assert_eq!(counts, [8, 4, 2, 1].map(Change::Count));
        let tried = ["1d", "3d", "4d", "5d"].map(|text| Change::Duration(text.parse().unwrap()));
        assert_eq!(durations, tried);
        assert!(dates.is_empty());
        let day = "1d".parse().unwrap();
        assert_eq!(pairs(&question), [8, 4, 2, 1].map(|count| Change::CountAndDuration(count, day)));
        let four = BlockQuestion { count: 4, duration: "4d".parse().unwrap(), ..question.clone() };
        let tried = [(2, "3d"), (2, "2d"), (1, "3d"), (2, "1d"), (1, "2d"), (1, "1d")];
        let tried = tried.map(|(count, text)| Change::CountAndDuration(count, text.parse().unwrap()));
        assert_eq!(pairs(&four), tried);
        let dated = BlockQuestion { count: 1, ends_by: Some(jiff::Timestamp::UNIX_EPOCH), ..question };
        let [counts, _, dates] = ladders(&dated);
        assert_eq!((counts, dates), (vec![], vec![Change::AnyDates]));
    }
}
