//! The machines that are there, over all the regions at once.
//!
//! AWS is asked each time: what cloudkit once wrote down is never taken for what is there. A region that fails is named,
//! never left out in silence.

use crate::aws::regions::{PerRegion, RegionFailure, ask_each};
use crate::aws::types::{Located, Machine};
use crate::aws::{AwsError, Session};
use crate::model::{RegionName, tag};

/// The machines of some regions.
#[derive(Debug)]
pub struct Inventory {
    /// Every machine that cloudkit made and EC2 still shows, by region, then name, then id.
    pub machines: Vec<Located>,
    /// The regions that could not be asked.
    pub failures: Vec<RegionFailure>,
}

/// The regions that the account can use.
///
/// # Errors
/// Where EC2 refuses or can't be reached in the region that is asked.
pub async fn enabled_regions(session: &Session, ask: &RegionName) -> Result<Vec<RegionName>, AwsError> {
    let names = session.ec2(ask).enabled_regions().await?;
    let mut regions: Vec<RegionName> = names.into_iter().filter_map(|name| name.parse().ok()).collect();
    regions.sort_unstable();
    Ok(regions)
}

/// Looks at some regions side by side.
pub async fn list(session: &Session, regions: &[RegionName]) -> Inventory {
    let PerRegion { answers, failures } =
        ask_each(session, regions, |region| async move { session.ec2(region).own_machines().await }).await;
    let located = |(region, machines): (RegionName, Vec<Machine>)| {
        machines.into_iter().map(move |machine| Located { region: region.clone(), machine })
    };
    let mut machines: Vec<Located> = answers.into_iter().flat_map(located).collect();
    machines.sort_by(|a, b| by_place_and_name(a).cmp(&by_place_and_name(b)));
    Inventory { machines, failures }
}

fn by_place_and_name(one: &Located) -> (&RegionName, Option<&str>, &str) {
    (&one.region, one.machine.tag(tag::NAME), &one.machine.id)
}
