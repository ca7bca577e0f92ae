//! Roles and instance profiles of ended machines.
//!
//! IAM is one for all regions, so it is asked once, and a role serves its launch's machine wherever that is: it is judged
//! by every region that the account can use, whichever were asked about. Where one of them gives no answer no role goes.

use futures_util::future::try_join_all;

use super::{Present, leftover_of};
use crate::aws::types::Machine;
use crate::aws::types::ending::OwnRole;
use crate::aws::{AwsError, ErrorKind, Session};
use crate::model::{RegionName, tag};
use crate::provision::inventory::enabled_regions;
use crate::provision::plan::ending::role_name;
use crate::provision::plan::planned_at;
use crate::provision::report::{Leftover, LeftoverKind};

/// What stands for a region where a thing has none.
pub const EVERYWHERE: &str = "global";

/// The roles that are left over.
#[derive(Debug)]
pub enum Roles {
    /// Each of them.
    Found(Vec<Leftover>),
    /// Who asks may not see roles, and so has most likely made none.
    NotAllowed(AwsError),
    /// They could not be looked for.
    Failed(AwsError),
}

/// Looks for roles that serve nothing any more, by way of a region of the account's partition.
pub async fn find(session: &Session, home: &RegionName, present: Present<'_>) -> Roles {
    match look(session, home, present).await {
        Ok(found) => Roles::Found(found),
        Err(error) if error.kind == ErrorKind::NotAllowed => Roles::NotAllowed(error),
        Err(error) => Roles::Failed(error),
    }
}

async fn look(session: &Session, home: &RegionName, present: Present<'_>) -> Result<Vec<Leftover>, AwsError> {
    let roles = session.iam(home).own_roles().await?;
    let ours: Vec<(&OwnRole, &str)> =
        roles.iter().filter_map(|role| Some((role, launch_of(&role.name)?))).collect();
    if ours.is_empty() {
        return Ok(Vec::new());
    }
    let regions = enabled_regions(session, home).await?;
    let machines = try_join_all(regions.iter().map(async |region| session.ec2(region).own_machines().await));
    let machines: Vec<Machine> = machines.await?.into_iter().flatten().collect();
    let left = ours.into_iter().filter(|(_, launch)| serves_nothing(launch, &machines, present));
    let leftover = |(role, launch): (&OwnRole, &str)| {
        leftover_of(LeftoverKind::Role, &role.name, EVERYWHERE, Some(launch))
    };
    Ok(left.map(leftover).collect())
}

/// The launch that a role was made for, by its name; none where it is not a name of ours.
fn launch_of(name: &str) -> Option<&str> {
    let launch = name.strip_prefix("cloudkit-").filter(|launch| role_name(launch) == name)?;
    planned_at(launch).map(|_| launch)
}

/// Whether a launch's machine has ended, and none is about to be made. A stopped one wants its role again.
fn serves_nothing(launch: &str, machines: &[Machine], present: Present<'_>) -> bool {
    let mut its = machines.iter().filter(|machine| machine.tag(tag::LAUNCH) == Some(launch)).peekable();
    if its.peek().is_some() {
        return its.all(|machine| machine.state.is_ended());
    }
    !present.may_be_under_way(Some(launch))
}

/// Removes a role with its profile.
pub(super) async fn remove(session: &Session, home: &RegionName, name: &str) -> Result<(), AwsError> {
    let iam = session.iam(home);
    iam.remove_profile(name).await?;
    iam.remove_role(name).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_a_launchs() {
        assert_eq!(launch_of("cloudkit-l-6500000000000001"), Some("l-6500000000000001"));
        for name in ["cloudkit-trainer", "trainer", "cloudkit-", "l-6500000000000001"] {
            assert_eq!(launch_of(name), None, "{name}");
        }
    }

    #[test]
    fn the_role_of_a_launch_under_way_is_left_alone() {
        let now: jiff::Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let present = Present { now, over: &[] };
        let launched_ago = |seconds: i64| format!("l-{:08x}00000001", now.as_second() - seconds);
        assert!(!serves_nothing(&launched_ago(60), &[], present));
        assert!(serves_nothing(&launched_ago(3600), &[], present));
        let over = Present { now, over: &[launched_ago(60)] };
        assert!(serves_nothing(&launched_ago(60), &[], over), "unless it is known to be over");
    }
}
