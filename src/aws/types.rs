//! What is asked of AWS and what it answers, in our own words.
//!
//! Plain data: no SDK, no input or output. A field that AWS left out is `None`, never a guess.

pub mod capacity;
pub mod ending;

use serde::{Deserialize, Serialize};

use crate::model::tag::{self, Tag};
use crate::model::{Architecture, Market, Mebibytes};

/// The caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account's twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
}

impl Identity {
    /// The ARN without what every ARN of the account begins with: `user/ada`, `assumed-role/admin/ada`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.arn.splitn(6, ':').nth(5).unwrap_or(&self.arn)
    }
}

/// A machine image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `ami-…`.
    pub id: String,
    /// The name its owner gave it.
    pub name: Option<String>,
    /// What it runs on.
    pub architecture: Option<Architecture>,
    /// The device that its root volume is attached as, `/dev/xvda`.
    pub root_device: Option<String>,
    /// The size of its root snapshot in GiB.
    pub root_gib: Option<u32>,
    /// The kind of its root volume, `gp3`.
    pub root_volume_type: Option<String>,
    /// Whether it can be launched now.
    pub available: bool,
    /// Whether it is a Windows image.
    pub windows: bool,
}

/// What EC2 says of an instance type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeFacts {
    /// The architectures that it runs.
    pub architectures: Vec<Architecture>,
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Memory.
    pub memory: Option<Mebibytes>,
    /// Whether it can be hibernated.
    pub hibernation: Option<bool>,
}

/// A request for one machine; the same request with the same token never makes a second one.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>
///
/// What every machine of cloudkit gets is not in it, because it never differs: metadata service version 2 with instance
/// tags, an encrypted root volume that goes with the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The idempotency token, at most 64 ASCII characters.
    pub client_token: String,
    /// `ami-…`.
    pub image: String,
    /// The instance type.
    pub instance_type: String,
    /// The zone, where one was chosen: its id or its name.
    pub zone: Option<String>,
    /// The security group's id.
    pub group: String,
    /// The root device as the image names it.
    pub root_device: String,
    /// The size of the root volume in GiB; that of the image's snapshot where it is absent.
    pub root_gib: Option<u32>,
    /// How it is bought.
    pub market: Market,
    /// The reservation or capacity block to launch into.
    pub reservation: Option<String>,
    /// How it can end.
    #[serde(default)]
    pub ending: ending::RunEnding,
    /// The user data in base64.
    pub user_data: String,
    /// The tags of machine, volume and network interface.
    pub tags: Vec<Tag>,
}

/// Where a machine is in its life.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MachineState {
    /// Being made.
    Pending,
    /// Running.
    Running,
    /// On its way to be stopped.
    Stopping,
    /// Stopped; its volumes still cost.
    Stopped,
    /// On its way out.
    ShuttingDown,
    /// Gone; shown for about an hour.
    Terminated,
    /// A state that AWS has added since.
    Other,
}

impl MachineState {
    /// Whether the machine is gone, or on its way out.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::ShuttingDown | Self::Terminated)
    }
}

impl std::fmt::Display for MachineState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::ShuttingDown => "shutting-down",
            Self::Terminated => "terminated",
            Self::Other => "other",
        })
    }
}

/// A machine as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// `i-…`.
    pub id: String,
    /// Its type.
    pub instance_type: String,
    /// Where it is in its life.
    pub state: MachineState,
    /// Why it is in that state, in EC2's words (`Client.InstanceInitiatedShutdown: …`).
    pub state_reason: Option<String>,
    /// The zone's id.
    pub zone_id: Option<String>,
    /// Its public IPv4 address.
    pub public_address: Option<String>,
    /// When it was last started.
    pub launched_at: Option<jiff::Timestamp>,
    /// The security groups of its interfaces.
    pub groups: Vec<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Whether it is a spot machine.
    pub spot: bool,
}

impl Machine {
    /// The value of one of its tags.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        tag::value_of(&self.tags, key)
    }
}

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// How EC2 runs a machine, as far as quotas tell machines apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// On demand, in a capacity reservation or not.
    OnDemand,
    /// As a spot machine.
    Spot,
    /// In a capacity block, which quotas of vCPUs do not count.
    CapacityBlock,
}

/// A machine that counts towards a quota for as long as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargedMachine {
    /// Its type.
    pub instance_type: String,
    /// How EC2 runs it.
    pub lifecycle: Lifecycle,
    /// Its processor cores times their threads.
    pub vcpus: Option<u32>,
}

/// What a reservation of the account holds and nothing runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedReservation {
    /// The type that it is for.
    pub instance_type: String,
    /// How many machines it still has room for.
    pub available: u32,
    /// Whether it is an ordinary reservation, or a capacity block.
    pub lifecycle: Lifecycle,
}

/// A quota of an account in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceQuota {
    /// Its code, `L-1216C47A`.
    pub code: String,
    /// What Service Quotas calls it.
    pub name: Option<String>,
    /// The limit; none where Service Quotas could not find it out.
    pub value: Option<u32>,
}

/// A request for a higher quota.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaRequest {
    /// Its id.
    pub id: String,
    /// The limit that was asked for.
    pub desired: u32,
    /// How far it is, in AWS's words in lower case: `pending`, `case-opened`.
    pub status: String,
    /// When it was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<jiff::Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_named_without_the_arn_around_it() {
        let identity = |arn: &str| Identity { account: "123456789012".to_owned(), arn: arn.to_owned() };
        assert_eq!(identity("arn:aws:iam::123456789012:user/ada").short_name(), "user/ada");
        assert_eq!(identity("arn:aws:sts::123456789012:assumed-role/a/b").short_name(), "assumed-role/a/b");
        assert_eq!(identity("odd").short_name(), "odd");
    }
}

/// A region as an account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRegion {
    /// Its code.
    pub name: String,
    /// Whether the account can use it, where EC2 says so in words that are known.
    pub opt_in: Option<OptIn>,
}

/// Whether an account can use a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptIn {
    /// It is open to every account.
    NotRequired,
    /// The account has enabled it.
    OptedIn,
    /// The account has not enabled it.
    NotOptedIn,
}

impl OptIn {
    /// What EC2's word means.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "opt-in-not-required" => Some(Self::NotRequired),
            "opted-in" => Some(Self::OptedIn),
            "not-opted-in" => Some(Self::NotOptedIn),
            _ => None,
        }
    }

    /// The spelling of documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotRequired => "not-required",
            Self::OptedIn => "opted-in",
            Self::NotOptedIn => "not-opted-in",
        }
    }
}
