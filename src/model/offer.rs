//! The offer: one way to get one kind of machine. What `find` prints and `launch` reads, `cloudkit.offer/v1`.
//!
//! A field that is not known is absent. Fields are only ever added within v1.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Architecture, DeviceCount, Market, Mebibytes, Money, OperatingSystem};

/// The value of an offer's `schema` field.
pub const SCHEMA: &str = "cloudkit.offer/v1";

/// One way to get one kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer<'a> {
    /// Always [`SCHEMA`].
    #[serde(borrow)]
    pub schema: Cow<'a, str>,
    /// The instance type, `m7i.large`.
    pub instance_type: Cow<'a, str>,
    /// The region's code.
    pub region: Cow<'a, str>,
    /// Availability zone ids (`use1-az1`); ids, since zone names differ from account to account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Cow<'a, str>>,
    /// How it is sold.
    pub market: Market,
    /// The architectures that the type runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub architectures: Vec<Architecture>,
    /// Virtual processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vcpus: Option<u32>,
    /// Memory in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<Mebibytes>,
    /// GPUs, one entry a kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gpus: Vec<Device<'a>>,
    /// Other accelerators: Inferentia, Trainium, media and field-programmable ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accelerators: Vec<Device<'a>>,
    /// What the price is for.
    pub os: OperatingSystem,
    /// US dollars an hour in this market and for this operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_usd_hour: Option<Money>,
    /// US dollars an hour on demand, for comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_demand_usd_hour: Option<Money>,
    /// `embedded`, `feed` or `api`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_source: Option<Cow<'a, str>>,
    /// The date the price is from, `2026-08-06`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_as_of: Option<Cow<'a, str>>,
    /// The capacity reservation or capacity block to launch into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation_id: Option<Cow<'a, str>>,
    /// How many machines the reservation still has room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_count: Option<u32>,
}

/// Devices of one kind in a machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device<'a> {
    /// The device's name, `L4`.
    #[serde(borrow)]
    pub name: Cow<'a, str>,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Cow<'a, str>>,
    /// How many, fractions included.
    pub count: DeviceCount,
    /// Memory of one of them in MiB; of the part, where it is a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<Mebibytes>,
}
