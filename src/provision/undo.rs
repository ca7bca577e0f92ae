//! Takes back what a launch has made.
//!
//! Each thing knows how it is removed and, where that fails, the command that removes it later.

use std::time::Duration;

use super::network::remove_networks_of_launch;
use crate::aws::ec2::Ec2;
use crate::aws::iam::Iam;
use crate::aws::s3::Bucket;
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
    /// The machine.
    Machine { ec2: Ec2, region: String, id: String },
    /// A machine that may be there: EC2 gave no answer.
    PerhapsMachine { ec2: Ec2, region: String, token: String },
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

impl Made {
    /// Whether a machine of this region may need it; roles are of no region.
    pub(super) fn serves(&self, wanted: &str) -> bool {
        match self {
            Self::Role { .. } | Self::Profile { .. } => true,
            Self::Bucket { bucket } | Self::Object { bucket, .. } => bucket.region() == wanted,
            Self::Group { region, .. }
            | Self::Network { region, .. }
            | Self::Machine { region, .. }
            | Self::PerhapsMachine { region, .. } => region == wanted,
        }
    }

    /// Whether it serves all launches of its region alike.
    pub(super) const fn is_stored(&self) -> bool {
        matches!(self, Self::Bucket { .. } | Self::Object { .. })
    }

    /// Whether it is the machine of this id.
    pub(super) fn is_machine(&self, wanted: &str) -> bool {
        matches!(self, Self::Machine { id, .. } if id == wanted)
    }

    /// The region in which it keeps others from being removed for as long as it is there.
    pub(super) fn holds_in(&self) -> Option<&str> {
        match self {
            Self::Machine { region, .. } | Self::Group { region, .. } => Some(region),
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
    pub(super) fn held_by(&self, holder: &str) -> Left {
        let (what, command) = self.named();
        Left { what, command, because: format!("{holder} is still there") }
    }

    /// What it is called, and the command that removes it.
    fn named(&self) -> (String, String) {
        let cleanup = |rest: &str| format!("cloudkit launch cleanup{rest}");
        let here = |region: &str| cleanup(&format!(" --region {region}"));
        match self {
            Self::Role { name, .. } => (format!("role {name}"), cleanup("")),
            Self::Profile { name, .. } => (format!("instance profile {name}"), cleanup("")),
            Self::Bucket { bucket } => (format!("bucket {}", bucket.name()), cleanup(" --bucket")),
            Self::Object { bucket, key } => {
                (format!("object {key} in bucket {}", bucket.name()), cleanup(" --bucket"))
            }
            Self::Group { region, name, .. } => (format!("security group {name}"), here(region)),
            Self::Network { region, launch, .. } => (format!("the network of launch {launch}"), here(region)),
            Self::Machine { region, id, .. } => {
                (format!("machine {id}"), format!("cloudkit launch terminate {id} --region {region}"))
            }
            Self::PerhapsMachine { region, token, .. } => (
                format!("perhaps a machine of request {token}"),
                format!("cloudkit launch list --region {region}"),
            ),
        }
    }

    /// Removes it; says what was removed, or nothing where nothing was there.
    pub(super) async fn undo(self) -> Result<Option<String>, Left> {
        let (what, command) = self.named();
        let outcome = match self {
            Self::Role { iam, name } => iam.remove_role(&name).await,
            Self::Profile { iam, name } => iam.remove_profile(&name).await,
            Self::Bucket { bucket } => bucket.remove_if_empty().await,
            Self::Object { bucket, key } => bucket.remove_object(&key).await,
            Self::Group { ec2, name, .. } => remove_group(&ec2, &name).await,
            Self::Network { ec2, region, launch } => {
                return match remove_networks_of_launch(&ec2, &region, &launch).await {
                    Ok(ids) => Ok((!ids.is_empty()).then(|| format!("network {}", ids.join(", ")))),
                    Err(error) => Err(Left { what, command, because: error.to_string() }),
                };
            }
            Self::Machine { ec2, id, .. } => ec2.terminate(&id).await.map(|()| true),
            Self::PerhapsMachine { ec2, token, .. } => {
                return perhaps_machine(&ec2, &token).await.map_err(|because| Left {
                    what,
                    command,
                    because,
                });
            }
        };
        match outcome {
            Ok(was_there) => Ok(was_there.then_some(what)),
            Err(error) => Err(Left { what, command, because: error.to_string() }),
        }
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

/// A machine that EC2 never told of: ended where EC2 shows it; where it does not, it may still come, and that is said.
async fn perhaps_machine(ec2: &Ec2, token: &str) -> Result<Option<String>, String> {
    let machines = ec2.machines_of_request(token).await.map_err(|error| error.to_string())?;
    let Some(machine) = machines.first() else {
        return Err("EC2 does not show it, and may yet".to_owned());
    };
    ec2.terminate(&machine.id).await.map_err(|error| error.to_string())?;
    Ok(Some(format!("machine {}", machine.id)))
}
