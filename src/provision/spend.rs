//! What machines that are there cost, by the prices of the catalog.
//!
//! An estimate: AWS bills by what was true at the time, and traffic, requests and surplus credits are not known here. A
//! part without a price leaves the sum unknown.

use jiff::Timestamp;
use serde::Serialize;

use super::cost::{self, Cost, CostPart, Paid};
use super::deadline::Deadline;
use super::wish::QuotedPrice;
use crate::aws::types::{Disk, Located, Machine, MachineState};
use crate::catalog::Catalog;
use crate::model::{Market, Money, OperatingSystem, Span, tag};

/// The value of [`MachineCost`]'s `schema` field.
pub const SCHEMA: &str = "cloudkit.machine-cost/v1";

/// What a machine costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MachineCost {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// `i-…`.
    pub instance_id: String,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is.
    pub region: String,
    /// Where it is in its life.
    pub state: MachineState,
    /// What it costs while it runs, part by part.
    pub running: Cost,
    /// What it costs while it is stopped; absent where its disks are not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Cost>,
    /// What all that came to since it was last started, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent_usd: Option<Money>,
    /// What it comes to from now until its deadline, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_deadline_usd: Option<Money>,
}

impl MachineCost {
    /// What a machine costs with those that are its own of some disks; where they are not known, a sum is not known
    /// either.
    #[must_use]
    pub fn of(located: &Located, disks: Option<&[Disk]>, catalog: &Catalog<'_>, now: Timestamp) -> Self {
        let machine = &located.machine;
        let is_its_own = |disk: &&Disk| disk.machine.as_ref() == Some(&machine.id);
        let disks: Option<Vec<Disk>> = disks.map(|all| all.iter().filter(is_its_own).cloned().collect());
        let disks = disks.as_deref();
        let running = running_with_disks(located, disks, catalog);
        let left = Deadline::of(machine).at().map(|at| Span::between(now, at));
        let runs = matches!(machine.state, MachineState::Pending | MachineState::Running);
        Self {
            schema: SCHEMA,
            instance_id: machine.id.clone(),
            name: machine.tag(tag::NAME).map(str::to_owned),
            region: located.region.to_string(),
            state: machine.state,
            stopped: disks.map(|disks| stopped(located, disks)),
            spent_usd: running.usd_hour.and_then(|hourly| since_start(machine, hourly, now)),
            until_deadline_usd: running
                .usd_hour
                .zip(left)
                .filter(|_| runs)
                .map(|(hourly, left)| hourly.per_hour_for(left)),
            running,
        }
    }
}

/// What a running machine costs by the hour, its disks apart.
#[must_use]
pub fn running(located: &Located, catalog: &Catalog<'_>) -> Cost {
    Cost::of(while_running(located, catalog), None)
}

/// What a running machine costs by the hour, disks and all; where they are not known, the sum is not known either.
#[must_use]
pub fn running_with_disks(located: &Located, disks: Option<&[Disk]>, catalog: &Catalog<'_>) -> Cost {
    let mut parts = while_running(located, catalog);
    match disks {
        Some(disks) => parts.extend(of_disks(located, disks)),
        None => parts.push(CostPart {
            what: "its disks".to_owned(),
            usd_hour: None,
            source: None,
            paid: Paid::Always,
        }),
    }
    Cost::of(parts, None)
}

/// What a stopped machine still costs by the hour: its disks. A public address that is its own it gives back.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html>
#[must_use]
pub fn stopped(located: &Located, disks: &[Disk]) -> Cost {
    Cost::of(of_disks(located, disks), None)
}

fn while_running(located: &Located, catalog: &Catalog<'_>) -> Vec<CostPart> {
    let mut parts = vec![cost::machine(&located.machine.instance_type, price(located, catalog).as_ref())];
    if located.machine.public_address.is_some() {
        parts.push(cost::public_address(located.region.as_str()));
    }
    parts
}

fn of_disks(located: &Located, disks: &[Disk]) -> Vec<CostPart> {
    let of_disk = |disk: &Disk| {
        let volume = disk.volume.as_ref();
        let what = volume.map_or_else(
            || format!("disk {}", disk.id),
            |volume| format!("{} GiB of {} ({})", volume.gib, volume.kind.as_str(), disk.id),
        );
        cost::volume(located.region.as_str(), what, volume)
    };
    disks.iter().map(of_disk).collect()
}

/// The catalog's price of the machine. What a capacity block cost was paid when it was bought.
fn price(located: &Located, catalog: &Catalog<'_>) -> Option<QuotedPrice> {
    let Machine { instance_type, market, .. } = &located.machine;
    if *market == Market::CapacityBlock {
        return None;
    }
    let offering = catalog.region(located.region.as_str())?.offering(instance_type)?;
    let price = offering.price(*market, OperatingSystem::Linux)?;
    Some(QuotedPrice {
        usd_hour: price.amount,
        source: price.source.label().to_owned(),
        as_of: price.source.as_of().to_owned(),
    })
}

/// What a price per hour came to since the machine was last started; none where it does not run, since EC2 does not say
/// for how long it did.
#[must_use]
pub fn since_start(machine: &Machine, usd_hour: Money, now: Timestamp) -> Option<Money> {
    let runs = matches!(machine.state, MachineState::Pending | MachineState::Running);
    machine.launched_at.filter(|_| runs).map(|start| usd_hour.per_hour_for(Span::between(start, now)))
}
