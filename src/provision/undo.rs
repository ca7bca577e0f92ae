//! Takes back what a launch has made.
//!
//! Each thing knows how it is removed and, where that fails, the command that removes it later.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::network::remove_networks_of_launch;
use super::wish::deployment::deployment_of;
use crate::aws::ec2::Ec2;
use crate::aws::iam::Iam;
use crate::aws::s3::Bucket;
use crate::aws::types::Machine;
use crate::aws::{AwsError, ErrorKind};

/// The pauses between tries to remove a group that is held; a machine takes about a minute to let go of its interface.
const GROUP_PAUSES: [Duration; 30] = [Duration::from_secs(2); 30];

/// Something that was made, or is about to be.
#[derive(Debug)]
pub(super) enum Made {
    /// The machine's role, with its policy.
    Role { iam: Iam, name: String },
    /// The instance profile that holds it.
    Profile { iam: Iam, name: String },
    /// The account's bucket.
    Bucket { bucket: Bucket },
    /// The agent's binary in it.
    Object { bucket: Bucket, key: String },
    /// The security group.
    Group { ec2: Ec2, region: String, name: String },
    /// The network that this launch makes.
    Network { ec2: Ec2, region: String, launch: String },
    /// What the machines of a fleet are made from.
    LaunchTemplate { ec2: Ec2, region: String, name: String },
    /// Machines.
    Machines { ec2: Ec2, region: String, ids: Vec<String> },
    /// Machines that may be there: EC2 gave no answer to a request with this token.
    PerhapsMachines { ec2: Ec2, region: String, token: String },
    /// Machines of a fleet that may be there: EC2 gave no answer. They are known by their launch alone.
    PerhapsFleet { ec2: Ec2, region: String, launch: String },
}

/// Something that is still there, and how to be rid of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it is.
    pub what: String,
    /// The command that removes it.
    pub command: String,
    /// Why it could not be removed.
    pub because: String,
}

/// What is said of what EC2 has not told of begins with this.
const PERHAPS: &str = "perhaps ";

impl Left {
    /// Whether it is something that EC2 may yet make, so that not to see it says nothing.
    #[must_use]
    pub fn may_yet_come(&self) -> bool {
        self.what.starts_with(PERHAPS)
    }
}

impl Made {
    /// Whether a machine of this region may need it; roles are of no region.
    pub(super) fn serves(&self, wanted: &str) -> bool {
        match self {
            Self::Role { .. } | Self::Profile { .. } => true,
            Self::Bucket { bucket } | Self::Object { bucket, .. } => bucket.region() == wanted,
            Self::Group { region, .. }
            | Self::Network { region, .. }
            | Self::LaunchTemplate { region, .. }
            | Self::Machines { region, .. }
            | Self::PerhapsMachines { region, .. }
            | Self::PerhapsFleet { region, .. } => region == wanted,
        }
    }

    /// Whether it serves all launches of its region alike.
    pub(super) const fn is_stored(&self) -> bool {
        matches!(self, Self::Bucket { .. } | Self::Object { .. })
    }

    /// Takes out a machine that has ended.
    pub(super) fn forget_machine(&mut self, ended: &str) {
        if let Self::Machines { ids, .. } = self {
            ids.retain(|id| id != ended);
        }
    }

    /// Whether it is the launch template of this name.
    pub(super) fn is_launch_template(&self, wanted: &str) -> bool {
        matches!(self, Self::LaunchTemplate { name, .. } if name == wanted)
    }

    /// The region in which it keeps others from being removed for as long as it is there.
    pub(super) fn holds_in(&self) -> Option<&str> {
        match self {
            Self::Machines { region, .. } | Self::Group { region, .. } => Some(region),
            _ => None,
        }
    }

    /// The region in which something that is still there may keep it.
    pub(super) fn held_in(&self) -> Option<&str> {
        match self {
            Self::Group { region, .. } | Self::Network { region, .. } => Some(region),
            _ => None,
        }
    }

    /// What is left where something that is still there keeps it.
    pub(super) fn held_by(&self, holder: &str, launch: &str) -> Left {
        let (what, command) = self.named(launch);
        Left { what, command, because: format!("{holder} is still there") }
    }

    /// What it is called, and the command that removes it once its launch is over.
    fn named(&self, launch: &str) -> (String, String) {
        let stored = || "cloudkit launch cleanup --bucket".to_owned();
        let anywhere = || format!("cloudkit launch cleanup --launch {launch}");
        let here = |region: &str| format!("{} --region {region}", anywhere());
        let list = |region: &str| format!("cloudkit launch list --region {region}");
        match self {
            Self::Role { name, .. } => (format!("role {name}"), anywhere()),
            Self::Profile { name, .. } => (format!("instance profile {name}"), anywhere()),
            Self::Bucket { bucket } => (format!("bucket {}", bucket.name()), stored()),
            Self::Object { bucket, key } => {
                // A bucket that holds something of a deployment is not emptied.
                let of_deployment = deployment_of(key).map(|name| format!("cloudkit deploy destroy {name}"));
                (format!("object {key} in bucket {}", bucket.name()), of_deployment.unwrap_or_else(stored))
            }
            Self::Group { region, name, .. } => (format!("security group {name}"), here(region)),
            Self::Network { region, launch, .. } => (format!("the network of launch {launch}"), here(region)),
            Self::LaunchTemplate { region, name, .. } => (format!("launch template {name}"), here(region)),
            Self::Machines { region, ids, .. } => {
                (machines(ids), format!("cloudkit launch terminate {} --region {region}", ids.join(" ")))
            }
            Self::PerhapsMachines { region, token, .. } => {
                (format!("{PERHAPS}a machine of request {token}"), list(region))
            }
            Self::PerhapsFleet { region, launch, .. } => {
                (format!("{PERHAPS}machines of launch {launch}"), list(region))
            }
        }
    }

    /// Removes it; says what was removed, or nothing where nothing was there.
    pub(super) async fn undo(self, launch: &str) -> Result<Option<String>, Left> {
        let (what, command) = self.named(launch);
        let removed = |was_there: bool| was_there.then(|| what.clone());
        let outcome = match self {
            Self::Role { iam, name } => iam.remove_role(&name).await.map(removed),
            Self::Profile { iam, name } => iam.remove_profile(&name).await.map(removed),
            Self::Bucket { bucket } => bucket.remove_if_empty().await.map(removed),
            Self::Object { bucket, key } => bucket.remove_object(&key).await.map(removed),
            Self::Group { ec2, name, .. } => remove_group(&ec2, &name).await.map(removed),
            Self::Network { ec2, region, launch } => remove_networks_of_launch(&ec2, &region, &launch)
                .await
                .map(|ids| (!ids.is_empty()).then(|| format!("network {}", ids.join(", ")))),
            Self::LaunchTemplate { ec2, name, .. } => ec2.remove_launch_template(&name).await.map(removed),
            Self::Machines { ids, .. } if ids.is_empty() => Ok(None),
            Self::Machines { ec2, ids, .. } => end_all(&ec2, &ids).await.map(|()| removed(true)),
            Self::PerhapsMachines { ec2, token, .. } => {
                end_what_came(&ec2, ec2.machines_of_request(&token).await).await
            }
            Self::PerhapsFleet { ec2, launch, .. } => {
                end_what_came(&ec2, ec2.machines_of_launch(&launch).await).await
            }
        };
        outcome.map_err(|error| Left { what, command, because: error.to_string() })
    }
}

async fn remove_group(ec2: &Ec2, name: &str) -> Result<bool, AwsError> {
    match ec2.own_groups(Some(name)).await?.into_iter().next() {
        Some(group) => remove_group_when_free(ec2, &group.id).await.map(|()| true),
        None => Ok(false),
    }
}

/// Removes a group as soon as nothing holds it.
pub(super) async fn remove_group_when_free(ec2: &Ec2, id: &str) -> Result<(), AwsError> {
    when_free(|| ec2.remove_group(id)).await
}

/// Removes something, again and again while the interface of an ending machine still holds it.
pub(super) async fn when_free(remove: impl AsyncFn() -> Result<(), AwsError>) -> Result<(), AwsError> {
    let mut pauses = GROUP_PAUSES.iter();
    loop {
        match remove().await {
            Err(error) if error.kind == ErrorKind::InUse => match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Err(error),
            },
            outcome => return outcome,
        }
    }
}

/// Ends machines by one call. Where EC2 does not know one of them, which fails the call for all, each by its own.
pub(super) async fn end_all(ec2: &Ec2, ids: &[String]) -> Result<(), AwsError> {
    match ec2.terminate_all(ids).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            try_join_all(ids.iter().map(|id| ec2.terminate(id))).await.map(|_| ())
        }
        outcome => outcome,
    }
}

fn machines(ids: &[String]) -> String {
    format!("machine{} {}", if ids.len() == 1 { "" } else { "s" }, ids.join(", "))
}

/// Machines that EC2 never told of: ended where EC2 shows them; where it does not, they may still come, and that is said.
async fn end_what_came(ec2: &Ec2, shown: Result<Vec<Machine>, AwsError>) -> Result<Option<String>, AwsError> {
    let shown = shown?.into_iter().filter(|one| !one.state.is_ended());
    let ids: Vec<String> = shown.map(|machine| machine.id).collect();
    if ids.is_empty() {
        let because = "EC2 does not show it, and may yet".to_owned();
        return Err(AwsError::own("DescribeInstances", ErrorKind::NotFound, because));
    }
    end_all(ec2, &ids).await?;
    Ok(Some(machines(&ids)))
}
