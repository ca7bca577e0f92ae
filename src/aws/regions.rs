//! One question to several regions side by side.
//!
//! A region that fails, or has not answered when the time is over, is named beside the answers of the others, never left
//! out in silence.

use futures_util::StreamExt as _;
use futures_util::stream;

use super::{AwsError, Session};
use crate::model::RegionName;

/// How many regions are asked at once.
const AT_ONCE: usize = 16;

/// The answers of some regions, and the regions that gave none.
#[derive(Debug)]
pub struct PerRegion<T> {
    /// The answers, in the order of the regions that were asked.
    pub answers: Vec<(RegionName, T)>,
    /// The regions that could not be asked, in the same order.
    pub failures: Vec<RegionFailure>,
}

/// A region that could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("{region} could not be asked")]
pub struct RegionFailure {
    /// The region.
    pub region: RegionName,
    /// Why not.
    pub source: AwsError,
}

/// Asks each region the same question, in the time that the session has.
pub async fn ask_each<'r, T, Answer>(
    session: &Session,
    regions: &'r [RegionName],
    ask: impl Fn(&'r RegionName) -> Answer,
) -> PerRegion<T>
where
    Answer: Future<Output = Result<T, AwsError>>,
{
    let asked = regions.iter().enumerate().map(|(place, region)| {
        let answer = ask(region);
        async move { (place, region, session.in_time(answer).await) }
    });
    // Not in their order: those behind a region that is slow are not to wait for it.
    let mut answers: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    answers.sort_unstable_by_key(|(place, ..)| *place);
    let mut all = PerRegion { answers: Vec::new(), failures: Vec::new() };
    for (_, region, answer) in answers {
        match answer {
            Ok(answer) => all.answers.push((region.clone(), answer)),
            Err(source) => all.failures.push(RegionFailure { region: region.clone(), source }),
        }
    }
    all
}
