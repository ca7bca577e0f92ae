//! What machines fetched from the account's buckets at their start and is still there.
//!
//! S3 drops it by itself after a day. It holds what users gave their machines, so it is not left for longer than it is of
//! use. What belongs to no launch is not touched.

use super::cleanup::{Leftovers, Present, leftover_of};
use super::plan::{OBJECT_PREFIX, bucket_name, planned_at};
use super::report::{Leftover, LeftoverKind};
use crate::aws::regions::{PerRegion, ask_each};
use crate::aws::{AwsError, Session};
use crate::model::{RegionName, Span};

/// How long after its planning a launch may still have a machine fetch something.
const OF_USE: Span = Span::from_seconds(3 * 3600);

/// Looks for what no machine fetches any more.
pub async fn find(
    session: &Session,
    regions: &[RegionName],
    account: &str,
    present: Present<'_>,
) -> Leftovers {
    let look = async |region: &RegionName| {
        let bucket = session.bucket(region, bucket_name(account, region.as_str()), account);
        let keys = bucket.keys_under(OBJECT_PREFIX).await?;
        Ok::<_, AwsError>(keys.iter().filter_map(|key| leftover(key, region, present)).collect::<Vec<_>>())
    };
    let PerRegion { answers, failures } = ask_each(session, regions, look).await;
    Leftovers {
        found: answers.into_iter().flat_map(|(_, found)| found).collect(),
        failures,
        ..Leftovers::default()
    }
}

fn leftover(key: &str, region: &RegionName, present: Present<'_>) -> Option<Leftover> {
    let launch = key.strip_prefix(OBJECT_PREFIX)?.split('/').next()?.to_owned();
    let is_done = planned_at(&launch).is_some() && !present.is_within(&launch, OF_USE);
    is_done.then(|| leftover_of(LeftoverKind::Object, key, region.as_str(), Some(&launch)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_yet_be_fetched_and_what_is_no_launchs_is_left_alone() {
        let now: jiff::Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let present = Present { now, over: &[] };
        let region: RegionName = "us-east-1".parse().unwrap();
        let of_age = |seconds: i64| format!("user/l-{:08x}00000001/abc", now.as_second() - seconds);
        let is_leftover = |key: String| leftover(&key, &region, present).is_some();
        assert!(is_leftover(of_age(4 * 3600)));
        assert!(!is_leftover(of_age(2 * 3600)));
        assert!(!is_leftover("user/notes.txt".to_owned()));
    }
}
