//! The offer: one way to get one kind of machine. What `find` prints and `launch` reads, `cloudkit.offer/v1`.
//!
//! A field that is not known is absent. Fields are only ever added within v1.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Architecture, DatedBy, DeviceCount, Market, Mebibytes, Money, OperatingSystem};

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
    /// The price on demand is old; absent where it is not, and for offers on demand.
    #[serde(default, skip_serializing_if = "is_false")]
    pub on_demand_is_old: bool,
    /// What a spot machine saves against on demand in the same region, in whole percent rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving_percent: Option<u64>,
    /// Where the saving is from; absent where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving_source: Option<SavingSource>,
    /// `embedded`, `feed` or `api`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_source: Option<Cow<'a, str>>,
    /// The date the price is from, `2026-08-06`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_as_of: Option<Cow<'a, str>>,
    /// What that date is by, where it is only guessed; absent where the date is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_dated_by: Option<DatedBy>,
    /// The price is older than prices of this market keep their worth; absent where it is not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub price_is_old: bool,
    /// How often EC2 takes such spot machines back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interruption: Option<Interruption>,
    /// The interruption rate is old; absent where it is not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub interruption_is_old: bool,
    /// The capacity reservation or capacity block to launch into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reservation_id: Option<Cow<'a, str>>,
    /// How many machines the reservation still has room for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_count: Option<u32>,
    /// How many machines the reservation is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u32>,
    /// When the reservation ends, RFC 3339 UTC; absent where it is kept until it is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Cow<'a, str>>,
    /// The capacity block that can be bought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Block<'a>>,
    /// The account's quota for such machines; only where quotas were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<QuotaFit<'a>>,
}

fn lasting(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Offer<'_> {
    /// The same, outliving what it was read from.
    #[must_use]
    pub fn into_owned(self) -> Offer<'static> {
        let devices = |devices: Vec<Device<'_>>| devices.into_iter().map(Device::into_owned).collect();
        Offer {
            schema: lasting(self.schema),
            instance_type: lasting(self.instance_type),
            region: lasting(self.region),
            zones: self.zones.into_iter().map(lasting).collect(),
            market: self.market,
            architectures: self.architectures,
            vcpus: self.vcpus,
            memory_mib: self.memory_mib,
            gpus: devices(self.gpus),
            accelerators: devices(self.accelerators),
            os: self.os,
            price_usd_hour: self.price_usd_hour,
            on_demand_usd_hour: self.on_demand_usd_hour,
            on_demand_is_old: self.on_demand_is_old,
            saving_percent: self.saving_percent,
            saving_source: self.saving_source,
            price_source: self.price_source.map(lasting),
            price_as_of: self.price_as_of.map(lasting),
            price_dated_by: self.price_dated_by,
            price_is_old: self.price_is_old,
            interruption: self.interruption,
            interruption_is_old: self.interruption_is_old,
            reservation_id: self.reservation_id.map(lasting),
            available_count: self.available_count,
            total_count: self.total_count,
            ends_at: self.ends_at.map(lasting),
            block: self.block.map(Block::into_owned),
            quota: self.quota.map(QuotaFit::into_owned),
        }
    }

    /// What a spot machine saves, with where that is from.
    #[must_use]
    pub fn saving(&self) -> Option<Saving> {
        Some(Saving { percent: self.saving_percent?, source: self.saving_source? })
    }

    /// Whether what the saving is from is old: one of the two prices that it is between, or what the advisor says.
    #[must_use]
    pub const fn saving_is_old(&self) -> bool {
        match self.saving_source {
            Some(SavingSource::Computed) => self.price_is_old || self.on_demand_is_old,
            Some(SavingSource::Advisor) => self.interruption_is_old,
            None => false,
        }
    }
}

/// Where a saving is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SavingSource {
    /// Computed of the spot price and the on-demand price that are known.
    Computed,
    /// What AWS's Spot Instance advisor says; which prices it compared, it does not.
    Advisor,
}

/// A saving against on demand, and where it is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saving {
    /// In whole percent, rounded down.
    pub percent: u64,
    /// Where it is from.
    pub source: SavingSource,
}

impl fmt::Display for Saving {
    /// `61%`, and `advisor 70%`: numbers stand at the right edge of a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self.source {
            SavingSource::Computed => format!("{}%", self.percent),
            SavingSource::Advisor => format!("advisor {}%", self.percent),
        })
    }
}

/// How often EC2 took spot machines of a type in a region back over the last month: a band of percents.
/// <https://aws.amazon.com/ec2/spot/instance-advisor/>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruption {
    /// At least this share.
    pub min_percent: u8,
    /// At most this share.
    pub max_percent: u8,
}

impl fmt::Display for Interruption {
    /// `5-10%`, and the open ends as AWS writes them: `<5%`, `>20%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min_percent, max_percent } = self;
        f.pad(&match (min_percent, max_percent) {
            (0, max) => format!("<{max}%"),
            (min, 100) => format!(">{min}%"),
            (min, max) => format!("{min}-{max}%"),
        })
    }
}

/// A capacity block that can be bought: machines for a stretch of time, paid up front.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block<'a> {
    /// What buys it.
    #[serde(borrow)]
    pub offering_id: Cow<'a, str>,
    /// When it starts, RFC 3339 UTC.
    pub starts_at: Cow<'a, str>,
    /// When it ends, RFC 3339 UTC.
    pub ends_at: Cow<'a, str>,
    /// What all of it costs, paid when it is bought.
    pub upfront_usd: Money,
}

impl Block<'_> {
    fn into_owned(self) -> Block<'static> {
        let Self { offering_id, starts_at, ends_at, upfront_usd } = self;
        let (offering_id, starts_at, ends_at) = (lasting(offering_id), lasting(starts_at), lasting(ends_at));
        Block { offering_id, starts_at, ends_at, upfront_usd }
    }
}

/// A quota of the account, and whether what was asked for fits beside what is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaFit<'a> {
    /// Its code, `L-1216C47A`.
    #[serde(borrow)]
    pub code: Cow<'a, str>,
    /// What Service Quotas calls it.
    pub name: Cow<'a, str>,
    /// vCPUs that may run at once.
    pub limit_vcpus: u32,
    /// vCPUs that are in use.
    pub used_vcpus: u32,
    /// Whether the machines that were asked for fit.
    pub fits: bool,
}

impl QuotaFit<'_> {
    fn into_owned(self) -> QuotaFit<'static> {
        let Self { code, name, limit_vcpus, used_vcpus, fits } = self;
        QuotaFit { code: lasting(code), name: lasting(name), limit_vcpus, used_vcpus, fits }
    }

    /// vCPUs that are not in use.
    #[must_use]
    pub const fn free_vcpus(&self) -> u32 {
        self.limit_vcpus.saturating_sub(self.used_vcpus)
    }
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

impl Device<'_> {
    /// The same, outliving what it was read from.
    #[must_use]
    pub fn into_owned(self) -> Device<'static> {
        let Self { name, manufacturer, count, memory_mib } = self;
        Device { name: lasting(name), manufacturer: manufacturer.map(lasting), count, memory_mib }
    }
}
