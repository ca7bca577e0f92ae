//! The plan of a deployment: the launches of its regions, and what they come to.
//!
//! Each region's plan is `provision`'s; here they are put together and nothing is decided.

use jiff::Timestamp;
use serde::Serialize;

use crate::model::{Market, Money};
use crate::provision::cost::{Cost, HOURS_PER_MONTH};
use crate::provision::plan::{Candidate, Plan};

/// The value of the `schema` field.
pub const SCHEMA: &str = "cloudkit.deployment-plan/v1";

/// What is going to be done.
#[derive(Debug, Clone, Serialize)]
pub struct DeploymentPlan {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// What the deployment is called.
    pub name: String,
    /// In which account.
    pub account: String,
    /// The bucket that holds its record and its lock.
    pub home_bucket: String,
    /// How many machines are wanted.
    pub count: u32,
    /// The SHA-256 of its bundle.
    pub bundle: String,
    /// The size of the bundle.
    pub bundle_bytes: u64,
    /// When its machines end; absent where they are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// What it costs.
    pub cost: Cost,
    /// The parts whose price is known, for [`HOURS_PER_MONTH`].
    pub known_usd_month: Money,
    /// The parts whose price is known, at most: each machine the dearest that may be taken, a spot machine at its highest
    /// price; absent where that of a machine is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_usd_hour: Option<Money>,
    /// The regions that could not give a machine, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
    /// What a person should know before saying yes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The regions that get machines.
    pub regions: Vec<RegionPlan>,
}

/// The machines of a region.
#[derive(Debug, Clone, Serialize)]
pub struct RegionPlan {
    /// Where.
    pub region: String,
    /// How many.
    pub count: u32,
    /// What they cost together.
    pub cost: Cost,
    /// Their launch.
    pub plan: Plan,
}

/// A region that gets no machine.
#[derive(Debug, Clone, Serialize)]
pub struct PassedOver {
    /// Which.
    pub region: String,
    /// Why.
    pub because: String,
}

impl RegionPlan {
    /// A region's launch.
    #[must_use]
    pub fn of(region: &str, plan: Plan) -> Self {
        let count = plan.count().wanted;
        let each = plan.candidates.first().map(|first| &first.cost);
        let cost = Cost::of_all(each.into_iter().cycle().take(count as usize));
        Self { region: region.to_owned(), count, cost, plan }
    }

    /// Whether a machine of this type may be taken.
    #[must_use]
    pub fn has_type(&self, instance_type: &str) -> bool {
        self.plan.candidates.iter().any(|one| one.instance_type.as_str() == instance_type)
    }
}

/// What the dearest machine costs an hour that any of these regions may give.
fn most(regions: &[RegionPlan]) -> Option<Money> {
    let of = |region: &RegionPlan| {
        let candidates = &region.plan.candidates;
        let each: Option<Vec<Money>> = candidates.iter().map(|one| most_of(one, candidates)).collect();
        each?.into_iter().max()
    };
    let each: Option<Vec<Money>> = regions.iter().map(of).collect();
    each?.into_iter().max()
}

/// What a machine costs an hour at most. A spot machine never costs more than its highest price, which is that on demand
/// where none is said: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-spot-instances-work.html>.
fn most_of(candidate: &Candidate, all: &[Candidate]) -> Option<Money> {
    let of_machine = |one: &Candidate| {
        let parts = &one.cost.parts;
        parts.iter().find(|part| part.what == one.instance_type.as_str()).and_then(|part| part.usd_hour)
    };
    let is_list =
        |one: &&Candidate| one.market == Market::OnDemand && one.instance_type == candidate.instance_type;
    let list = || all.iter().find(is_list).and_then(of_machine);
    let machine = match candidate.market {
        Market::Spot => candidate.max_price_usd_hour.or_else(list)?,
        _ => of_machine(candidate)?,
    };
    let rest = candidate.cost.parts.iter().filter(|part| part.what != candidate.instance_type.as_str());
    Some(rest.filter_map(|part| part.usd_hour).fold(machine, Money::plus))
}

/// What is the same for all regions.
#[derive(Debug)]
pub struct Whole<'w> {
    /// What the deployment is called.
    pub name: &'w str,
    /// The bucket of its record.
    pub home_bucket: &'w str,
    /// How many machines are wanted.
    pub count: u32,
    /// The SHA-256 and the size of its bundle.
    pub bundle: (&'w str, u64),
}

impl DeploymentPlan {
    /// The launches of all regions together; none where there is none.
    #[must_use]
    pub fn of(
        whole: &Whole<'_>,
        regions: Vec<RegionPlan>,
        passed_over: Vec<PassedOver>,
        notes: Vec<String>,
    ) -> Option<Self> {
        let first = regions.first()?;
        let (account, ends_at) = (first.plan.account.clone(), first.plan.deadline);
        let cost = Cost::of_all(regions.iter().map(|region| &region.cost));
        Some(Self {
            schema: SCHEMA,
            name: whole.name.to_owned(),
            account,
            home_bucket: whole.home_bucket.to_owned(),
            count: whole.count,
            bundle: whole.bundle.0.to_owned(),
            bundle_bytes: whole.bundle.1,
            ends_at,
            known_usd_month: cost.known_usd_hour.times(HOURS_PER_MONTH),
            most_usd_hour: most(&regions).map(|each| each.times(u64::from(whole.count))),
            cost,
            passed_over,
            notes,
            regions,
        })
    }
}
