//! One question to several regions side by side.
//!
//! A region that fails, or has not answered when the time is over, is named beside the answers of the others, never left
//! out in silence.

use futures_util::StreamExt as _;
use futures_util::stream;

use super::session::{Deadline, within};
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
    ask_until(session.deadline(), regions, ask).await
}

async fn ask_until<'r, T, Answer>(
    deadline: Option<Deadline>,
    regions: &'r [RegionName],
    ask: impl Fn(&'r RegionName) -> Answer,
) -> PerRegion<T>
where
    Answer: Future<Output = Result<T, AwsError>>,
{
    let asked = regions.iter().enumerate().map(|(place, region)| {
        let answer = ask(region);
        async move { (place, region, within(deadline, answer).await) }
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

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Instant;

    use super::*;
    use crate::model::Span;

    #[tokio::test]
    async fn what_has_arrived_when_the_time_is_over_is_kept_and_the_rest_is_named() {
        let name = |number: usize| format!("us-east-{number}").parse().unwrap();
        let regions: Vec<RegionName> = (1..=2 * AT_ONCE).map(name).collect();
        let deadline = Deadline { at: Instant::now(), given: Span::from_seconds(8) };
        let answer = async |region: &RegionName| match region.as_str() {
            "us-east-1" | "us-east-9" => pending().await,
            name => Ok::<_, AwsError>(name.len()),
        };
        let PerRegion { answers, failures } = ask_until(Some(deadline), &regions, answer).await;
        assert!(
            answers
                .iter()
                .map(|(region, _)| region)
                .is_sorted_by_key(|region| regions.iter().position(|one| one == region))
        );
        assert_eq!(answers.len(), 2 * AT_ONCE - 2);
        let named: Vec<String> =
            failures.iter().map(|failure| format!("{failure}: {}", failure.source)).collect();
        assert_eq!(
            named,
            ["us-east-1", "us-east-9"]
                .map(|region| format!("{region} could not be asked: no answer within 8s"))
        );
    }
}
