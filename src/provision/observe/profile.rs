//! Reads the instance profile that was asked for, and the policies of its role.
//!
//! Who may use a profile need not be allowed to read it: that is no failure, and what is not known is named by the plan.

use super::{ObserveError, aws};
use crate::aws::iam::Iam;
use crate::aws::{AwsError, ErrorKind};
use crate::provision::wish::role::ProfileName;
use crate::provision::world::profile::{ProfileWorld, RoleWorld};

pub(super) async fn observe(
    iam: &Iam,
    wanted: Option<&ProfileName>,
) -> Result<Option<ProfileWorld>, ObserveError> {
    let Some(ProfileName { name, .. }) = wanted else { return Ok(None) };
    let failed = |error| aws(format!("instance profile {name}"))(error);
    let role = match iam.profile(name).await {
        Ok(None) => return Err(ObserveError::NoProfile { name: name.clone() }),
        Ok(Some(profile)) => match profile.role {
            None => RoleWorld::Missing,
            Some(role) => match iam.policies(&role).await {
                Ok(policies) => RoleWorld::Policies(policies),
                Err(error) => unless_denied(error).map_err(failed)?,
            },
        },
        Err(error) => unless_denied(error).map_err(failed)?,
    };
    Ok(Some(ProfileWorld { name: name.clone(), role }))
}

fn unless_denied(error: AwsError) -> Result<RoleWorld, AwsError> {
    match error.kind {
        ErrorKind::NotAllowed => Ok(RoleWorld::Unknown { because: error.to_string() }),
        _ => Err(error),
    }
}
