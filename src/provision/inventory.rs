//! The machines that are there, over all the regions at once.
//!
//! AWS is asked each time: what cloudkit once wrote down is never taken for what is there. A region that fails is named,
//! never left out in silence.

use super::report::MachineRow;
use crate::aws::regions::{PerRegion, RegionFailure, ask_each};
use crate::aws::{AwsError, Session};
use crate::model::RegionName;

/// The machines of some regions.
#[derive(Debug)]
pub struct Inventory {
    /// Every machine that cloudkit made and EC2 still shows, by region, then name, then id.
    pub machines: Vec<MachineRow>,
    /// The regions that could not be asked.
    pub failures: Vec<RegionFailure>,
}

/// No machine, or more than one, goes by a name.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// None does.
    #[error("no machine of cloudkit's is called {0}")]
    Nothing(String),
    /// Several do.
    #[error("{name} is the name of {} machines: {}", ids.len(), ids.join(", "))]
    Several {
        /// The name.
        name: String,
        /// The ids of them all.
        ids: Vec<String>,
    },
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
        ask_each(regions, |region| async move { session.ec2(region).own_machines().await }).await;
    let mut machines: Vec<MachineRow> = answers
        .iter()
        .flat_map(|(region, machines)| machines.iter().map(|one| MachineRow::of(one, region.as_str())))
        .collect();
    machines.sort_by(|a, b| (&a.region, &a.name, &a.instance_id).cmp(&(&b.region, &b.name, &b.instance_id)));
    Inventory { machines, failures }
}

/// The machine with an id or, among those that have not ended, a name.
///
/// # Errors
/// Where there is none, or several have the name.
pub fn resolve<'m>(machines: &'m [MachineRow], wanted: &str) -> Result<&'m MachineRow, ResolveError> {
    if let Some(machine) = machines.iter().find(|machine| machine.instance_id == wanted) {
        return Ok(machine);
    }
    let called: Vec<&MachineRow> = machines
        .iter()
        .filter(|machine| !machine.state.is_ended() && machine.name.as_deref() == Some(wanted))
        .collect();
    match called.as_slice() {
        [only] => Ok(only),
        [] => Err(ResolveError::Nothing(wanted.to_owned())),
        several => Err(ResolveError::Several {
            name: wanted.to_owned(),
            ids: several.iter().map(|machine| machine.instance_id.clone()).collect(),
        }),
    }
}

/// Ends a machine.
///
/// # Errors
/// Where EC2 refuses or can't be reached.
pub async fn terminate(session: &Session, region: &RegionName, id: &str) -> Result<(), AwsError> {
    session.ec2(region).terminate(id).await
}
