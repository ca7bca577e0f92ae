//! The roles by which machines that are there come to read the secrets of their deployment.
//!
//! The role of a launch is made by that launch where it has secrets; here it is made afterwards, or reads by another key.
//! What it allows is in `provision/permissions`.

use std::collections::BTreeMap;

use crate::aws::types::{Identity, Located};
use crate::aws::{AwsError, ErrorKind, Session};
use crate::model::RegionName;
use crate::model::secrets_place::path_of;
use crate::model::tag;
use crate::provision::permissions::document::{PolicyDocument, VERSION};
use crate::provision::permissions::machine::{partition, trust};
use crate::provision::permissions::secrets::{SecretsGrant, statements};
use crate::provision::plan::ending::role_name;
use crate::provision::plan::helper_tags;
use crate::provision::settle::PROFILE_PAUSES;

/// A role that could not be given.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// A machine has a role that cloudkit did not make, and can't have two.
    #[error(
        "{machine} in {region} has the instance profile {profile}, which cloudkit did not make: a machine has one role"
    )]
    Other {
        /// The machine.
        machine: String,
        /// Where it is.
        region: RegionName,
        /// What it has.
        profile: String,
    },
    /// AWS refuses, or can't be reached.
    #[error("cannot {doing}")]
    Aws {
        /// What was being done.
        doing: String,
        /// Why not.
        source: Box<AwsError>,
    },
}

/// The machines of each launch, with where they are.
type Launches<'m> = BTreeMap<(&'m str, &'m RegionName), Vec<&'m Located>>;

/// Whether a machine has no role yet.
///
/// # Errors
/// Where one has a role of somebody else's.
pub fn is_missing(machines: &[Located]) -> Result<bool, RoleError> {
    let mut is_missing = false;
    for ((launch, region), machines) in launches(machines) {
        for one in machines {
            match profile(one) {
                None => is_missing = true,
                Some(profile) if profile == role_name(launch) => {}
                Some(profile) => {
                    let (machine, profile) = (one.machine.id.clone(), profile.to_owned());
                    return Err(RoleError::Other { machine, region: region.clone(), profile });
                }
            }
        }
    }
    Ok(is_missing)
}

/// Has all machines read the secrets of their deployment that this key encrypts. What is there already is kept; `say` is told
/// of each role.
///
/// # Errors
/// Where AWS refuses or can't be reached; what was made until then is found again by the ids of the launches.
pub async fn grant(
    session: &Session,
    caller: &Identity,
    deployment: &str,
    key: Option<&str>,
    machines: &[Located],
    say: impl Fn(&str),
) -> Result<(), RoleError> {
    let partition = partition(&caller.arn);
    for ((launch, region), machines) in launches(machines) {
        let role = role_name(launch);
        let grant = SecretsGrant {
            path: path_of(deployment),
            region: region.to_string(),
            key: key.map(str::to_owned),
        };
        let statement = statements(&grant, partition, &caller.account);
        let policy = PolicyDocument { version: VERSION.to_owned(), statement }.to_json();
        let what_for = format!("The machine of cloudkit launch {launch}");
        let (iam, tags) = (session.iam(region), helper_tags(launch));
        let made = iam.make_role(&role, &what_for, &trust(partition), &policy, &tags).await;
        made.map_err(failed(format!("make role {role}")))?;
        let without: Vec<&Located> = machines.into_iter().filter(|one| profile(one).is_none()).collect();
        if !without.is_empty() {
            let made = iam.make_profile(&role, &role, &tags).await;
            made.map_err(failed(format!("make instance profile {role}")))?;
        }
        for one in without {
            give(session, one, &role).await?;
        }
        say(&role);
    }
    Ok(())
}

/// EC2 knows of a profile only some seconds after IAM.
async fn give(session: &Session, one: &Located, profile: &str) -> Result<(), RoleError> {
    let ec2 = session.ec2(&one.region);
    let mut pauses = PROFILE_PAUSES.iter();
    loop {
        let given = ec2.give_profile(&one.machine.id, profile).await;
        let is_new = matches!(&given, Err(error) if error.kind == ErrorKind::NotKnownYet);
        match pauses.next().filter(|_| is_new) {
            Some(pause) => tokio::time::sleep(*pause).await,
            None => return given.map_err(failed(format!("give {} the role {profile}", one.machine.id))),
        }
    }
}

fn launches(machines: &[Located]) -> Launches<'_> {
    let mut launches = Launches::new();
    for one in machines {
        if let Some(launch) = one.machine.tag(tag::LAUNCH) {
            launches.entry((launch, &one.region)).or_default().push(one);
        }
    }
    launches
}

/// The name of a machine's instance profile, which is the last part of its ARN.
fn profile(one: &Located) -> Option<&str> {
    one.machine.profile.as_deref()?.rsplit('/').next()
}

fn failed(doing: String) -> impl FnOnce(AwsError) -> RoleError {
    move |source| RoleError::Aws { doing, source: Box::new(source) }
}
