//! What is asked of AWS and what it answers, in our own words.
//!
//! Plain data: no SDK, no input or output. A field that AWS left out is `None`, never a guess.

pub mod capacity;
pub mod ending;
pub mod fleet;
pub mod network;
pub mod unused;
pub mod volume;

use serde::{Deserialize, Serialize};

use crate::model::tag::{self, Tag};
use crate::model::{Architecture, Market, Mebibytes, Money, NotAValue, RegionName, ShutdownBehavior, Volume};
use volume::{BlockDevice, ImageVolume};

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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// `ami-…`.
    pub id: String,
    /// The name its owner gave it.
    pub name: Option<String>,
    /// What it runs on.
    pub architecture: Option<Architecture>,
    /// The device that its root volume is attached as, `/dev/xvda`.
    pub root_device: Option<String>,
    /// The volumes that it brings, the root volume among them.
    pub volumes: Vec<ImageVolume>,
    /// In EC2's words where it is in its life: `available`, `pending`, `disabled`.
    pub state: Option<String>,
    /// Whether it is a Windows image.
    pub windows: bool,
    /// `ebs`, or `instance-store` for one of long ago.
    pub root_device_type: Option<String>,
    /// `hvm`, or `paravirtual` for one of long ago.
    pub virtualization: Option<String>,
    /// The account that owns it.
    pub owner: Option<String>,
    /// EC2's name for an owner that it has verified, `amazon`.
    pub owner_alias: Option<String>,
    /// When its owner has it fall out of use.
    pub deprecated_from: Option<jiff::Timestamp>,
}

impl Image {
    /// The volume that it boots from.
    #[must_use]
    pub fn root(&self) -> Option<&ImageVolume> {
        self.volumes.iter().find(|volume| Some(&volume.device) == self.root_device.as_ref())
    }
}

/// What EC2 says of an instance type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypeFacts {
    /// The architectures that it runs.
    pub architectures: Vec<Architecture>,
    /// Virtual processors.
    pub vcpus: Option<u32>,
    /// Memory.
    pub memory: Option<Mebibytes>,
    /// Whether it can be hibernated.
    pub hibernation: Option<bool>,
    /// Its GPUs, parts of one included.
    pub gpus: Vec<TypeDevice>,
    /// AWS's own devices for machine learning: Inferentia, Trainium.
    pub neuron: Vec<TypeDevice>,
    /// Every other device that needs a driver of its own.
    pub other_devices: Vec<TypeDevice>,
}

/// A device of an instance type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeDevice {
    /// Its name, `L4`.
    pub name: String,
    /// Who makes it.
    pub manufacturer: Option<String>,
    /// Whether the machine has only a part of one.
    pub is_part: bool,
}

/// A request for a machine, or for several of one kind; the same request with the same token never makes more of them.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html>
///
/// What every machine of cloudkit gets is not in it, because it never differs: metadata service version 2, volumes that are encrypted and go with the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRequest {
    /// The idempotency token, at most 64 ASCII characters.
    pub client_token: String,
    /// `ami-…`.
    pub image: String,
    /// The instance type.
    pub instance_type: String,
    /// How many machines.
    #[serde(default)]
    pub count: RunCount,
    /// The zone, where one was chosen: its id or its name.
    pub zone: Option<String>,
    /// The ids of the security groups.
    pub groups: Vec<String>,
    /// The network interface; absent where EC2 makes one in the default network, with a public address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interface: Option<InterfaceRequest>,
    /// The name of the key pair that EC2 hands to the machine, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pair: Option<String>,
    /// Its volumes, the root volume among them.
    pub block_devices: Vec<BlockDevice>,
    /// How it is bought.
    pub market: Market,
    /// The most that a spot machine may cost an hour; at most the price on demand where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<Money>,
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

/// How many machines a request is for: as many as EC2 has room for, up to the most and down to the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCount {
    /// With fewer there are to be none.
    pub least: u32,
    /// No more than these.
    pub most: u32,
}

impl Default for RunCount {
    fn default() -> Self {
        Self { least: 1, most: 1 }
    }
}

/// The network interface that a machine is asked for with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceRequest {
    /// The subnet, which says the zone too.
    pub subnet: String,
    /// Whether it gets a public IPv4 address.
    pub public_address: bool,
    /// Whether it gets an IPv6 address.
    pub ipv6: bool,
}

/// Where a machine is in its life.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
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
    #[default]
    Other,
}

impl MachineState {
    /// Whether the machine is gone, or on its way out.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::ShuttingDown | Self::Terminated)
    }

    /// Whether the machine is stopped, or on its way to be.
    #[must_use]
    pub const fn is_at_rest(self) -> bool {
        matches!(self, Self::Stopping | Self::Stopped)
    }
}

impl MachineState {
    const KNOWN: [Self; 6] =
        [Self::Pending, Self::Running, Self::Stopping, Self::Stopped, Self::ShuttingDown, Self::Terminated];
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

impl std::str::FromStr for MachineState {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<Self, NotAValue> {
        let expected = "a state: pending, running, stopping, stopped, shutting-down or terminated";
        let known = Self::KNOWN.into_iter().find(|state| state.to_string() == text);
        known.ok_or_else(|| NotAValue::new(text, expected))
    }
}

/// A machine as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    /// Its IPv4 address within its network.
    pub private_address: Option<String>,
    /// Its IPv6 address.
    pub ipv6_address: Option<String>,
    /// The network that it is in.
    pub network: Option<String>,
    /// When it was last started.
    pub launched_at: Option<jiff::Timestamp>,
    /// The security groups of its interfaces.
    pub groups: Vec<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// How it was bought; in a reservation or not, on demand is on demand.
    pub market: Market,
    /// Whether it was launched so that it can hibernate.
    pub can_hibernate: bool,
    /// `ami-…`.
    pub image: Option<String>,
    /// The key pair of EC2's that it was launched with.
    pub key_pair: Option<String>,
    /// The ARN of its instance profile.
    pub profile: Option<String>,
    /// Whether its metadata service serves its tags.
    pub metadata_tags: ending::MetadataTags,
}

/// A machine and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Its region.
    pub region: RegionName,
    /// What EC2 says of it.
    pub machine: Machine,
}

impl Machine {
    /// The value of one of its tags.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        tag::value_of(&self.tags, key)
    }

    /// Where it is reached: at its public address, else by IPv6, else from within its network.
    #[must_use]
    pub fn reached_at(&self) -> Option<&str> {
        let addresses = [&self.public_address, &self.ipv6_address, &self.private_address];
        addresses.into_iter().flatten().next().map(String::as_str)
    }
}

/// What stands against the end of a machine by a call, and what its own power-off does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// TerminateInstances is refused.
    pub against_termination: bool,
    /// StopInstances is refused.
    pub against_stop: bool,
    /// What the power-off of its system does; none where EC2 says something new.
    pub on_shutdown: Option<ShutdownBehavior>,
}

/// A volume of EBS that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// `vol-…`.
    pub id: String,
    /// Its size, kind and speed, where EC2 tells of a kind we know.
    pub volume: Option<Volume>,
    /// The machine that it is attached to.
    pub machine: Option<String>,
    /// Whether it goes with its machine, where EC2 says so.
    pub ends_with_machine: Option<bool>,
}

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The network that it is for.
    pub network: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// A launch template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchTemplate {
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
