//! One question to several regions side by side.
//!
//! A region that fails is named beside the answers of the others, never left out in silence.

use futures_util::StreamExt as _;
use futures_util::stream;

use super::AwsError;
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

/// Asks each region the same question.
pub async fn ask_each<'r, T, Answer>(
    regions: &'r [RegionName],
    ask: impl Fn(&'r RegionName) -> Answer,
) -> PerRegion<T>
where
    Answer: Future<Output = Result<T, AwsError>>,
{
    let asked = regions.iter().map(|region| {
        let answer = ask(region);
        async move { (region.clone(), answer.await) }
    });
    let answers: Vec<_> = stream::iter(asked).buffered(AT_ONCE).collect().await;
    let mut all = PerRegion { answers: Vec::new(), failures: Vec::new() };
    for (region, answer) in answers {
        match answer {
            Ok(answer) => all.answers.push((region, answer)),
            Err(source) => all.failures.push(RegionFailure { region, source }),
        }
    }
    all
}
